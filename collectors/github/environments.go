package github

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	readEnvironments       = "GET /repos/{owner}/{repo}/environments"
	readEnvironmentSecrets = "GET /repos/{owner}/{repo}/environments/{environment_name}/secrets"
)

const permitEnvironments = "repository Environments: read"

var environmentPopulation = evidence.Population{Kind: "Environment", Type: "github.environment"}

// Calls: 1 + ⌈repositories/100⌉ + per repository ⌈environments/100⌉ + per
// environment of a repository that is not archived ⌈secrets/100⌉.
var environmentsCollector = evidence.Collector{
	Name:        "github_environments",
	Doc:         "Reads the environments of each repository: who must approve a deployment, from which branches, and the names of their secrets.",
	Populations: []evidence.Population{environmentPopulation},
	Reads:       []string{readRepositories, readOrganization, readEnvironments, readEnvironmentSecrets},
	Permissions: []string{permitRepositories, permitOrganization, permitActions, permitEnvironments},
}

type environment struct {
	ID        int64             `json:"id"`
	Name      string            `json:"name"`
	CreatedAt *time.Time        `json:"created_at"`
	Rules     []environmentRule `json:"protection_rules"`
	// Branches is null where every branch may deploy.
	Branches stated[struct {
		Protected bool `json:"protected_branches"`
		Custom    bool `json:"custom_branch_policies"`
	}] `json:"deployment_branch_policy"`
	AdminsBypass *bool `json:"can_admins_bypass"` // given, and not in GitHub's description
}

type environmentRule struct {
	Type              string `json:"type"`
	WaitMinutes       *int64 `json:"wait_timer"`
	PreventSelfReview *bool  `json:"prevent_self_review"`
	Reviewers         []struct {
		Type     string `json:"type"`
		Reviewer struct {
			Login string `json:"login"` // of a User
			Slug  string `json:"slug"`  // of a Team
		} `json:"reviewer"`
	} `json:"reviewers"`
}

func (s *source) collectEnvironments(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, listErr := s.readRepositories(ctx, c, rec)
	var lost losses
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		items, err := c.wrapped(ctx, readEnvironments, r.path("/environments"), "environments", rec)
		found, unread := entries(readEnvironments, items, func(e environment) bool { return e.ID != 0 && e.Name != "" })
		for _, e := range found {
			f := s.environmentFact(r, e)
			s.readEnvironmentSecrets(ctx, c, rec, r, e, &f)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := rec.Add(f); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			err = unread
		}
		if err != nil {
			lost.add(r.FullName, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	missEach(rec, environmentPopulation, lost.whole("repositories", len(repos)), listErr)
	return nil
}

func (s *source) environmentFact(r repository, e environment) evidence.Fact {
	body := &evidence.Environment{Repository: &r.FullName, Name: &e.Name, Archived: r.Archived, CreatedAt: e.CreatedAt, AdminsBypass: e.AdminsBypass}
	f := evidence.Fact{Resource: s.resource(environmentPopulation, fmt.Sprintf("%d/%d", r.ID, e.ID), r.FullName+" "+e.Name), Body: body}
	notSaid := unreadable(readEnvironments, "GitHub did not state it", nil)
	if r.Archived == nil {
		f.Miss("archived", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	if e.AdminsBypass == nil {
		f.Miss("admins_bypass", notSaid)
	}
	if e.Branches.There {
		limited := e.Branches.Value != nil && (e.Branches.Value.Protected || e.Branches.Value.Custom)
		body.BranchesLimited = &limited
	} else {
		f.Miss("branches_limited", notSaid)
	}
	if e.Rules == nil {
		for _, field := range []string{"reviewers", "prevent_self_review", "wait_minutes"} {
			f.Miss(field, notSaid)
		}
		return f
	}
	no, zero := false, int64(0)
	body.Reviewers, body.PreventSelfReview, body.WaitMinutes = []string{}, &no, &zero
	for _, rule := range e.Rules {
		switch rule.Type {
		case "required_reviewers":
			body.PreventSelfReview = rule.PreventSelfReview
			for _, who := range rule.Reviewers {
				body.Reviewers = append(body.Reviewers, who.Type+":"+who.Reviewer.Login+who.Reviewer.Slug)
			}
		case "wait_timer":
			body.WaitMinutes = rule.WaitMinutes
		}
	}
	if body.PreventSelfReview == nil {
		f.Miss("prevent_self_review", notSaid)
	}
	if body.WaitMinutes == nil {
		f.Miss("wait_minutes", notSaid)
	}
	return f
}

// readEnvironmentSecrets leaves out archived repositories, in which nothing runs.
func (s *source) readEnvironmentSecrets(ctx context.Context, c *session, rec *evidence.Recorder, r repository, e environment, f *evidence.Fact) {
	if r.Archived != nil && *r.Archived {
		return
	}
	names, err := c.secretNames(ctx, readEnvironmentSecrets, r.path("/environments/"+url.PathEscape(e.Name)+"/secrets"), rec)
	if err != nil {
		f.Miss("secrets", err)
		return
	}
	f.Body.(*evidence.Environment).Secrets = names
}
