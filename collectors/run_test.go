package collectors

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

var (
	toyUsers = evidence.Collector{Name: "toy_users", Populations: []evidence.Population{{Kind: "User", Type: "toy.user"}}, Reads: []string{"GET /users"}}
	toyKeys  = evidence.Collector{Name: "toy_keys", Populations: []evidence.Population{{Kind: "AccessKey", Type: "toy.key"}}, Reads: []string{"GET /keys"}}
	toy      = connect.Provider{
		Name:       "toy",
		Discovery:  evidence.Collector{Name: "toy_discovery", Reads: []string{"GET /me"}},
		Collectors: []evidence.Collector{toyUsers, toyKeys},
	}
	errDenied = &evidence.Unseen{Reason: evidence.Denied, Operation: "GET /users", Err: errors.New("no")}
)

func scopeOf(account string) evidence.Scope { return evidence.Scope{Provider: "toy", Account: account} }

func user(account, id string) evidence.Fact {
	return evidence.Fact{
		Resource: evidence.Resource{Provider: "toy", Account: account, Kind: "User", Type: "toy.user", ID: id},
		Body:     &evidence.User{},
	}
}

type collect = func(context.Context, *evidence.Recorder) error

// nothing is a complete, empty population.
func nothing(context.Context, *evidence.Recorder) error { return nil }

// source holds one account with users and keys.
func source(account string, users, keys collect) connect.Source {
	return connect.Source{
		Name: "toy/" + account, Provider: "toy", Scope: scopeOf(account),
		Discover: func(context.Context, []evidence.FeedID) (connect.Discovery, error) {
			return connect.Discovery{Principal: "ada", PrincipalScopes: []string{"read"}, Feeds: []connect.Feed{
				{Collector: toyUsers, Scope: scopeOf(account), Collect: users},
				{Collector: toyKeys, Scope: scopeOf(account), Collect: keys},
			}}, nil
		},
	}
}

// memory keeps what a runner commits.
type memory struct {
	mu     sync.Mutex
	plans  map[string]evidence.Plan
	pulls  map[string]evidence.Pull // by "account collector"
	facts  map[string][]evidence.Fact
	events []Event
	known  map[string][]evidence.FeedID
	broken map[string]error // what cannot be committed
}

func setup() (*Runner, *memory) {
	m := &memory{
		plans: map[string]evidence.Plan{}, pulls: map[string]evidence.Pull{}, facts: map[string][]evidence.Fact{},
		known: map[string][]evidence.FeedID{}, broken: map[string]error{},
	}
	return &Runner{
		Providers: []connect.Provider{toy}, Version: "v1", Clock: time.Now,
		Known: func(_ context.Context, source string) ([]evidence.FeedID, error) {
			return m.known[source], m.broken["known "+source]
		},
		CommitPlan: func(_ context.Context, p evidence.Plan) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.plans[p.Source] = p
			return m.broken["plan "+p.Source]
		},
		CommitPull: func(_ context.Context, p evidence.Pull, f []evidence.Fact) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			key := p.Scope.Account + " " + p.Collector
			if err := m.broken[key]; err != nil {
				return err
			}
			m.pulls[key], m.facts[key] = p, f
			return nil
		},
		Progress: func(e Event) { m.events = append(m.events, e) },
	}, m
}

