package daemon_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// A schedule that does not come round while a test runs.
const yearly = "0 0 1 1 *"

type answer struct {
	status int
	header http.Header
	body   string
}

func (r *running) ask(t *testing.T, method, path string, headers ...string) answer {
	t.Helper()
	return r.askAt(t, r.Addr().String(), method, path, headers...)
}

func (r *running) askAt(t *testing.T, address, method, path string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, http.NoBody)
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	res, err := (&http.Client{Transport: transport}).Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.StatusCode, res.Header, string(body)}
}

// series is every controlwatch series with its value.
func (r *running) series(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(r.ask(t, http.MethodGet, "/metrics").body) {
		if i := strings.LastIndex(line, " "); i > 0 && strings.HasPrefix(line, "controlwatch_") {
			all[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return all
}

// of keeps the series of one provider.
func of(series map[string]string, provider string) map[string]string {
	kept := maps.Clone(series)
	maps.DeleteFunc(kept, func(name, _ string) bool {
		return !strings.Contains(name, `provider="`+provider+`"`) || strings.Contains(name, "_run_duration_")
	})
	return kept
}

// settled waits until a source was pulled and the assessment after it is published.
func (r *running) settled(t *testing.T, pulls int) {
	t.Helper()
	for range pulls {
		r.await(t, "source assessed")
	}
}

func TestBeforeTheFirstAssessment(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.failAssess = errors.New("database is locked")
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	r.start(t)
	r.await(t, "assessment failed; the last one stays published")
	require.Equal(t, http.StatusServiceUnavailable, r.ask(t, "GET", "/readyz").status)
	require.Equal(t, http.StatusServiceUnavailable, r.ask(t, "GET", "/api/v1/scan").status)
	require.Contains(t, r.ask(t, "GET", "/").body, "The first assessment is under way.")
	health := r.ask(t, "GET", "/healthz")
	require.Equal(t, http.StatusOK, health.status)
	require.Contains(t, health.body, `"degraded"`)
	require.NotContains(t, health.body, "locked", "errors are for the log")
	for name := range r.series(t) {
		require.NotContains(t, name, "control=")
	}
}

func TestServing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	r.start(t)
	r.settled(t, 1)

	for path, contentType := range map[string]string{
		"/": "text/html; charset=utf-8", "/style.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml",
		"/api/v1/scan": "application/json", "/healthz": "application/json", "/readyz": "text/plain; charset=utf-8",
		"/metrics": "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
	} {
		t.Run("GET and HEAD of "+path, func(t *testing.T) {
			t.Parallel()
			got := r.ask(t, http.MethodGet, path)
			require.Equal(t, http.StatusOK, got.status)
			require.Equal(t, contentType, got.header.Get("Content-Type"))
			require.NotEmpty(t, got.body)
			require.Contains(t, got.header.Get("Content-Security-Policy"), "default-src 'none'")
			require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
			head := r.ask(t, http.MethodHead, path)
			require.Equal(t, http.StatusOK, head.status)
			require.Empty(t, head.body)
		})
		t.Run("no other method on "+path, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
				want := http.StatusMethodNotAllowed
				if path == "/api/v1/scan" && method == http.MethodPost {
					want = http.StatusForbidden // no token is set, so nobody may
				}
				require.Equal(t, want, r.ask(t, method, path).status)
			}
		})
	}
	t.Run("nothing else is there", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/index.html", "/api", "/debug/pprof/", "/../etc/passwd"} {
			require.Equal(t, http.StatusNotFound, r.ask(t, "GET", path).status)
		}
	})
	t.Run("a name that points here from elsewhere gets nothing", func(t *testing.T) {
		t.Parallel()
		for host, status := range map[string]int{
			"evil.example": http.StatusMisdirectedRequest, "evil.example:9464": http.StatusMisdirectedRequest, "10.0.0.1": http.StatusMisdirectedRequest,
			"localhost": http.StatusOK, "LOCALHOST:1": http.StatusOK, "127.0.0.1:9464": http.StatusOK, "[::1]:9464": http.StatusOK,
		} {
			require.Equal(t, status, r.ask(t, "GET", "/readyz", "Host", host).status, host)
		}
	})
	t.Run("health is good", func(t *testing.T) {
		t.Parallel()
		require.JSONEq(t, `{"status":"ok","problems":[]}`, r.ask(t, "GET", "/healthz").body)
	})
}

