package metrics

import (
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/soc2"
)

// Metrics is one process's series, in a registry of its own. It exists before
// the daemon, because the way out to providers reports to it. It is safe for
// concurrent use.
type Metrics struct {
	registry  *prometheus.Registry
	published atomic.Pointer[Projection]
	anchors   *anchorSeries
	issues    *issueSeries
	judged    map[string]bool // controls of the last assessment
	alerts    *alertSeries
	instruments
}

// New makes the series of this process. version is controlwatch's own.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), anchors: newAnchorSeries(), issues: newIssueSeries(), alerts: newAlertSeries(), instruments: newInstruments()}
	for _, c := range m.all() {
		m.registry.MustRegister(c)
	}
	for _, c := range m.anchors.all() {
		m.registry.MustRegister(c)
	}
	for _, c := range slices.Concat(m.issues.all(), m.alerts.all()) {
		m.registry.MustRegister(c)
	}
	m.registry.MustRegister(m, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.build.WithLabelValues(version, runtime.Version()).Set(1)
	return m
}

// Handler serves the series in the formats Prometheus reads.
func (m *Metrics) Handler(log *zap.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            zap.NewStdLog(log),
		ErrorHandling:       promhttp.HTTPErrorOnError, // half the series would read as if the rest had gone
		MaxRequestsInFlight: 8,
		EnableOpenMetrics:   true,
	})
}

// Gatherer reads the series, for tests.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Publish exchanges everything the last assessment said for what this one says.
func (m *Metrics) Publish(p Projection) { m.published.Store(&p) }

// Describe lists the projected families.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range projectedFamilies {
		ch <- f.desc
	}
}

// Collect gives the series of the published assessment; before the first there are none.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	p := m.published.Load()
	if p == nil {
		return
	}
	for _, s := range p.series {
		ch <- s
	}
}

// ObserveCall counts one attempt to call a provider.
func (m *Metrics) ObserveCall(c transport.Call) {
	operation := c.Operation
	if c.Refused || operation == "" {
		operation = "undeclared" // what was asked for is nobody's list, so it is no label
	}
	m.requests.WithLabelValues(c.Provider, operation, code(c)).Inc()
	throttles := m.throttles.WithLabelValues(c.Provider, operation)
	if c.Throttled {
		throttles.Inc()
	}
	if !c.Refused {
		m.requestDuration.WithLabelValues(c.Provider).Observe(c.Duration.Seconds())
	}
}

// code is the class of an answer.
func code(c transport.Call) string {
	switch {
	case c.Refused:
		return "refused"
	case c.Err != nil || c.Status < 100 || c.Status > 599:
		return "error"
	}
	return strconv.Itoa(c.Status/100) + "xx"
}

// Source makes the series of a configured source, at zero.
func (m *Metrics) Source(name, provider string) {
	for _, result := range []string{ok, failed} {
		m.runs.WithLabelValues(name, result)
	}
	m.missed.WithLabelValues(name)
	m.overlapped.WithLabelValues(name)
	m.runDuration.WithLabelValues(provider)
}

// Forget ends the series of a source that is no longer configured.
func (m *Metrics) Forget(name string) {
	of := prometheus.Labels{"source": name}
	for _, counter := range []*prometheus.CounterVec{m.runs, m.missed, m.overlapped} {
		counter.DeletePartialMatch(of)
	}
	m.next.DeletePartialMatch(of)
}

// Reloaded records that the configuration was read, or could not be used.
func (m *Metrics) Reloaded(at time.Time, err error) {
	if err != nil {
		m.reloadOK.Set(0)
		return
	}
	m.reloadOK.Set(1)
	m.reloadTime.Set(seconds(at))
}

// Sealed counts one signature over the evidence log.
func (m *Metrics) Sealed(err error) { m.seals.WithLabelValues(result(err)).Inc() }

// Next records when a source runs next.
func (m *Metrics) Next(source string, at time.Time) { m.next.WithLabelValues(source).Set(seconds(at)) }

// Missed counts ticks of a schedule that passed while nothing could run.
func (m *Metrics) Missed(source string, ticks int) {
	m.missed.WithLabelValues(source).Add(float64(ticks))
}

// Overlapped counts ticks of a schedule that passed while the run before was still going.
func (m *Metrics) Overlapped(source string, ticks int) {
	m.overlapped.WithLabelValues(source).Add(float64(ticks))
}

// Ran counts one run of a source. err is ours, not a provider's: those are holes.
func (m *Metrics) Ran(source, provider string, took time.Duration, err error) {
	m.runs.WithLabelValues(source, result(err)).Inc()
	m.runDuration.WithLabelValues(provider).Observe(took.Seconds())
}

// Withdrawn counts drift of an assessment that was over before it was confirmed.
// Controls that it does not judge end. Assessments are one at a time.
func (m *Metrics) Withdrawn(a soc2.Assessment) {
	judged := map[string]bool{}
	for _, c := range a.Controls {
		judged[c.ID] = true
		m.unconfirmed.WithLabelValues(c.ID) // at zero, so that a first one is a rise
	}
	for id := range m.judged {
		if !judged[id] {
			m.unconfirmed.DeleteLabelValues(id)
		}
	}
	m.judged = judged
	for _, w := range a.Pending.Withdrawn {
		if !judged[w.Control] {
			continue // it left the catalogue while it waited
		}
		m.unconfirmed.WithLabelValues(w.Control).Inc()
	}
}

// Assessed counts one assessment.
func (m *Metrics) Assessed(took time.Duration, err error) {
	m.assessments.WithLabelValues(result(err)).Inc()
	m.assessmentDuration.Observe(took.Seconds())
}

const ok, failed = "ok", "failed"

func result(err error) string {
	if err != nil {
		return failed
	}
	return ok
}
