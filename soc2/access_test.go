package soc2_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// org is a small organisation at GitHub and Okta, looked at once.
type org struct {
	facts []evidence.Fact
	feeds []evidence.FeedState
	at    time.Time
}

func ghResource(kind evidence.Kind, typ, id, name string) evidence.Resource {
	return evidence.Resource{Provider: "github", Account: "acme", Kind: kind, Type: typ, ID: id, Name: name}
}

func (o *org) look(provider, account string, populations ...evidence.Population) {
	complete := map[string]time.Time{}
	for _, p := range populations {
		complete[p.Type] = o.at
	}
	o.feeds = append(o.feeds, evidence.FeedState{
		ID:          evidence.FeedID{Collector: populations[0].Type, Scope: evidence.Scope{Provider: provider, Account: account}},
		Populations: populations, MaxAge: 24 * time.Hour, Last: &evidence.Pull{ID: "p" + populations[0].Type, StartedAt: o.at}, Complete: complete,
	})
}

func newOrg(at time.Time) *org {
	o := &org{at: at}
	o.look("github", "acme", evidence.Population{Kind: "User", Type: "github.member"})
	o.look("github", "acme", evidence.Population{Kind: "User", Type: "github.outside_collaborator"})
	o.look("github", "acme", evidence.Population{Kind: "Group", Type: "github.team"}, evidence.Population{Kind: "RepositoryAccess", Type: "github.team_access"})
	o.look("github", "acme", evidence.Population{Kind: "RepositoryAccess", Type: "github.collaborator"})
	o.look("github", "acme", evidence.Population{Kind: "Repository", Type: "github.repository"})
	o.look("github", "acme", evidence.Population{Kind: "Account", Type: "github.organization"})
	o.add(ghResource("Account", "github.organization", "acme", "acme"), &evidence.Account{MemberRepositoryPermission: new("none")})
	return o
}

func (o *org) add(r evidence.Resource, body any) *evidence.Fact {
	o.facts = append(o.facts, evidence.Fact{Resource: r, Body: body, Seen: o.at})
	return &o.facts[len(o.facts)-1]
}

func (o *org) member(id, login string) {
	o.add(ghResource("User", "github.member", id, login), &evidence.User{
		Status: new(evidence.UserActive), Admin: new(false), Person: new(login + "@acme.example"), MFA: &evidence.MFA{Enabled: new(true)},
	})
}

func (o *org) repository(name string) {
	o.add(ghResource("Repository", "github.repository", name, name), &evidence.Repository{})
}

func (o *org) given(repository, via, holder, permission string) {
	typ := "github.collaborator"
	if via == evidence.AccessTeam {
		typ = "github.team_access"
	}
	o.add(ghResource("RepositoryAccess", typ, repository+"/"+via+"/"+holder, ""), &evidence.RepositoryAccess{
		Repository: &repository, Via: &via, HolderID: &holder, Holder: &holder, Permission: &permission,
	})
}

func (o *org) team(id string, members ...string) {
	o.add(ghResource("Group", "github.team", id, "team-"+id), &evidence.Group{Members: members, Description: new("keeps the lights on")})
}

func (o *org) access() soc2.Access {
	l := soc2.NewAccessList()
	for _, f := range o.facts {
		l.Add(f, soc2.Scope{}.Asset(f))
	}
	return l.Access(o.feeds, o.at)
}

func rowOf(t require.TestingT, a *soc2.Access, login string, what soc2.AccessWhat, target string) *soc2.AccessRow {
	for i, r := range a.Rows {
		if r.Login.Name == login && r.What == what && r.TargetID == target {
			return &a.Rows[i]
		}
	}
	require.Fail(t, "no such row", "%s %s %s", login, what, target)
	return nil
}

func small(at time.Time) *org {
	o := newOrg(at)
	o.member("1", "ada")
	o.member("2", "grace")
	o.repository("acme/api")
	o.team("t", "1", "2")
	o.given("acme/api", evidence.AccessTeam, "t", "write")
	o.given("acme/api", evidence.AccessDirect, "1", "admin")
	return o
}

