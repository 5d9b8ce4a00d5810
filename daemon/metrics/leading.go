package metrics

import "github.com/prometheus/client_golang/prometheus"

// leadership are the series of who may write the store.
type leadership struct{ epoch, fenced prometheus.Gauge }

func newLeadership() leadership {
	return leadership{
		epoch: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "controlwatch_store_epoch",
			Help: "Fencing epoch under which this process writes the store; each start of a daemon begins the next. Of two that show different ones the greater writes.",
		}),
		fenced: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "controlwatch_store_fenced",
			Help: "1 once another process took the store over from this one, which keeps nothing any more and is about to stop.",
		}),
	}
}

// Leading tells the epoch under which the process writes.
func (m *Metrics) Leading(epoch int64) { m.epoch.Set(float64(epoch)) }

// Fenced tells that another process took the store over.
func (m *Metrics) Fenced() { m.fenced.Set(1) }
