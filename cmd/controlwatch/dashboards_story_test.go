package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/store"
)

// The sample company's scenes, which the demo plays within a minute, are stretched
// here over half a day of hourly rounds that Prometheus reads every ten minutes.
const (
	storyScrape = 10 * time.Minute
	storyMinute = 5 * time.Second // of the demo, an hour here
)

// storyHours says which hour of the scenes each round sees: all of them, then the
// branch without its ruleset for one round, which is too short to be told as drift,
// and at last everything as it was at first.
var storyHours = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 0}

// What the sample company does not have by itself, and dashboards speak of.
const (
	storySettings = `
confirm: {pulls: 2}
evidence:
  log:
    anchors:
      - {name: elsewhere, directory: {path: elsewhere, operator_cannot_write: true}}
      - {name: beside, directory: {path: beside}}
decisions:
  - {id: RA-1, kind: acceptance, control: data-at-rest-is-encrypted, reason: Old robots, requester: Ada, approver: Grace, expires: 2026-12-01}
`
	storyJudgedOtherwise = `
controls:
  parameters:
    dormant-access-is-closed: {max_inactive_days: 1, unused_days: 1}
`
)

// story is what a daemon of the sample company shows, scrape after scrape.
type story struct {
	t      *testing.T
	dir    string
	now    time.Time
	until  time.Time
	store  *store.Store
	p      *program
	began  time.Time // of the process
	pod    int
	scrape map[string]*dto.MetricFamily
}

// tellStory lives through it and writes it as OpenMetrics.
func tellStory(t *testing.T, to io.Writer) (from, until time.Time) {
	t.Helper()
	s := &story{t: t, now: sample.Day, dir: t.TempDir(), scrape: map[string]*dto.MetricFamily{}}
	for _, folder := range []string{"elsewhere", "beside"} {
		require.NoError(t, os.Mkdir(filepath.Join(s.dir, folder), 0o700))
	}
	s.p = &program{stdout: io.Discard, stderr: io.Discard, env: sample.Env, now: func() time.Time { return s.now }}
	dsn := "sqlite:" + filepath.Join(s.dir, "story.db")
	c := s.configured(storySettings)
	var err error
	s.store, err = store.Open(t.Context(), dsn, store.Options{Clock: s.p.now, Version: buildVersion(), Key: s.p.logKey(dsn, c)})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.store.Close()) }()

	measures, work := s.started(c)
	for round := range storyHours {
		switch round {
		case 5:
			measures.Reloaded(s.now, errors.New("a misspelt key"))
		case 7: // it is moved to another node
			measures, work = s.started(c)
		case 9:
			work = s.works(s.configured(storySettings+storyJudgedOtherwise), measures)
			measures.Reloaded(s.now, nil)
		}
		s.round(work, measures)
		for range time.Hour / storyScrape {
			s.read(measures.Gatherer())
			s.until = s.now
			s.now = s.now.Add(storyScrape)
		}
	}
	s.write(to)
	return sample.Day, s.until
}

func (s *story) configured(more string) config.Config {
	s.t.Helper()
	file, err := sample.Write(s.dir)
	require.NoError(s.t, err)
	text, err := os.ReadFile(file)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(file, append(text, more...), 0o600))
	c, err := config.Read(file, s.p.env)
	require.NoError(s.t, err)
	return c
}

// dating says when an answer was given, as providers do, by a clock that goes wrong.
type dating struct {
	http.RoundTripper
	now func() time.Time
}

func (d dating) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Header.Set("Date", d.now().Add(3*time.Second).UTC().Format(http.TimeFormat))
	}
	return answer, err
}

// started is a new process: what it counts begins anew, what the store holds does not.
func (s *story) started(c config.Config) (*metrics.Metrics, daemon.Work) {
	s.t.Helper()
	s.began = s.now
	s.pod++
	measures := metrics.New(buildVersion())
	measures.Reloaded(s.now, nil)
	return measures, s.works(c, measures)
}