func TestAccess(t *testing.T) {
	t.Parallel()
	t.Run("the same thing given in several ways is one row, with the strongest privilege", func(t *testing.T) {
		t.Parallel()
		a := small(monday).access()
		require.True(t, a.Complete(), a.Holes())
		ada := rowOf(t, &a, "ada", soc2.AccessRepository, "acme/api")
		require.Equal(t, []string{"direct", "team team-t"}, ada.Paths)
		require.Equal(t, soc2.PrivilegeAdmin, ada.Privilege)
		require.True(t, ada.Privileged())
		grace := rowOf(t, &a, "grace", soc2.AccessRepository, "acme/api")
		require.Equal(t, soc2.PrivilegeWrite, grace.Privilege)
		require.Equal(t, "keeps the lights on", grace.Purpose)
		require.False(t, grace.Privileged())
		require.NotEmpty(t, grace.NotSeen("last_use"))
		require.True(t, grace.Unused(monday, 30), "a last use that was not seen may be none")
	})
	t.Run("a permission that was not seen may be any, unless another way administers", func(t *testing.T) {
		t.Parallel()
		o := small(monday)
		for i := range o.facts {
			if body, ok := o.facts[i].Body.(*evidence.RepositoryAccess); ok && *body.Via == evidence.AccessTeam {
				body.Permission = nil
			}
		}
		a := o.access()
		require.Equal(t, soc2.PrivilegeAdmin, rowOf(t, &a, "ada", soc2.AccessRepository, "acme/api").Privilege)
		grace := rowOf(t, &a, "grace", soc2.AccessRepository, "acme/api")
		require.Empty(t, grace.Privilege)
		require.True(t, grace.Privileged())
		require.Equal(t, "not-collected", grace.NotSeen("privilege"))
	})
	t.Run("members that were not seen hide access to what the team has, and nothing else", func(t *testing.T) {
		t.Parallel()
		o := small(monday)
		o.repository("acme/web")
		o.facts[4].Body.(*evidence.Group).Members = nil
		a := o.access()
		require.False(t, a.Complete())
		login := ghResource("User", "github.member", "2", "grace")
		_, holes := a.Looked(login, soc2.AccessRepository, "acme/api")
		require.Len(t, holes, 1)
		_, holes = a.Looked(login, soc2.AccessRepository, "acme/web")
		require.Empty(t, holes)
	})
	t.Run("a holder whose account was not read is listed, and nothing is known of it", func(t *testing.T) {
		t.Parallel()
		o := small(monday)
		o.given("acme/api", evidence.AccessDirect, "9", "read")
		a := o.access()
		row := rowOf(t, &a, "9", soc2.AccessRepository, "acme/api")
		require.Nil(t, row.Person)
		for _, field := range []string{"person", "last_use", "mfa", "status", "nature"} {
			require.Contains(t, row.NotSeen(field), "not-collected", field)
		}
	})
	t.Run("without any list nothing is complete", func(t *testing.T) {
		t.Parallel()
		a := soc2.NewAccessList().Access(nil, monday)
		require.False(t, a.Complete())
		require.NotEmpty(t, a.Holes())
		_, holes := a.Looked(ghResource("User", "github.member", "1", ""), soc2.AccessAccount, "acme")
		require.NotEmpty(t, holes)
		_, holes = a.Looked(ghResource("User", "github.member", "1", ""), "something else", "acme")
		require.NotEmpty(t, holes, "what this version does not know cannot be proven gone")
	})
	t.Run("an application that lets nobody in gives nothing, one that did not follow gives", func(t *testing.T) {
		t.Parallel()
		o := &org{at: monday}
		r := evidence.Resource{Provider: "okta", Account: "o", Kind: "Application", Type: "okta.app", ID: "a", Name: "Shop"}
		assigned := func(user, status string, sync *string) evidence.Assignment {
			return evidence.Assignment{User: user, Status: &status, Sync: sync, Direct: new(true)}
		}
		o.add(r, &evidence.Application{Status: new("active"), Assignments: []evidence.Assignment{
			assigned("1", "ACTIVE", nil), assigned("2", "DEPROVISIONED", new("SYNCHRONIZED")), assigned("3", "DEPROVISIONED", new("ERROR")),
			assigned("4", "DEPROVISIONED", nil), assigned("5", "NEW_WORD", nil),
		}})
		a := o.access()
		var ids []string
		for _, row := range a.Rows {
			ids = append(ids, row.Login.ID)
		}
		require.Equal(t, []string{"1", "3", "4", "5"}, ids)
	})
}

// However facts come, and whatever is hidden: a row never becomes less than what was
// given, and what is hidden is never provably absent.
func TestAccessHidesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := newOrg(monday)
		users := rapid.IntRange(1, 5).Draw(t, "users")
		for i := range users {
			o.member(fmt.Sprint(i), fmt.Sprintf("u%d", i))
		}
		o.repository("acme/r")
		o.repository("acme/s")
		type got struct{ user, repository string }
		want, hidden := map[got]bool{}, map[string]bool{}
		for team := range rapid.IntRange(0, 4).Draw(t, "teams") {
			id := fmt.Sprintf("t%d", team)
			members := rapid.SliceOfDistinct(rapid.IntRange(0, users-1), rapid.ID[int]).Draw(t, "members")
			ids := []string{}
			for _, m := range members {
				ids = append(ids, fmt.Sprint(m))
			}
			repository := rapid.SampledFrom([]string{"acme/r", "acme/s"}).Draw(t, "repository")
			if rapid.Bool().Draw(t, "hidden") {
				ids, members, hidden[repository] = nil, nil, true
			}
			o.team(id, ids...)
			o.given(repository, evidence.AccessTeam, id, rapid.SampledFrom([]string{"read", "write", "admin"}).Draw(t, "permission"))
			for _, m := range members {
				want[got{fmt.Sprint(m), repository}] = true
			}
		}
		o.facts = rapid.Permutation(o.facts).Draw(t, "order")
		lost := rapid.IntRange(-1, len(o.feeds)-1).Draw(t, "lost")
		if lost >= 0 {
			o.feeds[lost].Last.Holes = []evidence.Hole{{Reason: evidence.Denied}}
		}
		a := o.access()
		have := map[got]bool{}
		for _, r := range a.Rows {
			if r.What == soc2.AccessRepository {
				have[got{r.Login.ID, r.TargetID}] = true
			}
		}
		require.Equal(t, want, have)
		require.Equal(t, lost < 0 && len(hidden) == 0, a.Complete())
		for _, repository := range []string{"acme/r", "acme/s"} {
			look, holes := a.Looked(ghResource("User", "github.member", "0", ""), soc2.AccessRepository, repository)
			if hidden[repository] || lost == 2 || lost == 3 {
				require.NotEmpty(t, holes)
			} else {
				require.Empty(t, holes)
				require.Equal(t, monday, look.At)
				require.Len(t, look.Pulls, 2)
			}
		}
	})
}
