package github

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

var repositoryPopulation = evidence.Population{Kind: "Repository", Type: "github.repository"}

// Calls: ⌈repositories/100⌉ (twice where there are several pages) + 1, and for
// each repository 1, and where it is not archived 2 or 3 more and 1 to 4 for its
// code owners.
var repositoriesCollector = evidence.Collector{
	Name:        "github_repositories",
	Doc:         "Reads the organisation's repositories and which security features are on.",
	Populations: []evidence.Population{repositoryPopulation},
	Reads:       []string{readRepositories, readOrganization, readAlertsSwitch, readLanguages, readDefaultSetup, readAnalyses, readTree, readBlob},
	Permissions: []string{permitRepositories, permitOrganization, permitProtection, permitCodeAlerts, permitContents},
}

func (s *source) collectRepositories(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, listErr := s.readRepositories(ctx, c, rec)
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		f := s.repositoryFact(r)
		on, err := readAlerts(ctx, c, r)
		if ctx.Err() != nil {
			return err
		}
		body := f.Body.(*evidence.Repository)
		if body.DependencyAlerts = on; on == nil {
			f.Miss("dependency_alerts", err)
		}
		readScanning(ctx, c, r, &f, body)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if r.Archived == nil || !*r.Archived { // an archived one takes no changes: nobody has to answer for any
			if body.CodeOwners, err = readCodeOwners(ctx, c, r); err != nil {
				f.Miss("code_owners", err)
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		return rec.Add(f)
	})
	return errors.Join(err, listErr)
}

// repositoryFact is what the list says of a repository.
func (s *source) repositoryFact(r repository) evidence.Fact {
	body := &evidence.Repository{
		Visibility: r.Visibility, Archived: r.Archived, Fork: r.Fork,
		DefaultBranch: r.DefaultBranch, Topics: r.Topics, CreatedAt: r.CreatedAt,
	}
	f := evidence.Fact{Resource: s.resource(repositoryPopulation, strconv.FormatInt(r.ID, 10), r.FullName), Body: body}
	if body.Visibility == nil && r.Private != nil && !*r.Private {
		public := "public" // what is not private needs no finer word
		body.Visibility = &public
	}
	if body.Visibility == nil {
		f.Miss("visibility", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	if body.Archived == nil {
		f.Miss("archived", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	switch {
	case r.PushedAt.Value != nil:
		body.LastPushed = evidence.VolatileDay(*r.PushedAt.Value)
	case r.PushedAt.There:
		body.LastPushed = &evidence.Moment{Never: true}
	}
	if r.Security == nil {
		err := notStated(readRepositories, "shown to administrators of the repository and owners of the organisation only: "+permitProtection+", or repo")
		for _, field := range []string{"secret_scanning", "push_protection", "dependency_updates"} {
			f.Miss(field, err)
		}
		return f
	}
	body.SecretScanning = feature(&f, "secret_scanning", r.Security.SecretScanning)
	body.PushProtection = feature(&f, "push_protection", r.Security.PushProtection)
	body.DependencyUpdates = feature(&f, "dependency_updates", r.Security.DependencyUpdates)
	return f
}

func feature(f *evidence.Fact, field string, s *featureStatus) *bool {
	switch {
	case s == nil:
		f.Miss(field, &evidence.Unseen{
			Reason: evidence.Disabled, Operation: readRepositories,
			Err:  errors.New("GitHub states other features of the repository, but not this one"),
			Hint: "it may not be part of the plan",
		})
	case s.Status == "enabled" || s.Status == "disabled":
		on := s.Status == "enabled"
		return &on
	default:
		f.Miss(field, unreadable(readRepositories, "status "+strconv.Quote(s.Status)+" is neither enabled nor disabled", nil))
	}
	return nil
}

// readAlerts reads the switch of dependency alerts: 204 is on, 404 is off. But
// 404 is also what GitHub answers to who may not know. It means "off" where it
// says so in words, and else only where the list of repositories names the
// token's user an administrator (permissions.admin), since administrators may
// know. (A fine-grained token that lacks the right is answered 403, whoever its
// user is.) Everybody else's 404 is a refusal.
func readAlerts(ctx context.Context, c *session, r repository) (*bool, error) {
	a, err := c.get(ctx, readAlertsSwitch, r.path("/vulnerability-alerts"))
	on, off := true, false
	switch {
	case err == nil && a.status == http.StatusNoContent:
		return &on, nil
	case err == nil:
		return nil, unreadable(readAlertsSwitch, "status "+strconv.Itoa(a.status)+" is neither on nor off", nil)
	case refusedWith(err, http.StatusNotFound, "Vulnerability alerts are disabled"),
		refusedWith(err, http.StatusNotFound, "") && r.administered():
		return &off, nil
	}
	return nil, err
}