func TestRun(t *testing.T) {
	t.Parallel()
	t.Run("a pull says who looked, when, and what was found", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r, m := setup()
			start := time.Now()
			err := r.Run(t.Context(), []connect.Source{source("acme", func(_ context.Context, rec *evidence.Recorder) error {
				rec.Page()
				<-time.After(time.Second)
				return rec.Add(user("acme", "u1"))
			}, nothing)})
			require.NoError(t, err)
			require.Equal(t, evidence.Plan{Source: "toy/acme", Provider: "toy", At: start, Principal: "ada", Feeds: []evidence.PlannedFeed{
				{ID: evidence.FeedID{Collector: "toy_users", Scope: scopeOf("acme")}, Populations: toyUsers.Populations},
				{ID: evidence.FeedID{Collector: "toy_keys", Scope: scopeOf("acme")}, Populations: toyKeys.Populations},
			}}, m.plans["toy/acme"])
			require.Equal(t, evidence.Pull{
				Source: "toy/acme", Collector: "toy_users", CollectorVersion: "v1", Scope: scopeOf("acme"),
				Populations: toyUsers.Populations, Principal: "ada", PrincipalScopes: []string{"read"},
				StartedAt: start, FinishedAt: start.Add(time.Second),
				OperationCounts: map[string]int{}, Pages: 1, Items: 1,
			}, m.pulls["acme toy_users"])
			require.Equal(t, []evidence.Fact{user("acme", "u1")}, m.facts["acme toy_users"])

			require.Equal(t, Event{Source: "toy/acme", Scope: scopeOf("acme"), State: Discovering}, m.events[0])
			require.Equal(t, Event{Source: "toy/acme", Scope: scopeOf("acme"), State: Discovered, Principal: "ada", Feeds: 2}, m.events[1])
			require.Equal(t, Event{Source: "toy/acme", Collector: "toy_users", Scope: scopeOf("acme"), State: Finished, Principal: "ada", Items: 1}, m.events[len(m.events)-1])
		})
	})
	t.Run("a failing collector keeps what it obtained and leaves a hole", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		require.NoError(t, r.Run(t.Context(), []connect.Source{source("acme", func(_ context.Context, rec *evidence.Recorder) error {
			return errors.Join(rec.Add(user("acme", "u1")), errDenied)
		}, nothing)}))
		require.Equal(t, []evidence.Hole{evidence.HoleFrom(errDenied)}, m.pulls["acme toy_users"].Holes)
		require.Len(t, m.facts["acme toy_users"], 1)
		require.True(t, m.pulls["acme toy_keys"].Complete(), "and costs itself only")
		require.NotNil(t, m.finished("toy_users").Hole)
		require.Nil(t, m.finished("toy_keys").Hole)
	})
	for name, tc := range map[string]struct {
		users  collect
		detail string
	}{
		"a panic":              {func(context.Context, *evidence.Recorder) error { panic("boom") }, "panic in toy_users: boom"},
		"a panic with a value": {func(context.Context, *evidence.Recorder) error { panic(struct{ secret string }{"s3cret"}) }, "panic in toy_users: a struct { secret string }"},
		"a nil dereference": {func(context.Context, *evidence.Recorder) error {
			return func() *evidence.Unseen {
				target := &evidence.Unseen{}
				_ = errors.As(error((*evidence.Unseen)(nil)), &target)
				return target
			}().Err
		}, "panic in toy_users: runtime error: invalid memory address or nil pointer dereference"},
		"no collector at all":       {nil, "collector toy_users was planned without a way to read it"},
		"an error of no known kind": {func(context.Context, *evidence.Recorder) error { return errors.New("odd") }, "odd"},
	} {
		t.Run(name+" is a provider error", func(t *testing.T) {
			t.Parallel()
			r, m := setup()
			require.NoError(t, r.Run(t.Context(), []connect.Source{source("acme", tc.users, nothing)}))
			require.Equal(t, []evidence.Hole{{Reason: evidence.ProviderError, Detail: tc.detail}}, m.pulls["acme toy_users"].Holes)
			require.True(t, m.pulls["acme toy_keys"].Complete())
		})
	}
	t.Run("a feed that cannot be read at all is a failed pull", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		s := source("acme", nil, nothing)
		s.Discover = func(context.Context, []evidence.FeedID) (connect.Discovery, error) {
			return connect.Discovery{Feeds: []connect.Feed{{Collector: toyUsers, Scope: scopeOf("acme"), Err: errDenied, Collect: func(context.Context, *evidence.Recorder) error {
				panic("it was called")
			}}}}, nil
		}
		require.NoError(t, r.Run(t.Context(), []connect.Source{s}))
		require.Equal(t, []evidence.Hole{evidence.HoleFrom(errDenied)}, m.pulls["acme toy_users"].Holes)
	})
	t.Run("calls are counted by the feed that made them", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		seam := transport.New(transport.Options{Base: answering{}})
		client := seam.Client(transport.Policy{Provider: "toy", Identify: transport.Routes("GET /users", "GET /keys")})
		require.NoError(t, r.Run(t.Context(), []connect.Source{source("acme",
			func(ctx context.Context, _ *evidence.Recorder) error { return ask(ctx, client, "/users") },
			func(ctx context.Context, _ *evidence.Recorder) error { return ask(ctx, client, "/users") },
		)}))
		require.Equal(t, map[string]int{"GET /users": 1}, m.pulls["acme toy_users"].OperationCounts)
		require.Len(t, m.pulls["acme toy_keys"].Holes, 1, "a collector that reads what another one declares is refused")
		require.Contains(t, m.pulls["acme toy_keys"].Holes[0].Detail, "toy_keys does not declare it")
	})
}

func (m *memory) finished(collector string) Event {
	for _, e := range m.events {
		if e.Collector == collector && e.State == Finished {
			return e
		}
	}
	return Event{}
}

// answering is a provider that answers everything.
type answering struct{}

func (answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
}

