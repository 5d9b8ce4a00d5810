package collectorstest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// seen is what one look came to.
type seen struct {
	planned map[evidence.FeedID]bool
	pulls   map[evidence.FeedID]evidence.Pull
	facts   map[evidence.FeedID]map[evidence.Key]evidence.Fact
	used    map[evidence.FeedID]map[string]bool // operations that went out, discovery's under its own name
	refused []string
	err     error
}

// see looks once and asks what is asked of every look.
func (s Suite) see(ctx context.Context, t *testing.T, base http.RoundTripper, known []evidence.FeedID) seen {
	t.Helper()
	got := s.look(ctx, t, base, known, nil)
	requireRun(ctx, t, got)
	return got
}

// seeOf is see of the feeds that were seen before, and of no others.
func (s Suite) seeOf(ctx context.Context, t *testing.T, base http.RoundTripper, before seen) seen {
	t.Helper()
	got := s.look(ctx, t, base, before.feeds(), before.pulls)
	requireRun(ctx, t, got)
	return got
}

// concernedBy are the feeds that use an operation, with what they brought: all
// where discovery uses it, since every feed may be lost with it.
func (s seen) concernedBy(operation string) seen {
	if s.usedWhileDiscovering(operation) {
		return s
	}
	part := s
	part.planned, part.pulls = maps.Clone(s.planned), maps.Clone(s.pulls)
	maps.DeleteFunc(part.planned, func(id evidence.FeedID, _ bool) bool { return !s.used[id][operation] })
	maps.DeleteFunc(part.pulls, func(id evidence.FeedID, _ evidence.Pull) bool { return !s.used[id][operation] })
	return part
}

// look runs the suite's sources once over a base: all their feeds, or those of some pulls.
func (s Suite) look(ctx context.Context, t *testing.T, base http.RoundTripper, known []evidence.FeedID, of map[evidence.FeedID]evidence.Pull) seen {
	t.Helper()
	var mu sync.Mutex
	got := seen{
		planned: map[evidence.FeedID]bool{},
		pulls:   map[evidence.FeedID]evidence.Pull{},
		facts:   map[evidence.FeedID]map[evidence.Key]evidence.Fact{},
		used:    map[evidence.FeedID]map[string]bool{},
	}
	seam := transport.New(transport.Options{
		Base: watch{base: base, note: func(operation string, m *transport.Meter) {
			mu.Lock()
			defer mu.Unlock()
			id := evidence.FeedID{Collector: m.Collector().Name, Scope: m.Scope()}
			if got.used[id] == nil {
				got.used[id] = map[string]bool{}
			}
			got.used[id][operation] = true
		}},
		Observe: func(c transport.Call) {
			if c.Refused {
				mu.Lock()
				defer mu.Unlock()
				got.refused = append(got.refused, c.Err.Error())
			}
		},
		Clock:   time.Now,
		Unpaced: true,
	})
	sources := s.Open(t, seam)
	require.NotEmpty(t, sources, "Open gave no sources")
	for i, source := range sources {
		if of == nil {
			break
		}
		sources[i].Discover = func(ctx context.Context, known []evidence.FeedID) (connect.Discovery, error) {
			d, err := source.Discover(ctx, known)
			d.Feeds = slices.DeleteFunc(d.Feeds, func(f connect.Feed) bool {
				_, wanted := of[f.ID()]
				return !wanted
			})
			return d, err
		}
	}
	runner := collectors.Runner{
		Providers: []connect.Provider{s.Provider},
		Clock:     time.Now,
		Version:   "conformance",
		Known: func(_ context.Context, source string) ([]evidence.FeedID, error) {
			return known, nil
		},
		CommitPlan: func(_ context.Context, p evidence.Plan) error {
			mu.Lock()
			defer mu.Unlock()
			for _, f := range p.Feeds {
				got.planned[f.ID] = true
			}
			return nil
		},
		CommitPull: func(_ context.Context, p evidence.Pull, facts []evidence.Fact) error {
			mu.Lock()
			defer mu.Unlock()
			got.pulls[p.Feed()] = p
			got.facts[p.Feed()] = map[evidence.Key]evidence.Fact{}
			for _, f := range facts {
				got.facts[p.Feed()][f.Resource.Key()] = f
			}
			return nil
		},
	}
	got.err = runner.Run(ctx, sources)
	seam.CloseIdle()
	return got
}

// requireRun asks of every look that it made no read it had not declared, and
// that what a provider did wrong did not stop it.
func requireRun(ctx context.Context, t require.TestingT, got seen) {
	require.Empty(t, got.refused, "requests the guard had to refuse")
	if ctx.Err() == nil {
		require.NoError(t, got.err, "a provider's failure must be a hole in a pull")
	}
}

// feeds are what was planned, in no particular order.
func (s seen) feeds() []evidence.FeedID { return slices.Collect(maps.Keys(s.planned)) }

// operations are all that went out, sorted.
func (s seen) operations() []string {
	all := map[string]bool{}
	for _, used := range s.used {
		maps.Copy(all, used)
	}
	return slices.Sorted(maps.Keys(all))
}

// usedWhileDiscovering says whether an operation went out for anything but a
// planned feed.
func (s seen) usedWhileDiscovering(operation string) bool {
	for id, used := range s.used {
		if _, isFeed := s.pulls[id]; !isFeed && used[operation] {
			return true
		}
	}
	return false
}

// holes are all holes of a feed: of its pull and of its facts.
func (s seen) holes(id evidence.FeedID) []evidence.Hole {
	holes := slices.Clone(s.pulls[id].Holes)
	for _, f := range s.facts[id] {
		holes = append(holes, f.Holes...)
	}
	return holes
}
