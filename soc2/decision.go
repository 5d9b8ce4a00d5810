package soc2

import (
	"path"
	"time"
)

// DecisionKind is what a decision does.
type DecisionKind string

// The kinds of decision that narrow what is reported.
const (
	Accept  DecisionKind = "acceptance" // live with a failing finding: it stays a fail, and is marked
	Exclude DecisionKind = "exclusion"  // take it out of roll-ups: it stays in the population, and is counted
)

// Decision is a recorded act of narrowing, with an end (promise 7).
type Decision struct {
	ID           string       `yaml:"id" json:"id"`
	Kind         DecisionKind `yaml:"kind" json:"kind"`
	Control      string       `yaml:"control" json:"control"`
	Select       Selector     `yaml:"select" json:"select"`
	Reason       string       `yaml:"reason" json:"reason"`
	Compensating string       `yaml:"compensating,omitempty" json:"compensating,omitempty"`
	Requester    string       `yaml:"requester" json:"requester"`
	Approver     string       `yaml:"approver" json:"approver"` // another person
	Expires      time.Time    `yaml:"expires" json:"expires"`   // mandatory
}

// Selector picks resources. Empty fields pick everything; ID and Name may hold
// the wildcards of path.Match.
type Selector struct {
	Provider string `yaml:"provider,omitempty" json:"provider,omitempty"`
	Account  string `yaml:"account,omitempty" json:"account,omitempty"`
	Region   string `yaml:"region,omitempty" json:"region,omitempty"`
	Type     string `yaml:"type,omitempty" json:"type,omitempty"`
	ID       string `yaml:"id,omitempty" json:"id,omitempty"`
	Name     string `yaml:"name,omitempty" json:"name,omitempty"`
}

// Acceptance is the mark an accepted finding carries.
type Acceptance struct {
	ID       string    `json:"id"`
	Reason   string    `json:"reason"`
	Approver string    `json:"approver"`
	Expires  time.Time `json:"expires"`
}

// Decide marks findings with the decisions that apply to them at a time. It
// never changes an outcome and never removes a finding. Expired decisions do
// nothing.
func Decide(findings []Finding, decisions []Decision, now time.Time) {
	for i := range findings {
		f := &findings[i]
		for _, d := range decisions {
			if d.Control != f.Control || !now.Before(d.Expires) || !d.Select.Matches(*f) {
				continue
			}
			switch d.Kind {
			case Accept:
				if f.Outcome == Fail {
					f.Acceptance = &Acceptance{ID: d.ID, Reason: d.Reason, Approver: d.Approver, Expires: d.Expires}
				}
			case Exclude:
				if !f.OnScope() {
					f.ExcludedBy = d.ID
				}
			}
		}
	}
}

// Matches says whether a finding's resource is selected.
func (s Selector) Matches(f Finding) bool {
	r := f.Resource
	return (s.Provider == "" || s.Provider == r.Provider) &&
		(s.Account == "" || s.Account == r.Account) &&
		(s.Region == "" || s.Region == r.Region) &&
		(s.Type == "" || s.Type == r.Type) &&
		wild(s.ID, r.ID) && wild(s.Name, r.Name)
}

func wild(pattern, text string) bool {
	if pattern == "" || pattern == text {
		return true
	}
	ok, err := path.Match(pattern, text)
	return err == nil && ok
}
