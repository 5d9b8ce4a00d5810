package github_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

const (
	eventCollector = "github_change_events"
	eventType      = "github.audit_event"
)

func lookAtLog(t *testing.T, base http.RoundTripper, days int) sight {
	t.Helper()
	sources, err := github.Provider.Open(connect.Options{Seam: seamOver(base), Clock: now, Decode: func(into any) error {
		*into.(*github.Settings) = github.Settings{Organizations: []string{"acme-robotics"}, Token: "github_pat_example", EventLogDays: days}
		return nil
	}})
	require.NoError(t, err)
	return run(t, sources)
}

func TestAuditLogEvents(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	at := func(hours int) time.Time { return now().Add(-time.Duration(hours) * time.Hour) }
	org.AuditLog = []githubtest.AuditEntry{
		{At: at(1), ID: "a", Action: "repo.destroy", Actor: "ada", Repo: "acme-robotics/scratch"},
		{At: at(2), ID: "b", Action: "repo.create", Actor: "ada", Repo: "acme-robotics/scratch"},
		{At: at(3), ID: "c", Action: "org.update_member", Actor: "grace", User: "linus"},
		{At: at(4), ID: "d", Action: "protected_branch.destroy", Actor: "renovate[bot]", Repo: "acme-robotics/warehouse-ui"},
		{At: at(5), ID: "e", Action: "org.add_member", User: "kofi"},
		{At: at(6), ID: "f", Action: "team.destroy", Actor: "ada"},
		{At: at(7), ID: "g", Action: "git.clone", Actor: "ada", Repo: "acme-robotics/warehouse-ui"},
	}
	for n := range 300 {
		org.AuditLog = append(org.AuditLog, githubtest.AuditEntry{At: at(8), ID: fmt.Sprint("noise", n), Action: "workflows.created_workflow_run", Actor: "ada"})
	}
	s := lookAtLog(t, githubtest.New(t, org), 7)
	pull := s.pulls[eventCollector]
	require.True(t, pull.Complete(), pull.Holes)
	require.Equal(t, 4, pull.Pages)
	require.Contains(t, pull.Parameters, "shows each beginning and end of: github.member, github.repository, github.team")
	require.Len(t, s.facts[eventType], 7, "what every organisation has is one of them")
	of := func(action string) *evidence.ChangeEvent { return body[evidence.ChangeEvent](t, s, eventType, action) }
	require.Equal(t, &evidence.ChangedResource{Kind: "Repository", Type: "github.repository", Name: "acme-robotics/scratch"}, of("repo.create").About)
	require.Equal(t, evidence.ChangeBegan, *of("repo.create").Effect)
	require.Equal(t, evidence.ChangeEnded, *of("repo.destroy").Effect)
	require.Equal(t, at(2), *of("repo.create").At)
	require.Equal(t, &evidence.ChangeActor{Name: "grace", How: "user"}, of("org.update_member").By)
	require.Equal(t, &evidence.ChangedResource{Kind: "User", Type: "github.member", Name: "linus"}, of("org.update_member").About)
	require.Equal(t, &evidence.ChangeActor{Name: "renovate[bot]", How: "app"}, of("protected_branch.destroy").By)
	require.Equal(t, "platform", of("team.add_member").About.Name, "as our fact of a team is called")
	_, unnamed := s.facts[eventType]["org.add_member"].Hole("by")
	_, aimless := s.facts[eventType]["team.destroy"].Hole("about")
	require.True(t, unnamed && aimless)
	_, maybe := of("protected_branch.destroy").About.Names(s.fact(t, "github.branch", "acme-robotics/warehouse-ui:main").Resource)
	require.True(t, maybe, "the event names the branch rule as its fact does")

	t.Log("the days before are not read")
	s = lookAtLog(t, githubtest.New(t, org), 1)
	require.Len(t, s.facts[eventType], 6)
}

func TestAuditLogThatCannotBeRead(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Access.Plan, org.Access.SAML = "team", false
	s := lookAtLog(t, githubtest.New(t, org), 7)
	hole, ok := s.pulls[eventCollector].HoleFor(eventType)
	require.True(t, ok)
	require.Equal(t, evidence.Disabled, hole.Reason)
	require.Contains(t, hole.Detail, "does not let programs read the audit log")
	require.Empty(t, s.facts[eventType])

	org = githubtest.AcmeRobotics()
	org.Viewer.Person = org.Members[3]
	s = lookAtLog(t, githubtest.New(t, org), 7)
	require.False(t, s.pulls[eventCollector].Complete(), "a refusal is no empty log")

	s = lookAtLog(t, githubtest.New(t, githubtest.AcmeRobotics()), 0)
	require.NotContains(t, s.pulls, eventCollector, "nobody asked for it")
	_, err := github.Provider.Open(connect.Options{Seam: seamOver(nil), Clock: now, Decode: func(into any) error {
		*into.(*github.Settings) = github.Settings{Organizations: []string{"acme-robotics"}, Token: "t", EventLogDays: 181}
		return nil
	}})
	require.ErrorContains(t, err, "event_log_days: 181; write a number from 1 to 180")
}
