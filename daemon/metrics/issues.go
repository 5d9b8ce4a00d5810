package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/controlwatch/controlwatch/publish/githubissues"
)

// issueSeries are those of keeping gaps as issues. They appear with the first run.
type issueSeries struct {
	runs, failures, requests *prometheus.CounterVec
	changes                  *prometheus.CounterVec
	success, waiting         *prometheus.GaugeVec
}

const issuesTarget = "github-issues"

func newIssueSeries() *issueSeries {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"target"})
	}
	return &issueSeries{
		runs:     counter("controlwatch_publish_runs_total", "Runs that publish the plan elsewhere.", "target"),
		failures: counter("controlwatch_publish_failures_total", "Runs that publish the plan elsewhere and did not do all of it.", "target"),
		requests: counter("controlwatch_publish_requests_total", "Requests of runs that publish the plan elsewhere, attempts included.", "target"),
		changes:  counter("controlwatch_publish_changes_total", "Gaps whose issue was created, changed, closed or opened again.", "target", "change"),
		success:  gauge("controlwatch_publish_last_success_timestamp_seconds", "When the plan was last published as a whole; 0 if it never was."),
		waiting:  gauge("controlwatch_publish_waiting", "Gaps that get their issue in a later run."),
	}
}

func (s *issueSeries) all() []prometheus.Collector {
	return []prometheus.Collector{s.runs, s.failures, s.requests, s.changes, s.success, s.waiting}
}

// IssuesKept records one run over the issues of gaps.
func (m *Metrics) IssuesKept(run githubissues.Run, err error, at time.Time) {
	s := m.issues
	s.runs.WithLabelValues(issuesTarget).Inc()
	s.failures.WithLabelValues(issuesTarget).Add(0)
	s.requests.WithLabelValues(issuesTarget).Add(float64(run.Requests))
	for _, do := range []githubissues.Do{githubissues.Create, githubissues.Update, githubissues.Close, githubissues.Reopen} {
		s.changes.WithLabelValues(issuesTarget, string(do)).Add(float64(run.Count(do)))
	}
	s.waiting.WithLabelValues(issuesTarget).Set(float64(run.Waiting))
	if err != nil {
		s.failures.WithLabelValues(issuesTarget).Inc()
		s.success.WithLabelValues(issuesTarget).Add(0)
		return
	}
	s.success.WithLabelValues(issuesTarget).Set(seconds(at))
}

// IssuesForgotten ends the series of a target that is no longer configured.
func (m *Metrics) IssuesForgotten() {
	s := m.issues
	of := prometheus.Labels{"target": issuesTarget}
	for _, c := range []*prometheus.CounterVec{s.runs, s.failures, s.requests, s.changes} {
		c.DeletePartialMatch(of)
	}
	for _, g := range []*prometheus.GaugeVec{s.success, s.waiting} {
		g.DeletePartialMatch(of)
	}
}
