package aws_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// companyAccount is the account of the sample company.
const companyAccount = "111122223333"

// moto is a running moto_server: an AWS API that the project did not write.
type moto struct{ endpoint string }

// startMoto starts a server of the test's own on a free port of this machine.
func startMoto(t *testing.T, environment ...string) moto {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		const get = "moto_server is not installed: pip install 'moto[server]==5.2.1'"
		if os.Getenv("CI") != "" {
			t.Fatal(get)
		}
		t.Skip(get)
	}
	port := freePort(t)
	server := exec.Command(program, "-H", "127.0.0.1", "-p", port) //nolint:noctx // ended by Cleanup, after the test's context
	server.Env = append(os.Environ(), "MOTO_EC2_LOAD_DEFAULT_AMIS=false", "MOTO_ACCOUNT_ID="+companyAccount)
	server.Env = append(server.Env, environment...)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it says that it was killed
	})
	m := moto{endpoint: "http://127.0.0.1:" + port}
	require.Eventually(t, func() bool { return m.call(t, http.MethodGet, "/moto-api/", "") == nil },
		time.Minute, 50*time.Millisecond, "moto_server does not answer")
	return m
}

func freePort(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// call asks moto's own interface.
func (m moto) call(t *testing.T, method, path, body string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, m.endpoint+path, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// enforce has moto check signatures and identity policies from now on.
func (m moto) enforce(t *testing.T) {
	t.Helper()
	require.NoError(t, m.call(t, http.MethodPost, "/moto-api/reset-auth", "0"))
}

// keys are a principal's credentials.
type keys struct{ id, secret, token string }

// anyone is accepted as long as moto does not enforce.
var anyone = keys{id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}

// writer is a configuration for the tests' own clients, which write. It has
// nothing to do with the provider's, which cannot.
func (m moto) writer(region string, k keys) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &m.endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(k.id, k.secret, k.token),
		Retryer:     func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	}
}

// environment is what the provider is given instead of the process's own.
func environment(endpoint string, k keys) func(string) string {
	return func(name string) string {
		return map[string]string{
			"AWS_ACCESS_KEY_ID": k.id, "AWS_SECRET_ACCESS_KEY": k.secret, "AWS_SESSION_TOKEN": k.token,
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
		Seam: seam, Env: env, Clock: time.Now,
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

// run runs sources once and gives what was committed.
func run(t *testing.T, base http.RoundTripper, openSources func(*transport.Seam) []connect.Source, known ...evidence.FeedID) look {
	t.Helper()
	var mu sync.Mutex
	got := look{facts: map[string]map[string]evidence.Fact{}}
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
func toHost(m moto) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(m.endpoint, "http://"))
		},
	}}
}
