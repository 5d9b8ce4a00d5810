package github_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestBeyondOnePage(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Repositories = nil
	for i := range 250 {
		r := githubtest.Repository{
			ID: int64(900000 + i), Name: fmt.Sprintf("repo-%03d", i), Visibility: "private", DefaultBranch: "release/2026",
			CreatedAt: now(), PushedAt: now(),
		}
		if i%10 == 3 {
			r.Protection = &githubtest.Protection{EnforceAdmins: true}
		}
		org.Repositories = append(org.Repositories, r)
	}
	s := lookAt(t, githubtest.New(t, org))

	for _, collector := range []string{"github_repositories", "github_branch_rules"} {
		p := s.pulls[collector]
		require.Empty(t, p.Holes)
		require.Equal(t, 250, p.Items)
		require.Equal(t, 250, *p.ProviderTotal)
		require.Equal(t, 6, p.Pages, "three pages, read twice because a list of several can shift")
		require.Contains(t, p.Parameters, "GET /orgs/{org}/repos type=all")
	}
	protected := 0
	for _, f := range s.facts["github.branch"] {
		require.Empty(t, f.Holes)
		if *f.Body.(*evidence.BranchRule).Own.Exists {
			protected++
		}
	}
	require.Equal(t, 25, protected, "a branch with a slash in its name is asked for as one")
}

// Somebody on the first page leaves after it was read: everybody moves up, and
// the 101st is on no page that is still read.
func TestListShiftsWhileItIsRead(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	victim := githubtest.Person{ID: 8000001, Login: "victim", NoTwoFactor: true}
	org.Members = append(org.Members, manyPeople(94)...) // six and 94 fill the first page
	org.Members = append(org.Members, victim)
	org.Members = append(org.Members, githubtest.Person{ID: 8000002, Login: "last-of-all"})
	server := githubtest.New(t, org)
	var left atomic.Bool
	s := lookAt(t, between{base: server, answer: func(operation string, req *http.Request) *http.Response {
		q := req.URL.Query()
		if operation == "GET /orgs/{org}/members" && q.Get("filter") == "all" && q.Get("page") == "2" && left.CompareAndSwap(false, true) {
			server.Change(func(o *githubtest.Organization) { o.Members = append(o.Members[:5:5], o.Members[6:]...) })
		}
		return nil
	}})
	require.True(t, left.Load())
	require.Empty(t, s.pulls["github_members"].Holes)
	require.False(t, *body[evidence.User](t, s, "github.member", "victim").MFA.Enabled)
	require.Len(t, s.facts["github.member"], 101)
	require.NotContains(t, s.facts["github.member"], "yuki", "who left while the list was read")
}

// The second reading is refused: what the first one showed is kept.
func TestSecondReadingFails(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Outside = append(org.Outside, manyPeople(200)...)
	var firsts atomic.Int64
	s := lookAt(t, between{base: githubtest.New(t, org), answer: func(operation string, req *http.Request) *http.Response {
		q := req.URL.Query()
		asks := transport.MeterFrom(req.Context()).Collector().Name
		if operation == "GET /orgs/{org}/outside_collaborators" && asks == "github_outside_collaborators" &&
			q.Get("filter") == "all" && q.Get("page") == "1" && firsts.Add(1) == 2 {
			return collectorstest.Answer(http.StatusForbidden, "application/json", `{"message":"Forbidden"}`)
		}
		return nil
	}})
	require.Len(t, s.facts["github.outside_collaborator"], 202)
	require.False(t, s.pulls["github_outside_collaborators"].Complete())
}

func TestListThatNeverSettles(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Members = append(org.Members, manyPeople(200)...)
	server := githubtest.New(t, org)
	var next atomic.Int64
	s := lookAt(t, between{base: server, answer: func(string, *http.Request) *http.Response {
		server.Change(func(o *githubtest.Organization) {
			o.Members = append(o.Members, githubtest.Person{ID: 9000000 + next.Add(1), Login: "new"})
		})
		return nil
	}})
	h, ok := s.pulls["github_members"].HoleFor("github.member")
	require.True(t, ok)
	require.Equal(t, evidence.Truncated, h.Reason)
	require.Contains(t, s.facts["github.member"], "ada", "what was read is kept")
}

func TestPagesThatLie(t *testing.T) {
	t.Parallel()
	const one = `[{"id":1,"login":"one"}]`
	for name, tc := range map[string]struct {
		body func(page string) string
		link string
		says string
	}{
		"the same next page for ever": {
			func(page string) string { return `[{"id":1` + page + `,"login":"one"}]` },
			`<https://api.github.com/organizations/1/members?page=2>; rel="next", <https://api.github.com/organizations/1/members?page=5>; rel="last"`,
			"page 2 says that page 2 comes next",
		},
		"a next page that is left out": {
			func(string) string { return one }, `<https://api.github.com/organizations/1/members?page=3>; rel="next"`, "page 1 says that page 3 comes next",
		},
		"a next page without a number": {
			func(string) string { return one }, `<https://api.github.com/organizations/1/members?after=abc>; rel="next"`, "has no page number",
		},
		"a link that cannot be read": {
			func(string) string { return one }, `next: /organizations/1/members?page=2`, "cannot be read",
		},
	} {
		t.Run(name+" is a truncated list", func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, req *http.Request) *http.Response {
				if operation != "GET /orgs/{org}/members" {
					return nil
				}
				resp := collectorstest.Answer(http.StatusOK, "application/json", tc.body(req.URL.Query().Get("page")))
				resp.Header.Set("Link", tc.link)
				return resp
			}})
			h, ok := s.pulls["github_members"].HoleFor("github.member")
			require.True(t, ok)
			require.Equal(t, evidence.Truncated, h.Reason)
			require.Contains(t, h.Detail, tc.says)
			require.Contains(t, s.facts["github.member"], "one", "what was read is kept")
			u := body[evidence.User](t, s, "github.member", "one")
			require.False(t, u.MFA != nil && u.MFA.Enabled != nil && *u.MFA.Enabled, "nobody passes for enabled through a list that was not read to its end")
		})
	}
}

func TestLinksThatWereLostOnTheWay(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Members = append(org.Members, manyPeople(150)...)
	server := githubtest.New(t, org)
	s := lookAt(t, strip{server})
	require.Len(t, s.facts["github.member"], 156)
	require.Empty(t, s.pulls["github_members"].Holes)
}

// strip is a proxy that drops links.
type strip struct{ base http.RoundTripper }

func (s strip) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(req)
	if err == nil {
		resp.Header.Del("Link")
	}
	return resp, err
}

func TestPageThatRepeats(t *testing.T) {
	t.Parallel()
	full := "["
	for i := range 100 {
		full += fmt.Sprintf(`{"id":%d,"login":"member-%s"},`, i+1, time.Duration(i))
	}
	full = full[:len(full)-1] + "]"
	s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
		if operation != "GET /orgs/{org}/outside_collaborators" {
			return nil
		}
		return collectorstest.Answer(http.StatusOK, "application/json", full)
	}})
	h, ok := s.pulls["github_outside_collaborators"].HoleFor("github.outside_collaborator")
	require.True(t, ok)
	require.Equal(t, evidence.Truncated, h.Reason)
	require.Contains(t, h.Detail, "page 2 repeats")
}
