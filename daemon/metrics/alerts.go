package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/controlwatch/controlwatch/store"
)

// alertSeries are those of alerts that are sent directly. A receiver's appear when
// it is configured and go when it is not.
type alertSeries struct {
	sent, failures           *prometheus.CounterVec
	waiting, refused, oldest *prometheus.GaugeVec
	unmade                   *prometheus.CounterVec
	names                    map[string]bool
}

func newAlertSeries() *alertSeries {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"receiver"})
	}
	return &alertSeries{
		sent:     counter("controlwatch_alerts_sent_total", "Notices that a receiver took; for an Alertmanager, times it was shown what fires.", "receiver"),
		failures: counter("controlwatch_alerts_failures_total", "Attempts to send alerts that did not succeed, or could not be made since the store takes nothing.", "receiver"),
		waiting:  gauge("controlwatch_alerts_waiting", "Notices that wait to be sent, those for a digest or the end of quiet hours included."),
		refused:  gauge("controlwatch_alerts_refused", "Notices that a receiver will not take until somebody acts."),
		oldest:   gauge("controlwatch_alerts_oldest_age_seconds", "For how long the oldest notice that should have gone out has not: group waits, digests, quiet hours and what waits for a refused one do not count. 0 if none is late."),
		unmade:   counter("controlwatch_alerts_making_failures_total", "Times that drift could not be made into alerts; it is tried again."),
		names:    map[string]bool{},
	}
}

func (s *alertSeries) all() []prometheus.Collector {
	return []prometheus.Collector{s.sent, s.failures, s.waiting, s.refused, s.oldest, s.unmade}
}

// AlertsMade records one time that drift was made into alerts.
func (m *Metrics) AlertsMade(err error) {
	m.alerts.unmade.WithLabelValues().Add(0)
	if err != nil {
		m.alerts.unmade.WithLabelValues().Inc()
	}
}

// AlertSent records that a receiver took a notice.
func (m *Metrics) AlertSent(receiver string) { m.alerts.sent.WithLabelValues(receiver).Inc() }

// AlertFailed records an attempt that did not succeed.
func (m *Metrics) AlertFailed(receiver string) { m.alerts.failures.WithLabelValues(receiver).Inc() }

// Outbox records how the outbox stands, and by how much receivers' notices are late.
// Receivers that are not configured and have nothing waiting have no series.
func (m *Metrics) Outbox(counts []store.OutboxCount, late map[string]time.Duration, configured []string) {
	s := m.alerts
	there := map[string]store.OutboxCount{}
	for _, name := range configured {
		there[name] = store.OutboxCount{}
		s.sent.WithLabelValues(name).Add(0)
		s.failures.WithLabelValues(name).Add(0)
	}
	for _, c := range counts {
		there[c.Receiver] = c
	}
	for name := range s.names {
		if _, ok := there[name]; !ok {
			for _, gone := range []interface{ DeleteLabelValues(...string) bool }{s.sent, s.failures, s.waiting, s.refused, s.oldest} {
				gone.DeleteLabelValues(name)
			}
		}
	}
	s.names = map[string]bool{}
	for name, c := range there {
		s.names[name] = true
		s.waiting.WithLabelValues(name).Set(float64(c.Waiting))
		s.refused.WithLabelValues(name).Set(float64(c.Refused))
		s.oldest.WithLabelValues(name).Set(late[name].Seconds())
	}
}
