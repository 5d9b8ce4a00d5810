package metrics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
)

// attestedOf has every control attested, the first for one system and overdue.
func attestedOf(a soc2.Assessment) (all []soc2.AttestationStanding) {
	for i, c := range a.Controls {
		s := soc2.AttestationStanding{Control: soc2.Control{ID: c.ID}, State: soc2.AttestedPerformed, Until: at.Add(48 * time.Hour)}
		if i == 0 {
			s.System, s.State, s.Until = "shop", soc2.AttestedOverdue, at.Add(-36*time.Hour)
		}
		all = append(all, s)
	}
	return all
}

func TestAttestationSeries(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.0.0")
	publishWithPeriod(t, m, company{accounts: 1, controls: 2}.assessment())
	none, err := metrics.Projection{}.WithAttestations([]soc2.AttestationStanding{{Control: soc2.Control{ID: "never"}, State: soc2.AttestedNever}})
	require.NoError(t, err)
	never := metrics.New("1.0.0")
	never.Publish(none)
	gathered, err := never.Gatherer().Gather()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, f := range gathered {
		names[f.GetName()] = true
	}
	require.True(t, names["controlwatch_attestation_state"])
	require.False(t, names["controlwatch_attestation_due_timestamp_seconds"], "what was never attested has no end")
	got := map[string]float64{}
	families, err := m.Gatherer().Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, one := range f.GetMetric() {
			key := f.GetName()
			for _, l := range one.GetLabel() {
				if l.GetName() == "state" || l.GetName() == "system" {
					key += " " + l.GetValue()
				}
			}
			got[key] = value(one)
		}
	}
	require.InDelta(t, float64(at.Add(-36*time.Hour).Unix()), got["controlwatch_attestation_due_timestamp_seconds shop"], 0)
	require.InDelta(t, 1, got["controlwatch_attestation_state overdue shop"], 0)
	require.InDelta(t, 1, got["controlwatch_attestation_controls overdue"], 0)
	require.InDelta(t, 1, got["controlwatch_attestation_controls performed"], 0)
	require.InDelta(t, 0, got["controlwatch_attestation_controls never"], 0)
	require.Contains(t, got, "controlwatch_attestation_controls never", "a state that nothing is in is there too")
}
