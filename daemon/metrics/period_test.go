package metrics_test

import (
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// half is a running period of a company: every control was seen for half of it.
func half(a soc2.Assessment) soc2.Period {
	window := soc2.Interval{From: at.Add(-48 * time.Hour), To: at.Add(48 * time.Hour)}
	p := soc2.Period{Asked: soc2.PeriodAsked{Type: soc2.TypeII, Window: window, Zone: time.UTC}, Until: at, Running: true}
	seen := soc2.Intervals{{From: window.From, To: at.Add(-24 * time.Hour)}}
	for _, c := range a.Controls {
		p.Controls = append(p.Controls, soc2.ControlPeriod{
			ID: c.ID, Elapsed: 48 * time.Hour, Seen: seen, Observed: seen, FixWithin: time.Hour,
			Holes:      []soc2.PeriodHole{{SightGap: soc2.SightGap{Interval: soc2.Interval{From: seen[0].To, To: at}, Reason: evidence.Denied}, Open: true}},
			Deviations: []soc2.Deviation{{Control: c.ID, FirstBad: window.From, LastBad: at.Add(-24 * time.Hour)}},
		})
	}
	return p
}

func publishWithPeriod(t *testing.T, m *metrics.Metrics, a soc2.Assessment, drift ...store.DriftTotal) {
	t.Helper()
	p, err := metrics.Project(a, drift)
	require.NoError(t, err)
	p, err = p.WithPeriod(half(a))
	require.NoError(t, err)
	for _, part := range []metrics.Part{metrics.Attestations, metrics.Period, metrics.Plan, metrics.Reviews} {
		p, err = p.Told(part, true)
		require.NoError(t, err)
	}
	p, err = p.WithAttestations(attestedOf(a))
	require.NoError(t, err)
	p, err = p.WithReviews(reviewed(), 0)
	require.NoError(t, err)
	p, err = p.WithPlan(soc2.PlanOf(soc2.PlanInputs{Analysis: soc2.AnalyseGaps(soc2.GapInputs{Assessment: &a})}))
	require.NoError(t, err)
	m.Publish(p)
}

func TestPeriodSeries(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.0.0")
	publishWithPeriod(t, m, company{accounts: 1, controls: 2}.assessment())
	families, err := m.Gatherer().Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, f := range families {
		if len(f.GetMetric()) == 2 {
			got[f.GetName()] = value(f.GetMetric()[1])
		}
	}
	for name, want := range map[string]float64{
		"controlwatch_period_seen_ratio": 0.5, "controlwatch_period_observed_ratio": 0.5, "controlwatch_period_deviations": 1,
		"controlwatch_period_deviations_late": 1, "controlwatch_period_open_holes": 1,
	} {
		require.Contains(t, got, name)
		require.InDelta(t, want, got[name], 0, name)
	}
}

func value(m *dto.Metric) float64 { return m.GetGauge().GetValue() }
