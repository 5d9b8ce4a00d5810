package soc2_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestRollUp(t *testing.T) {
	t.Parallel()
	const u, p, f, n = soc2.Unobserved, soc2.Pass, soc2.Fail, soc2.NotApplicable
	require.Equal(t, u, soc2.Outcome(0), "whatever forgets to decide has not seen")
	require.Equal(t, n, soc2.RollUp())
	require.Equal(t, f, soc2.RollUp(p, u, f, n))
	require.Equal(t, u, soc2.RollUp(p, u, n))
	require.Equal(t, p, soc2.RollUp(n, p))
	require.Equal(t, soc2.Outcome(99), soc2.RollUp(soc2.Outcome(99), p), "what is not known outranks a pass")
}

func TestOutcomeText(t *testing.T) {
	t.Parallel()
	for _, o := range soc2.Outcomes {
		b, err := json.Marshal(o)
		require.NoError(t, err)
		var back soc2.Outcome
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, o, back)
	}
	var o soc2.Outcome
	require.ErrorContains(t, json.Unmarshal([]byte(`"passed"`), &o), "expected fail, unobserved")
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, soc2.GapSeen, soc2.StateOf(soc2.Pass, soc2.Fail, soc2.Unobserved))
	require.Equal(t, soc2.EvidenceIncomplete, soc2.StateOf(soc2.Pass, soc2.Unobserved))
	require.Equal(t, soc2.NoGapSeen, soc2.StateOf(soc2.Pass, soc2.NotApplicable))
	require.Equal(t, soc2.EvidenceIncomplete, soc2.StateOf(), "no control at all shows nothing")
	require.Equal(t, soc2.EvidenceIncomplete, soc2.StateOf(soc2.NotApplicable), "nothing to look at shows nothing")
}

func TestSeverityOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, soc2.Critical, soc2.SeverityOf(4, 5))
	require.Equal(t, soc2.High, soc2.SeverityOf(3, 4))
	require.Equal(t, soc2.Medium, soc2.SeverityOf(2, 3))
	require.Equal(t, soc2.Low, soc2.SeverityOf(1, 5))
	_, err := soc2.ParseSeverity("urgent")
	require.ErrorContains(t, err, "expected low, medium, high or critical")
}
