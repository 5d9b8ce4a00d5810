package githubissues

import "slices"

// issue is what is read of one.
type issue struct {
	ID          int64     `json:"id"`
	Number      int       `json:"number"`
	URL         string    `json:"html_url"`
	Title       string    `json:"title"`
	Body        string    `json:"body"` // null is none
	State       string    `json:"state"`
	Labels      []label   `json:"labels"`
	Assignees   []login   `json:"assignees"`
	PullRequest *struct{} `json:"pull_request"`
}

type label struct {
	Name string `json:"name"`
}

type login struct {
	Login string `json:"login"`
}

func (i issue) labels() []string {
	var all []string
	for _, l := range i.Labels {
		all = append(all, l.Name)
	}
	return all
}

func (i issue) assignees() []string {
	var all []string
	for _, l := range i.Assignees {
		all = append(all, l.Login)
	}
	slices.Sort(all)
	return all
}

func (i issue) closed() bool { return i.State == "closed" }

// change is what is asked for of an issue. What is nil stays.
type change struct {
	Title       string    `json:"title,omitempty"`
	Body        *string   `json:"body,omitempty"`
	State       string    `json:"state,omitempty"`
	StateReason string    `json:"state_reason,omitempty"`
	Labels      *[]string `json:"labels,omitempty"`
	Assignees   *[]string `json:"assignees,omitempty"`
}

func (c change) nothing() bool {
	return c.Title == "" && c.Body == nil && c.State == "" && c.Labels == nil && c.Assignees == nil
}