func ask(ctx context.Context, client *http.Client, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://toy.test"+path, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestRunTimeLimits(t *testing.T) {
	t.Parallel()
	t.Run("a feed that takes too long is a hole, even if it hides that", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r, m := setup()
			require.NoError(t, r.Run(t.Context(), []connect.Source{source("acme",
				func(ctx context.Context, _ *evidence.Recorder) error { <-ctx.Done(); return nil },
				func(ctx context.Context, _ *evidence.Recorder) error { <-ctx.Done(); return ctx.Err() },
			)}))
			for _, collector := range []string{"toy_users", "toy_keys"} {
				require.Equal(t, []evidence.Hole{{Reason: evidence.ProviderError, Detail: "not finished within 30m0s: context deadline exceeded"}}, m.pulls["acme "+collector].Holes)
			}
		})
	})
	t.Run("a discovery that takes too long has failed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r, m := setup()
			s := source("acme", nothing, nothing)
			s.Discover = func(ctx context.Context, _ []evidence.FeedID) (connect.Discovery, error) {
				<-ctx.Done()
				return connect.Discovery{}, ctx.Err()
			}
			require.NoError(t, r.Run(t.Context(), []connect.Source{s}))
			require.Equal(t, "not finished within 5m0s: context deadline exceeded", m.pulls["acme toy_users"].Holes[0].Detail)
		})
	})
	t.Run("a silent source does not hold up another", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r, m := setup()
			r.Concurrency = 1
			var at time.Time
			start := time.Now()
			silent := func(ctx context.Context, _ *evidence.Recorder) error { <-ctx.Done(); return nil }
			require.NoError(t, r.Run(t.Context(), []connect.Source{
				source("acme", silent, silent),
				source("umbrella", nothing, func(context.Context, *evidence.Recorder) error { at = time.Now(); return nil }),
			}))
			require.Zero(t, at.Sub(start))
			require.True(t, m.pulls["umbrella toy_keys"].Complete())
		})
	})
	t.Run("no more feeds of a source are read at a time than allowed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r, _ := setup()
			r.Concurrency = 1
			second := func(context.Context, *evidence.Recorder) error { <-time.After(time.Second); return nil }
			start := time.Now()
			require.NoError(t, r.Run(t.Context(), []connect.Source{source("acme", second, second)}))
			require.Equal(t, 2*time.Second, time.Since(start))
		})
	})
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	t.Run("what was under way is thrown away, what was done stays", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r, m := setup()
			ctx, cancel := context.WithCancelCause(t.Context())
			cause := errors.New("shutting down")
			err := r.Run(ctx, []connect.Source{source("acme",
				nothing,
				func(ctx context.Context, rec *evidence.Recorder) error {
					<-time.After(time.Second)
					cancel(cause)
					<-ctx.Done()
					return errors.Join(rec.Add(user("acme", "u1")), ctx.Err())
				},
			)})
			require.ErrorIs(t, err, cause)
			require.Contains(t, m.pulls, "acme toy_users")
			require.NotContains(t, m.pulls, "acme toy_keys")
		})
	})
	t.Run("during discovery nothing is committed", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		ctx, cancel := context.WithCancel(t.Context())
		s := source("acme", nothing, nothing)
		s.Discover = func(ctx context.Context, _ []evidence.FeedID) (connect.Discovery, error) {
			cancel()
			return connect.Discovery{}, ctx.Err()
		}
		require.ErrorIs(t, r.Run(ctx, []connect.Source{s}), context.Canceled)
		require.Empty(t, m.plans)
		require.Empty(t, m.pulls)
	})
}

func TestRunOwnErrors(t *testing.T) {
	t.Parallel()
	full := errors.New("database or disk is full")
	t.Run("a commit that fails is returned, and the others go on", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		m.broken["acme toy_users"] = full
		err := r.Run(t.Context(), []connect.Source{source("acme", nothing, nothing)})
		require.ErrorIs(t, err, full)
		require.EqualError(t, err, "commit the pull of toy_users over toy/acme: database or disk is full")
		require.Contains(t, m.pulls, "acme toy_keys")
		require.Empty(t, m.finished("toy_users"), "what was not committed is not finished")
	})
	t.Run("without its plan a source is not read", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		m.broken["plan toy/acme"] = full
		m.broken["known toy/umbrella"] = full
		err := r.Run(t.Context(), []connect.Source{source("acme", nothing, nothing), source("umbrella", nothing, nothing), source("hooli", nothing, nothing)})
		require.ErrorContains(t, err, "commit the plan of toy/acme: database or disk is full")
		require.ErrorContains(t, err, "read the last plan of toy/umbrella: database or disk is full")
		require.Len(t, m.pulls, 2)
		require.Contains(t, m.pulls, "hooli toy_users")
	})
	t.Run("a source of no listed provider is refused", func(t *testing.T) {
		t.Parallel()
		r, _ := setup()
		s := source("acme", nothing, nothing)
		s.Provider = "tpy"
		require.EqualError(t, r.Run(t.Context(), []connect.Source{s}), `source toy/acme: provider "tpy" is not in the list of providers`)
	})
	t.Run("many failures are told briefly", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		var sources []connect.Source
		for i := range 10 {
			account := fmt.Sprint("a", i)
			m.broken[account+" toy_users"] = full
			sources = append(sources, source(account, nothing, nothing))
		}
		require.ErrorContains(t, r.Run(t.Context(), sources), "and 7 more like these")
	})
}
