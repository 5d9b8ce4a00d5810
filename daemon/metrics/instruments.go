package metrics

import "github.com/prometheus/client_golang/prometheus"

// instruments are the series that count what this process does.
type instruments struct {
	pruning
	leadership
	build                                 *prometheus.GaugeVec
	requests, throttles                   *prometheus.CounterVec
	requestDuration, runDuration          *prometheus.HistogramVec
	runs, missed, overlapped, assessments *prometheus.CounterVec
	seals                                 *prometheus.CounterVec
	next                                  *prometheus.GaugeVec
	reloadOK, reloadTime                  prometheus.Gauge
	assessmentDuration                    prometheus.Histogram
	unconfirmed                           *prometheus.CounterVec
}

func newInstruments() instruments {
	i := instruments{
		build: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "controlwatch_build_info", Help: "1, with the version of controlwatch and of Go.",
		}, []string{"version", "goversion"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_api_requests_total",
			Help: "Attempts to call a provider, by declared operation and class of answer (1xx to 5xx, error: no whole answer, refused: not let out).",
		}, []string{"provider", "operation", "code"}),
		throttles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_api_throttles_total", Help: "Answers in which a provider asked us to slow down.",
		}, []string{"provider", "operation"}),
		requestDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "controlwatch_api_request_duration_seconds", Help: "How long attempts to call a provider took.",
			Buckets: []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"provider"}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_source_runs_total",
			Help: "Runs of a source. A run failed when we could not keep what it brought; what a provider would not tell is a hole, not a failed run.",
		}, []string{"source", "result"}),
		runDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "controlwatch_source_run_duration_seconds", Help: "How long runs of a source took, all its pulls together.",
			Buckets: []float64{1, 5, 15, 60, 300, 900, 3600, 14400},
		}, []string{"provider"}),
		missed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_schedule_missed_total",
			Help: "Ticks of a source's schedule that passed while this process, or its machine, was not there to run them.",
		}, []string{"source"}),
		overlapped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_schedule_overlaps_total",
			Help: "Ticks of a source's schedule that were skipped because the run before was still going.",
		}, []string{"source"}),
		next: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "controlwatch_schedule_next_timestamp_seconds", Help: "When a source runs next.",
		}, []string{"source"}),
		reloadOK: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "controlwatch_config_last_reload_successful",
			Help: "1 if the configuration was read without a problem the last time it was, 0 if the one before stays in force.",
		}),
		reloadTime: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "controlwatch_config_last_reload_success_timestamp_seconds", Help: "When the configuration in force was read.",
		}),
		assessments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_assessments_total",
			Help: "Assessments. While they fail, the last good one stays published.",
		}, []string{"result"}),
		seals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_log_checkpoints_total",
			Help: "Checkpoints of the evidence log after an assessment. One that failed leaves the evidence kept but unsigned until the next.",
		}, []string{"result"}),
		assessmentDuration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "controlwatch_assessment_duration_seconds", Help: "How long assessments took.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
		unconfirmed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_drift_unconfirmed_total",
			Help: "Findings that failed or were lost from sight and were as before again, too early to be confirmed and announced as drift.",
		}, []string{"control"}),
		pruning: newPruning(), leadership: newLeadership(),
	}
	for _, r := range []string{ok, failed} {
		i.prunes.WithLabelValues(r)
		i.assessments.WithLabelValues(r)
		i.seals.WithLabelValues(r)
	}
	return i
}

func (i instruments) all() []prometheus.Collector {
	return []prometheus.Collector{
		i.build, i.requests, i.throttles, i.requestDuration, i.runs, i.runDuration,
		i.missed, i.overlapped, i.next, i.reloadOK, i.reloadTime, i.assessments, i.assessmentDuration, i.seals,
		i.unconfirmed, i.prunes, i.prunedBodies, i.prunedBytes, i.prunedAt, i.epoch, i.fenced,
	}
}
