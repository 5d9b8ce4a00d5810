package okta

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// serve starts the fake org. What Okta's description does not allow fails the test.
func serve(t *testing.T, org *oktatest.Org) *oktatest.Server {
	t.Helper()
	s, err := oktatest.New(org, func(err error) { t.Error(err) })
	require.NoError(t, err)
	return s
}

// openOver opens the provider for the sample org with settings from code, its
// requests going to base.
func openOver(t *testing.T, base http.RoundTripper) connect.Source {
	t.Helper()
	sources, err := Provider.Open(options(base, Settings{OrgURL: "https://" + oktatest.AcmeHost, Token: oktatest.Acme().Token, EventLogDays: 7}))
	require.NoError(t, err)
	require.Len(t, sources, 1)
	return sources[0]
}

func options(base http.RoundTripper, s Settings) connect.Options {
	return connect.Options{
		Decode: func(into any) error { *into.(*Settings) = s; return nil },
		Env:    func(string) string { return "" },
		Seam:   transport.New(transport.Options{Base: base, Unpaced: true}),
		Clock:  func() time.Time { return time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC) },
	}
}

// collected is what one collector brought.
type collected struct {
	pull  evidence.Pull
	facts map[string]evidence.Fact // by resource name
}

// collect runs one collector as the runner does.
func collect(t *testing.T, base http.RoundTripper, collector string) collected {
	t.Helper()
	src := openOver(t, base)
	ctx := t.Context()
	d, err := src.Discover(transport.WithMeter(ctx, transport.NewMeter(Provider.Discovery, src.Scope)), nil)
	require.NoError(t, err)
	for _, f := range d.Feeds {
		if f.Collector.Name == collector {
			return runFeed(ctx, f)
		}
	}
	require.Fail(t, "no feed of that name", collector)
	return collected{}
}

func runFeed(ctx context.Context, f connect.Feed) collected {
	rec := evidence.NewRecorder(evidence.Pull{Collector: f.Collector.Name, Scope: f.Scope, Populations: f.Collector.Populations})
	m := transport.NewMeter(f.Collector, f.Scope)
	if err := f.Collect(transport.WithMeter(ctx, m), rec); err != nil {
		rec.Miss("", err)
	}
	pull, facts := rec.Result()
	m.Fill(&pull)
	c := collected{pull: pull, facts: map[string]evidence.Fact{}}
	for _, fact := range facts {
		c.facts[fact.Resource.Name] = fact
	}
	return c
}

// roundTrip is a base made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