func TestTheScanIsTheWholeContract(t *testing.T) {
	t.Parallel()
	w := newWorld()
	now := time.Now()
	w.clock = func() time.Time { return now } // so that assessing once more changes nothing
	w.shape = func(a *soc2.Assessment) {
		pass := a.Findings[:0:0]
		for _, f := range a.Findings {
			f.Outcome, f.Resource.ID = soc2.Pass, "u2"
			pass = append(pass, f)
		}
		a.Findings = append(a.Findings, pass...)
	}
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly, "github/acme": yearly})
	r.start(t)
	r.settled(t, 2)
	plain := r.ask(t, "GET", "/api/v1/scan")
	require.Empty(t, plain.header.Get("Content-Encoding"))
	scan, err := report.Read(strings.NewReader(plain.body))
	require.NoError(t, err)
	require.Len(t, scan.Findings, 4, "those that pass too")
	for coding, packed := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false} {
		got := r.ask(t, "GET", "/api/v1/scan", "Accept-Encoding", coding)
		body := io.Reader(strings.NewReader(got.body))
		require.Equal(t, packed, got.header.Get("Content-Encoding") == "gzip", coding)
		if packed {
			body, err = gzip.NewReader(body)
			require.NoError(t, err)
		}
		var b bytes.Buffer
		_, err = b.ReadFrom(body)
		require.NoError(t, err)
		require.Equal(t, plain.body, b.String())
	}
	a, _ := r.Assessment()
	require.Len(t, a.Findings, 2, "what is only counted is not kept in memory twice")
}

func TestARunOfOneSourceLeavesTheOtherAlone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	start := time.Now()
	w.pulledAt["aws/1111"], w.pulledAt["github/acme"] = start.Add(-2*time.Second), start.Add(-2*time.Second)
	tick := make(chan struct{})
	w.pull = func(context.Context, string) error {
		<-tick
		return nil
	}
	r := newDaemon(t, w, map[string]string{"aws/1111": "@every 3s"})
	r.start(t)
	r.await(t, "assessment published")
	before := r.series(t)
	w.change(func() {
		w.shape = func(a *soc2.Assessment) { // what AWS brings now: the user was mended
			for i := range a.Findings {
				if a.Findings[i].Resource.Provider == "aws" {
					a.Findings[i].Outcome = soc2.Pass
				}
			}
		}
	})
	close(tick)
	r.settled(t, 1)
	after := r.series(t)
	require.NotEmpty(t, of(before, "github"))
	require.Equal(t, of(before, "github"), of(after, "github"))
	require.NotEqual(t, of(before, "aws"), of(after, "aws"))
	const fails = `controlwatch_findings{account="1111",control="users-have-mfa",outcome="fail",provider="aws"}`
	require.Equal(t, "1", before[fails])
	require.Equal(t, "0", after[fails], "what was mended is no longer counted")
}

func TestARestartLosesNothingAndInventsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.totals = []store.DriftTotal{{Control: "users-have-mfa", Change: soc2.Opened, Cause: soc2.CauseSystem, Count: 3}}
	first := newDaemon(t, w, map[string]string{"aws/1111": yearly, "github/acme": yearly})
	stop := first.start(t)
	first.settled(t, 2)
	before := first.series(t)
	stop()

	w.change(func() { w.pull = func(context.Context, string) error { panic("nothing is due") } })
	second := newDaemon(t, w, map[string]string{"aws/1111": yearly, "github/acme": yearly})
	second.start(t)
	second.await(t, "assessment published")
	var after map[string]string
	require.Eventually(t, func() bool { // when a source is next asked is known a moment later
		after = second.series(t)
		for name := range before {
			if _, known := after[name]; !known && strings.Contains(name, "_schedule_next_") {
				return false
			}
		}
		return true
	}, time.Minute, 10*time.Millisecond)
	for name, value := range before {
		if strings.Contains(name, "assessment_") || strings.Contains(name, "assessments_") || strings.Contains(name, "_run") || strings.Contains(name, "_reload_") {
			continue // of the process, or of the moment
		}
		require.Equal(t, value, after[name], name)
	}
	require.Equal(t, "3", after[`controlwatch_drift_events_total{cause="system",change="opened",control="users-have-mfa"}`])
	require.Len(t, w.pulled(), 2, "what is fresh is not pulled again")
}