func (s *story) works(c config.Config, measures *metrics.Metrics) daemon.Work {
	s.t.Helper()
	life, err := sample.Life(func() time.Duration {
		return time.Duration(storyHours[int(s.now.Sub(sample.Day).Hours())]) * storyMinute
	})
	require.NoError(s.t, err)
	sources, err := s.p.openSources(c, transport.New(transport.Options{Base: dating{life, s.p.now}, Clock: s.p.now, Unpaced: true, Observe: measures.ObserveCall}))
	require.NoError(s.t, err)
	for _, source := range sources {
		measures.Source(source.Name, source.Provider)
	}
	j, err := newJudge(c)
	require.NoError(s.t, err)
	work, err := s.p.workOf(s.t.Context(), s.store, j, pipelineOptions{config: c, sources: sources, sampleData: true})
	require.NoError(s.t, err)
	return work
}

// round does what the daemon does, one after the other.
func (s *story) round(work daemon.Work, measures *metrics.Metrics) {
	s.t.Helper()
	ctx := s.t.Context()
	for _, source := range work.Sources {
		err := work.Pull(ctx, []connect.Source{source.Source})
		require.NoError(s.t, err)
		measures.Ran(source.Source.Name, source.Source.Provider, time.Second, nil)
		measures.Next(source.Source.Name, s.now.Add(time.Hour))
	}
	a, err := work.Assess(ctx)
	require.NoError(s.t, err)
	measures.Assessed(time.Second, nil)
	measures.Withdrawn(a)
	totals, err := s.store.DriftTotals(ctx)
	require.NoError(s.t, err)
	series, err := metrics.Project(a, totals)
	require.NoError(s.t, err)
	period, err := work.Period(ctx)
	require.NoError(s.t, err)
	series, err = series.WithPeriod(period)
	require.NoError(s.t, err)
	attested, err := work.Attestations(ctx)
	require.NoError(s.t, err)
	series, err = series.WithAttestations(attested)
	require.NoError(s.t, err)
	plan, err := work.Plan(ctx, a)
	require.NoError(s.t, err)
	series, err = series.WithPlan(plan)
	require.NoError(s.t, err)
	measures.Publish(series)
	measures.Sealed(work.Seal(ctx))
	anchored, err := work.Anchor(ctx)
	require.NoError(s.t, err)
	measures.Anchored(anchored)
	measures.Pruned(s.now, 0, 0, nil)
	measures.IssuesKept(githubissues.Run{Requests: 1}, nil, s.now) // GitHub is asked elsewhere: no run here
	// Nor is anybody told here: one receiver takes what it is sent, and one is down.
	measures.AlertsMade(nil)
	measures.Outbox([]store.OutboxCount{{Receiver: "security", Waiting: 1, Written: s.began}}, map[string]time.Duration{"security": s.now.Sub(s.began)}, []string{"on-call", "security"})
	measures.AlertSent("on-call")
	measures.AlertFailed("security")
}

// read keeps what a scrape would find, as Prometheus labels it in Kubernetes.
func (s *story) read(from prometheus.Gatherer) {
	s.t.Helper()
	families, err := from.Gather()
	require.NoError(s.t, err)
	at := s.now.UnixMilli()
	target := map[string]string{"namespace": "compliance", "job": "controlwatch", "instance": fmt.Sprintf("10.0.0.%d:9464", s.pod)}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "go_") {
			continue
		}
		kept := s.scrape[f.GetName()]
		if kept == nil {
			kept = &dto.MetricFamily{Name: f.Name, Help: f.Help, Type: f.Type}
			s.scrape[f.GetName()] = kept
		}
		for _, m := range f.GetMetric() {
			m.TimestampMs = &at
			for name, value := range target {
				m.Label = append(m.Label, &dto.LabelPair{Name: &name, Value: &value})
			}
			if f.GetName() == "process_start_time_seconds" {
				began := float64(s.began.Unix())
				m.Gauge.Value = &began
			}
			kept.Metric = append(kept.Metric, m)
		}
	}
}

func (s *story) write(to io.Writer) {
	s.t.Helper()
	var all []*dto.MetricFamily
	for _, name := range slices.Sorted(maps.Keys(s.scrape)) {
		all = append(all, s.scrape[name])
	}
	kept := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return all, nil })
	asked := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, "/metrics", http.NoBody)
	asked.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(kept, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(answer, asked)
	require.Equal(s.t, http.StatusOK, answer.Code)
	_, err := answer.Body.WriteTo(to)
	require.NoError(s.t, err)
}
