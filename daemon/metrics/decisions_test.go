package metrics_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestDecisionsAreCountedByWhereTheyAre(t *testing.T) {
	t.Parallel()
	state := func(life soc2.DecisionLife, days int) soc2.DecisionState {
		return soc2.DecisionState{
			Life: life, Expiring: days < 30, Overlaps: []string{"another"},
			KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{Kind: soc2.Accept, Expires: at.AddDate(0, 0, days)}},
		}
	}
	a := company{}.assessment()
	a.Decisions = []soc2.DecisionState{
		state(soc2.DecisionInForce, 90), state(soc2.DecisionInForce, 9), state(soc2.DecisionExpired, -1), state(soc2.DecisionRequested, 5),
	}
	a.Narrowings = []soc2.Narrowing{{Kind: soc2.LeaveOut, Leaves: "Privacy"}, {Kind: soc2.Skip, Source: "aws", Decision: "S"}}
	m := metrics.New("1.0.0")
	publish(t, m, a)
	got := series(t, m)
	for name, want := range map[string]string{
		`controlwatch_decisions{kind="acceptance",state="in-force"}`:              "2",
		`controlwatch_decisions{kind="acceptance",state="expired"}`:               "1",
		`controlwatch_decisions{kind="acceptance",state="requested"}`:             "1",
		`controlwatch_decisions{kind="scope",state="in-force"}`:                   "0",
		`controlwatch_decisions_expiring{kind="acceptance"}`:                      "1",
		`controlwatch_decisions_overlapping{kind="acceptance"}`:                   "2",
		`controlwatch_decisions_next_expiry_timestamp_seconds{kind="acceptance"}`: "1.7955972e+09",
		`controlwatch_narrowed_without_decision{kind="scope"}`:                    "1",
		`controlwatch_narrowed_without_decision{kind="skip"}`:                     "0",
	} {
		require.Equal(t, want, got[name], name)
	}
	require.NotContains(t, got, `controlwatch_decisions_next_expiry_timestamp_seconds{kind="scope"}`, "none is in force: no date, and not 1970")
}
