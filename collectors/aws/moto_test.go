package aws_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// The sample company's account, and a principal that moto accepts as long as it
// does not enforce.
const companyAccount = mototest.CompanyAccount

var anyone = mototest.Anyone

// environment is what the provider is given instead of the process's own.
func environment(endpoint string, k mototest.Keys) func(string) string {
	return func(name string) string {
		return map[string]string{
			"AWS_ACCESS_KEY_ID": k.ID, "AWS_SECRET_ACCESS_KEY": k.Secret, "AWS_SESSION_TOKEN": k.Token,
			"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": endpoint,
			// The adaptive mode's waits shrink to nothing before they are over, and
			// where the clock only moves when everybody waits it would never be.
			"AWS_RETRY_MODE": "standard",
		}[name]
	}
}

// open opens the provider with settings written as in a configuration file.
func open(t *testing.T, seam *transport.Seam, env func(string) string, settings string) []connect.Source {
	t.Helper()
	sources, err := cwaws.Provider.Open(connect.Options{
		Seam: seam, Env: env, Clock: func() time.Time { return time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC) },
		Decode: func(into any) error { return yaml.UnmarshalWithOptions([]byte(settings), into, yaml.Strict()) },
	})
	require.NoError(t, err)
	return sources
}

// look is all that one run of sources came to.
type look struct {
	plans []evidence.Plan
	pulls []evidence.Pull
	facts map[string]map[string]evidence.Fact // by type and name
	calls []transport.Call
}

// run runs sources once and gives what was committed. Without a base they reach moto.
func run(t *testing.T, base http.RoundTripper, openSources func(*transport.Seam) []connect.Source, known ...evidence.FeedID) look {
	t.Helper()
	var mu sync.Mutex
	got := look{facts: map[string]map[string]evidence.Fact{}}
	if base == nil {
		base = mototest.Unimplemented(mototest.Base{To: http.DefaultTransport})
	}
	seam := transport.New(transport.Options{Base: base, Unpaced: true, Observe: func(c transport.Call) {
		mu.Lock()
		defer mu.Unlock()
		got.calls = append(got.calls, c)
	}})
	runner := collectors.Runner{
		Providers: []connect.Provider{cwaws.Provider}, Clock: time.Now, Version: "test",
		Known: func(context.Context, string) ([]evidence.FeedID, error) { return known, nil },
		CommitPlan: func(_ context.Context, p evidence.Plan) error {
			mu.Lock()
			defer mu.Unlock()
			got.plans = append(got.plans, p)
			return nil
		},
		CommitPull: func(_ context.Context, p evidence.Pull, facts []evidence.Fact) error {
			mu.Lock()
			defer mu.Unlock()
			got.pulls = append(got.pulls, p)
			for _, f := range facts {
				if got.facts[f.Resource.Type] == nil {
					got.facts[f.Resource.Type] = map[string]evidence.Fact{}
				}
				got.facts[f.Resource.Type][f.Resource.Label()] = f
			}
			return nil
		},
	}
	require.NoError(t, runner.Run(t.Context(), openSources(seam)))
	return got
}

// read is how many feeds were pulled, to compare with what was to be.
func (l look) read() int { return len(l.pulls) }

// holes are all holes of a look, of pulls and facts.
func (l look) holes() []evidence.Hole {
	var out []evidence.Hole
	for _, p := range l.pulls {
		out = append(out, p.Holes...)
	}
	for _, byName := range l.facts {
		for _, f := range byName {
			out = append(out, f.Holes...)
		}
	}
	return out
}

func body[T any](t *testing.T, l look, typ, name string) T {
	t.Helper()
	require.Contains(t, l.facts, typ)
	require.Contains(t, l.facts[typ], name, "%s", typ)
	b, ok := l.facts[typ][name].Body.(T)
	require.True(t, ok, "body of %s %s is a %T", typ, name, l.facts[typ][name].Body)
	return b
}

// toHost sends every request to moto, whatever host it is for: S3 Control puts
// the account before the host's name.
func toHost(m mototest.Server) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(m.Endpoint, "http://"))
		},
	}}
}
