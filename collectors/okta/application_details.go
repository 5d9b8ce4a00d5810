package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// applicationDetails reads what Okta answers application by application. A read
// that failed for one is a hole in that one.
type applicationDetails struct {
	source        *source
	users, grants surrender
}

// fill adds assignments, and for a program's application its scopes. It returns
// an error only when the pull as a whole is over.
func (d *applicationDetails) fill(ctx context.Context, f *evidence.Fact) error {
	app := f.Body.(*evidence.Application)
	if app.Status != nil && *app.Status != "active" {
		return nil // what nobody asked for stays unseen
	}
	err := d.users.try(func() (err error) {
		app.Assignments, err = d.source.readAssignments(ctx, f.Resource.ID)
		return err
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		f.Miss("assignments", err)
	}
	if app.Unattended != nil && !*app.Unattended {
		return nil
	}
	err = d.grants.try(func() (err error) {
		app.Permissions, err = d.source.readGrants(ctx, f.Resource.ID)
		return err
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		f.Miss("permissions", err)
	}
	return nil
}

// readAssignments lists the users of one application, in the order of their ids,
// so that an unchanged list is stored unchanged.
func (s *source) readAssignments(ctx context.Context, appID string) ([]evidence.Assignment, error) {
	all := []evidence.Assignment{}
	err := s.client.list(ctx, readAppUsers, "/api/v1/apps/"+appID+"/users", url.Values{"limit": {appUsersPerPage}}, func(page []json.RawMessage) error {
		for _, raw := range page {
			a, err := parseAssignment(raw)
			if err != nil {
				return unseen(readAppUsers, evidence.ProviderError, err)
			}
			all = append(all, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b evidence.Assignment) int { return strings.Compare(a.User, b.User) })
	return all, nil
}

func parseAssignment(raw json.RawMessage) (evidence.Assignment, error) {
	var u struct {
		ID      string     `json:"id"`
		Status  *string    `json:"status"`
		Sync    *string    `json:"syncState"`
		Scope   string     `json:"scope"`
		Changed *time.Time `json:"statusChanged"`
	}
	if err := json.Unmarshal(raw, &u); err != nil {
		return evidence.Assignment{}, fmt.Errorf("a user of an application cannot be read: %w", err)
	}
	if u.ID == "" {
		return evidence.Assignment{}, errors.New("a user of an application has no id")
	}
	a := evidence.Assignment{User: u.ID, Status: u.Status, Sync: u.Sync, ChangedAt: u.Changed}
	switch u.Scope {
	case "USER":
		a.Direct = new(true)
	case "GROUP":
		a.Direct = new(false)
	}
	return a, nil
}

// readGrants lists the scopes of Okta's own API that an application was given.
func (s *source) readGrants(ctx context.Context, appID string) ([]string, error) {
	scopes := []string{}
	err := s.client.list(ctx, readAppGrants, "/api/v1/apps/"+appID+"/grants", nil, func(page []json.RawMessage) error {
		for _, raw := range page {
			var g struct {
				Scope  string `json:"scopeId"`
				Status string `json:"status"`
			}
			if err := json.Unmarshal(raw, &g); err != nil {
				return unseen(readAppGrants, evidence.ProviderError, fmt.Errorf("a grant cannot be read: %w", err))
			}
			switch {
			case g.Scope == "":
				return unseen(readAppGrants, evidence.ProviderError, errors.New("a grant has no scope"))
			case g.Status != "REVOKED":
				scopes = append(scopes, g.Scope)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(scopes)
	return slices.Compact(scopes), nil
}