func TestSeriesOfWhatIsNoLongerPlannedEnd(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.pulledAt["github/acme"] = time.Now()
	tick := make(chan struct{})
	w.pull = func(context.Context, string) error {
		<-tick
		return nil
	}
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	r.start(t)
	r.await(t, "assessment published")
	require.NotEmpty(t, of(r.series(t), "github"))
	w.change(func() {
		w.shape = func(a *soc2.Assessment) {
			a.Feeds = slices.DeleteFunc(a.Feeds, func(f evidence.FeedState) bool { return f.Source == "github/acme" })
			a.Findings = slices.DeleteFunc(a.Findings, func(f soc2.Finding) bool { return f.Resource.Provider == "github" })
		}
	})
	close(tick)
	r.settled(t, 1)
	require.Empty(t, of(r.series(t), "github"))
}

func TestShutdownInTheMiddleOfAPull(t *testing.T) {
	t.Parallel()
	w := newWorld()
	reading, returned := make(chan struct{}), make(chan error, 1)
	w.pull = func(ctx context.Context, _ string) error {
		close(reading)
		<-ctx.Done()
		returned <- context.Cause(ctx)
		return context.Cause(ctx)
	}
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	stop := r.start(t)
	<-reading
	stop()
	require.ErrorContains(t, <-returned, "the test is over", "the pull was told why")
	require.Len(t, w.assessments(), 1, "nothing is judged of half a pull")
	require.Empty(t, w.pulledAt, "nothing of it is kept")
	require.InDelta(t, 0, value(t, r, "controlwatch_source_runs_total{result=failed,source=aws/1111}"), 0, "our going away is nobody's failure")
	require.Equal(t, 1, r.log.FilterMessage("run stopped").Len())
	require.Equal(t, "stopped", r.log.All()[r.log.Len()-1].Message)
	_, err := http.Get("http://" + r.Addr().String())
	require.Error(t, err)
}

func TestATakenAddressIsToldBeforeAnythingIsPulled(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := newDaemon(t, w, nil)
	r.start(t)
	second := newDaemonAt(t, w, r.Addr().String())
	require.ErrorContains(t, second.Start(t.Context()), "give another address")
}

func TestDrift(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.drift = []soc2.Drift{
		{
			At: time.Now(), Change: soc2.Opened, Cause: soc2.CauseSystem, Control: "users-have-mfa", Check: "user", From: soc2.Pass, To: soc2.Fail, Severity: soc2.High,
			Resource: evidence.Resource{Provider: "aws", Account: "1111", Type: "user", ID: "u1", Name: "ada\nfake line"},
		},
		{Change: soc2.Resolved, Cause: soc2.CauseTime, Control: "users-have-mfa", From: soc2.Fail, To: soc2.Pass, Severity: soc2.Low},
	}
	w.recent = w.drift
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	r.start(t)
	r.settled(t, 1)
	lines := r.log.FilterMessage("drift").All()
	require.Len(t, lines, 2, "once each, however often it is assessed")
	require.Equal(t, zapcore.WarnLevel, lines[0].Level)
	require.Equal(t, zapcore.InfoLevel, lines[1].Level)
	require.Equal(t, map[string]any{
		"control": "users-have-mfa", "check": "user", "change": "opened", "cause": "system", "severity": "high",
		"provider": "aws", "account": "1111", "region": "", "type": "user", "resource": "ada\nfake line",
		"from": "pass", "to": "fail", "gone": false,
	}, lines[0].ContextMap())
	require.Contains(t, r.ask(t, "GET", "/").body, `&#34;ada\nfake line&#34;`)
	require.NotContains(t, r.ask(t, "GET", "/").body, `http-equiv="refresh"`)
	require.Contains(t, r.ask(t, "GET", "/?follow=1").body, `http-equiv="refresh"`)
}

func TestARunThatCannotBeKeptIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.pull = func(context.Context, string) error { return errors.New("disk is full") }
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	r.start(t)
	r.settled(t, 1)
	require.Equal(t, "1", r.series(t)[`controlwatch_source_runs_total{result="failed",source="aws/1111"}`])
	require.Contains(t, r.ask(t, "GET", "/healthz").body, "could not be kept")
	require.Contains(t, r.ask(t, "GET", "/").body, "Degraded.")
	require.Equal(t, "disk is full", r.log.FilterMessage("run could not be kept").All()[0].ContextMap()["error"])
}
