package collectors

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestRunWithoutDiscovery(t *testing.T) {
	t.Parallel()
	expired := &evidence.Unseen{Reason: evidence.Denied, Operation: "GET /me", Err: errors.New("token expired")}
	users := connect.Feed{Collector: toyUsers, Scope: scopeOf("acme"), Collect: nothing}
	planning := func(d connect.Discovery, err error) connect.Source {
		s := source("acme", nothing, nothing)
		s.Discover = func(context.Context, []evidence.FeedID) (connect.Discovery, error) { return d, err }
		return s
	}
	t.Run("every feed of the last plan fails, and stays planned", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		north := evidence.Scope{Provider: "toy", Account: "acme-north"}
		m.known["toy/acme"] = []evidence.FeedID{
			{Collector: "toy_users", Scope: scopeOf("acme")}, {Collector: "toy_users", Scope: north}, {Collector: "toy_gone", Scope: north},
		}
		require.NoError(t, r.Run(t.Context(), []connect.Source{planning(connect.Discovery{}, expired)}))
		require.Empty(t, m.plans)
		require.Len(t, m.pulls, 3)
		for key, p := range m.pulls {
			require.Equal(t, []evidence.Hole{evidence.HoleFrom(expired)}, p.Holes, key)
			require.Empty(t, m.facts[key])
		}
		require.Equal(t, toyUsers.Populations, m.pulls["acme-north toy_users"].Populations)
		require.Equal(t, evidence.Denied, m.events[1].Hole.Reason)
	})
	t.Run("a source never planned fails with every collector over its own scope, and is planned so", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		require.NoError(t, r.Run(t.Context(), []connect.Source{planning(connect.Discovery{}, expired)}))
		require.Len(t, m.plans["toy/acme"].Feeds, 2)
		require.Len(t, m.pulls, 2)
		for _, c := range toy.Collectors {
			p := m.pulls["acme "+c.Name]
			require.Equal(t, c.Populations, p.Populations)
			require.Equal(t, []evidence.Hole{evidence.HoleFrom(expired)}, p.Holes)
		}
	})
	for name, tc := range map[string]struct {
		source connect.Source
		detail string
	}{
		"a plan of nothing":            {planning(connect.Discovery{Principal: "ada"}, nil), "the source planned nothing to read"},
		"one feed planned twice":       {planning(connect.Discovery{Feeds: []connect.Feed{users, users}}, nil), "toy_users over toy/acme was planned twice"},
		"feeds together with an error": {planning(connect.Discovery{Feeds: []connect.Feed{users}}, errors.New("half of it")), "half of it"},
		"a panic":                      {func() connect.Source { s := source("acme", nil, nil); s.Discover = nil; return s }(), "panic in the discovery of toy/acme: runtime error: invalid memory address or nil pointer dereference"},
	} {
		t.Run(name+" is a failed discovery", func(t *testing.T) {
			t.Parallel()
			r, m := setup()
			require.NoError(t, r.Run(t.Context(), []connect.Source{tc.source}))
			require.Len(t, m.pulls, 2)
			require.Equal(t, []evidence.Hole{{Reason: evidence.ProviderError, Detail: tc.detail}}, m.pulls["acme toy_keys"].Holes)
		})
	}
	t.Run("the feeds of the last plan are told to the source", func(t *testing.T) {
		t.Parallel()
		r, m := setup()
		known := []evidence.FeedID{{Collector: "toy_users", Scope: scopeOf("acme")}}
		m.known["toy/acme"] = known
		s := source("acme", nothing, nothing)
		plain := s.Discover
		var told []evidence.FeedID
		s.Discover = func(ctx context.Context, k []evidence.FeedID) (connect.Discovery, error) {
			told = k
			return plain(ctx, k)
		}
		require.NoError(t, r.Run(t.Context(), []connect.Source{s}))
		require.Equal(t, known, told)
	})
}
