package github_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// sight is what one look at everything came to.
type sight struct {
	pulls map[string]evidence.Pull            // by collector
	facts map[string]map[string]evidence.Fact // by type and name
	plan  evidence.Plan
}

func now() time.Time { return time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC) }

func seamOver(base http.RoundTripper) *transport.Seam {
	return transport.New(transport.Options{Base: base, Unpaced: true, Clock: now})
}

func settingsFor(org, token string) func(any) error {
	return func(into any) error {
		*into.(*github.Settings) = github.Settings{Organizations: []string{org}, Token: token}
		return nil
	}
}

func openAcme(t *testing.T, seam *transport.Seam) []connect.Source {
	t.Helper()
	sources, err := github.Provider.Open(connect.Options{
		Decode: settingsFor("acme-robotics", "github_pat_example"), Seam: seam, Clock: now,
	})
	require.NoError(t, err)
	return sources
}

// lookAt reads everything once.
func lookAt(t *testing.T, base http.RoundTripper) sight {
	t.Helper()
	return run(t, openAcme(t, seamOver(base)))
}

func run(t *testing.T, sources []connect.Source) sight {
	t.Helper()
	got := sight{pulls: map[string]evidence.Pull{}, facts: map[string]map[string]evidence.Fact{}}
	var mu sync.Mutex
	runner := collectors.Runner{
		Providers: []connect.Provider{github.Provider}, Clock: now, Version: "test",
		Known: func(context.Context, string) ([]evidence.FeedID, error) { return nil, nil },
		CommitPlan: func(_ context.Context, p evidence.Plan) error {
			got.plan = p
			return nil
		},
		CommitPull: func(_ context.Context, p evidence.Pull, facts []evidence.Fact) error {
			mu.Lock()
			defer mu.Unlock()
			got.pulls[p.Collector] = p
			for _, f := range facts {
				if got.facts[f.Resource.Type] == nil {
					got.facts[f.Resource.Type] = map[string]evidence.Fact{}
				}
				got.facts[f.Resource.Type][f.Resource.Name] = f
			}
			return nil
		},
	}
	require.NoError(t, runner.Run(t.Context(), sources))
	return got
}

func body[T any](t *testing.T, s sight, typ, name string) *T {
	t.Helper()
	f := s.fact(t, typ, name)
	b, ok := f.Body.(*T)
	require.True(t, ok, "%s %s is a %T", typ, name, f.Body)
	return b
}

func (s sight) fact(t *testing.T, typ, name string) evidence.Fact {
	t.Helper()
	f, ok := s.facts[typ][name]
	require.True(t, ok, "%s %s was not collected", typ, name)
	return f
}

func hole(t *testing.T, f evidence.Fact, field string) evidence.Hole {
	t.Helper()
	h, ok := f.Hole(field)
	require.True(t, ok, "%s has no hole at %s; holes: %+v", f.Resource.Name, field, f.Holes)
	return h
}

// between answers in the server's place where it returns an answer.
type between struct {
	base   http.RoundTripper
	answer func(operation string, req *http.Request) *http.Response
}

func (b between) RoundTrip(req *http.Request) (*http.Response, error) {
	if resp := b.answer(transport.Operation(req.Context()), req); resp != nil {
		resp.Request = req
		return resp, nil
	}
	return b.base.RoundTrip(req)
}

// manyPeople are members beyond one page.
func manyPeople(n int) []githubtest.Person {
	var people []githubtest.Person
	for i := range n {
		people = append(people, githubtest.Person{ID: int64(7000000 + i), Login: "member-" + time.Duration(i).String()})
	}
	return people
}
