package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
)

// company is the sample company with something done to its network.
type company struct {
	t      testing.TB
	base   http.RoundTripper
	dsn    string
	config *config.Config // nil: written and read when it is first opened
	kept   bool           // what is looked at is signed, as where nothing is thrown away
}

// What every scan of the sample company has in common and takes longest to make.
var (
	sampleExchanges = sync.OnceValues(sample.Exchanges)
	sampleJudge     struct {
		sync.Once
		*judge
		err error
	}
)

func newCompany(t testing.TB) *company {
	t.Helper()
	exchanges, err := sampleExchanges()
	require.NoError(t, err)
	return &company{t: t, base: replay.New(exchanges), dsn: "sqlite:" + filepath.Join(t.TempDir(), "c.db")}
}

// remember starts from what another company's store holds.
func (c *company) remember(other *company) {
	c.t.Helper()
	b, err := os.ReadFile(strings.TrimPrefix(other.dsn, "sqlite:"))
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(strings.TrimPrefix(c.dsn, "sqlite:"), b, 0o600))
}

// scan runs the real pipeline once, some time after the sample's day.
func (c *company) scan(after time.Duration) report.Scan {
	c.t.Helper()
	return c.look(c.open(after))
}

// open wires the real pipeline, some time after the sample's day.
func (c *company) open(after time.Duration) (*pipeline, []source) {
	c.t.Helper()
	p := &program{
		stdout: io.Discard, stderr: io.Discard, env: sample.Env,
		now: func() time.Time { return sample.Day.Add(after) },
	}
	if c.config == nil {
		file, err := sample.Write(c.t.TempDir())
		require.NoError(c.t, err)
		read, err := config.Read(file, p.env)
		require.NoError(c.t, err)
		c.config = &read
	}
	cfg := *c.config
	sources, err := p.openSources(cfg, transport.New(transport.Options{Base: c.base, Clock: p.now, Unpaced: true}))
	require.NoError(c.t, err)
	sampleJudge.Do(func() { sampleJudge.judge, sampleJudge.err = newJudge(cfg) }) // the configuration is the same for all
	require.NoError(c.t, sampleJudge.err)
	line, err := p.newPipeline(c.t.Context(), pipelineOptions{dsn: c.dsn, config: cfg, sources: sources, sampleData: true, ephemeral: !c.kept, judge: sampleJudge.judge})
	require.NoError(c.t, err)
	return line, sources
}

// look runs a pipeline once and closes it.
func (c *company) look(line *pipeline, sources []source) report.Scan {
	c.t.Helper()
	defer func() { require.NoError(c.t, line.close()) }()
	assessment, err := line.once(c.t.Context(), bare(sources))
	require.NoError(c.t, err)
	var buf bytes.Buffer
	require.NoError(c.t, report.JSON(&buf, assessment))
	scan, err := report.Read(&buf)
	require.NoError(c.t, err)
	return scan
}

// denying answers some operations as a provider does that was not given the right.
type denying struct {
	base   http.RoundTripper
	denied func(operation string) bool
}

// deny takes away one read.
func deny(base http.RoundTripper, op string) http.RoundTripper {
	return denying{base: base, denied: func(asked string) bool { return asked == op }}
}

func (d denying) RoundTrip(r *http.Request) (*http.Response, error) {
	op := transport.Operation(r.Context())
	if !d.denied(op) {
		return d.base.RoundTrip(r)
	}
	body, kind := `{"message":"Resource not accessible by personal access token","errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action"}`, "application/json"
	if !strings.Contains(op, " ") { // AWS names operations service:Operation
		kind = "text/xml"
		body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>"
		if strings.HasPrefix(op, "s3") {
			body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
		}
		if strings.HasPrefix(op, "ec2:") {
			body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not authorized</Message></Error></Errors></Response>"
		}
	}
	return &http.Response{
		StatusCode: http.StatusForbidden, Status: "403 Forbidden", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// sourcesOf are the sources of the sample company and how old their evidence may be.
func sourcesOf(t testing.TB, c *company) map[string]time.Duration {
	t.Helper()
	p := &program{env: sample.Env, now: func() time.Time { return sample.Day }}
	file, err := sample.Write(t.TempDir())
	require.NoError(t, err)
	cfg, err := config.Read(file, p.env)
	require.NoError(t, err)
	sources, err := p.openSources(cfg, transport.New(transport.Options{Base: c.base, Clock: p.now}))
	require.NoError(t, err)
	return maxAges(sources)
}
