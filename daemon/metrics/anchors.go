package metrics

import (
	"errors"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/controlwatch/controlwatch/publish/anchor"
)

// anchorSeries are those of the evidence log and the anchors of its checkpoints.
// All but the rounds appear with the first one.
type anchorSeries struct {
	mu                 sync.Mutex
	known              map[string]bool
	rounds             *prometheus.CounterVec
	logSize, protected *prometheus.GaugeVec
	info               *prometheus.GaugeVec
	attempts, failures *prometheus.CounterVec
	success, size      *prometheus.GaugeVec
	rewritten          *prometheus.GaugeVec
}

func newAnchorSeries() *anchorSeries {
	byName := []string{"anchor"}
	gauge := func(name, help string, labels []string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	s := &anchorSeries{
		known: map[string]bool{},
		rounds: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_anchor_rounds_total",
			Help: "Rounds over all anchors of the evidence log. One failed when it could not be made at all; what a single anchor would not take is counted with that anchor.",
		}, []string{"result"}),
		logSize: gauge("controlwatch_log_size",
			"Leaves of the evidence log under its newest checkpoint.", nil),
		protected: gauge("controlwatch_log_protected_size",
			"Leaves that an anchor out of the operator's reach has taken; 0: the log is not protected against the operator.", nil),
		info: gauge("controlwatch_anchor_info",
			"1 for each configured anchor of the evidence log; outside says whether it is out of the operator's reach.", []string{"anchor", "kind", "outside"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_anchor_attempts_total", Help: "Attempts to hand a checkpoint to an anchor.",
		}, byName),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_anchor_failures_total", Help: "Attempts to hand a checkpoint to an anchor that failed.",
		}, byName),
		success: gauge("controlwatch_anchor_last_success_timestamp_seconds",
			"When an anchor gave its newest receipt; 0 if it never did.", byName),
		size: gauge("controlwatch_anchor_size",
			"Leaves under the newest checkpoint that an anchor has taken.", byName),
		rewritten: gauge("controlwatch_anchor_rewritten",
			"1 while an anchor holds what this log cannot have come from: it was rewritten, or an older copy of the store was put back.", byName),
	}
	for _, r := range []string{ok, failed} {
		s.rounds.WithLabelValues(r) // at zero, so that a first one is a rise
	}
	return s
}

func (s *anchorSeries) all() []prometheus.Collector {
	return []prometheus.Collector{s.rounds, s.logSize, s.protected, s.info, s.attempts, s.failures, s.success, s.size, s.rewritten}
}

// AnchorRound counts one round over the anchors. err is ours: the round could not be made.
func (m *Metrics) AnchorRound(err error) {
	m.anchors.rounds.WithLabelValues(result(err)).Inc()
}

// Anchored records one round over the anchors. Anchors that are no longer
// configured end.
func (m *Metrics) Anchored(round anchor.Round) {
	s := m.anchors
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logSize.WithLabelValues().Set(float64(round.Newest.Size))
	s.protected.WithLabelValues().Set(float64(round.Protection().Size))
	s.info.Reset()
	now := map[string]bool{}
	for _, r := range round.Results {
		now[r.Anchor] = true
		outside := "false"
		if r.Outside {
			outside = "true"
		}
		s.info.WithLabelValues(r.Anchor, r.Kind, outside).Set(1)
		s.attempts.WithLabelValues(r.Anchor).Add(float64(r.Attempts))
		s.failures.WithLabelValues(r.Anchor).Add(float64(r.Failures))
		var success float64
		if !r.Receipt.At.IsZero() {
			success = seconds(r.Receipt.At)
		}
		s.success.WithLabelValues(r.Anchor).Set(success)
		s.size.WithLabelValues(r.Anchor).Set(float64(r.Receipt.Size))
		var rewritten float64
		if errors.Is(r.Err, anchor.ErrRewritten) {
			rewritten = 1
		}
		s.rewritten.WithLabelValues(r.Anchor).Set(rewritten)
	}
	for name := range s.known {
		if now[name] {
			continue
		}
		for _, series := range []interface{ DeleteLabelValues(...string) bool }{s.attempts, s.failures, s.success, s.size, s.rewritten} {
			series.DeleteLabelValues(name)
		}
	}
	s.known = now
}
