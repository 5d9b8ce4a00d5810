package github

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const readInstallations = "GET /orgs/{org}/installations"

var appPopulation = evidence.Population{Kind: "Application", Type: "github.app_installation"}

// Calls: ⌈installations/100⌉, read again until two readings agree where there are several pages.
var appsCollector = evidence.Collector{
	Name:        "github_apps",
	Doc:         "Reads which GitHub Apps are installed, what they may do and on which repositories.",
	Populations: []evidence.Population{appPopulation},
	Reads:       []string{readInstallations},
	Permissions: []string{permitOrganization},
}

// installation is an App's installation in an organisation.
type installation struct {
	ID          int64             `json:"id"`
	AppID       int64             `json:"app_id"`
	Slug        string            `json:"app_slug"`
	Permissions map[string]string `json:"permissions"`
	Selection   *string           `json:"repository_selection"` // all, selected
	CreatedAt   *time.Time        `json:"created_at"`
	SuspendedAt stated[time.Time] `json:"suspended_at"`
	Account     *struct {
		Login string `json:"login"`
	} `json:"account"`
}

func (s *source) collectApps(ctx context.Context, c *session, rec *evidence.Recorder) error {
	items, listErr := c.wrapped(ctx, readInstallations, s.orgPath("/installations"), "installations", rec)
	found, err := entries(readInstallations, items, func(i installation) bool { return i.ID != 0 })
	for _, i := range found {
		if err := rec.Add(s.appFact(i)); err != nil {
			return err
		}
	}
	if listErr != nil {
		return listErr
	}
	return err
}

func (s *source) appFact(i installation) evidence.Fact {
	name := i.Slug
	if name == "" {
		name = "app " + strconv.FormatInt(i.AppID, 10)
	}
	body := &evidence.Application{CreatedAt: i.CreatedAt}
	f := evidence.Fact{Resource: s.resource(appPopulation, strconv.FormatInt(i.ID, 10), name), Body: body}
	notSaid := func(field string) { f.Miss(field, unreadable(readInstallations, "GitHub did not state it", nil)) }
	switch {
	case i.SuspendedAt.Value != nil:
		status := "suspended"
		body.Status = &status
	case i.SuspendedAt.There:
		status := "active"
		body.Status = &status
	default:
		notSaid("status")
	}
	if i.Permissions == nil {
		notSaid("permissions")
	} else {
		body.Permissions = permissionList(i.Permissions)
	}
	if i.Selection == nil || *i.Selection != "all" && *i.Selection != "selected" {
		notSaid("everything")
	} else {
		everything := *i.Selection == "all"
		body.Everything = &everything
	}
	return f
}

func permissionList(held map[string]string) []string {
	list := make([]string, 0, len(held))
	for name, level := range held {
		list = append(list, name+":"+level)
	}
	slices.Sort(list)
	return list
}
