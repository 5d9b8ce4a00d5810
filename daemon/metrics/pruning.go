package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// pruning are the series of the retention.
type pruning struct {
	prunes                    *prometheus.CounterVec
	prunedBodies, prunedBytes prometheus.Counter
	prunedAt                  prometheus.Gauge
}

func newPruning() pruning {
	return pruning{
		prunes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "controlwatch_store_prunes_total",
			Help: "Times that evidence older than the retention was looked for and pruned. One that failed left it kept.",
		}, []string{"result"}),
		prunedBodies: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "controlwatch_store_pruned_bodies_total", Help: "Bodies of evidence that this process pruned, each under a tombstone in the log.",
		}),
		prunedBytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "controlwatch_store_pruned_bytes_total", Help: "Bytes that they had. The file keeps the room and uses it again.",
		}),
		prunedAt: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "controlwatch_store_last_prune_timestamp_seconds", Help: "When evidence older than the retention was last looked for without an error.",
		}),
	}
}

// Pruned counts what the retention removed.
func (m *Metrics) Pruned(at time.Time, bodies, bytes int64, err error) {
	m.prunes.WithLabelValues(result(err)).Inc()
	m.prunedBodies.Add(float64(bodies))
	m.prunedBytes.Add(float64(bytes))
	if err == nil {
		m.prunedAt.Set(seconds(at))
	}
}
