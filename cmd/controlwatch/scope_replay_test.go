package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// A profile changes what criteria say, so it is kept with the assessment and comes
// back when it is replayed; what is asked of the past has the scope of its day.
func TestProfileIsReplayed(t *testing.T) {
	t.Parallel()
	plain := newCompany(t)
	before := plain.scan(0)
	c := newCompany(t)
	for _, after := range []time.Duration{0, 12 * time.Hour} {
		line, sources := c.open(after)
		line.assessor.Scope.Profile = "baseline"
		scan := c.look(line, sources)
		require.Len(t, scan.Controls, len(before.Controls), "no control leaves the report")
		advisory := map[string]bool{}
		for i, control := range scan.Controls {
			require.Equal(t, before.Controls[i].Failing, control.Failing)
			advisory[control.ID] = control.Adoption == string(soc2.Advisory)
		}
		require.True(t, advisory["duties-are-separated"], "it is of the established")
		require.False(t, advisory["people-use-multi-factor-sign-in"])
		require.LessOrEqual(t, criteriaIn(scan, soc2.NoGapSeen), criteriaIn(before, soc2.NoGapSeen))
		require.GreaterOrEqual(t, criteriaIn(scan, soc2.GapSeen), criteriaIn(before, soc2.GapSeen))
	}
	code, stdout, stderr := c.ask("replay", "--from", "2026-11-01")
	require.Equal(t, exitOK, code, stdout+stderr)

	inventory := c.inventory("--as-of", "2026-11-16T20:00:00Z")
	require.NotZero(t, inventory.Counts.Systems["shop"], "the scope was kept")
}

func criteriaIn(s report.Scan, state soc2.CriterionState) (n int) {
	for _, c := range s.Criteria {
		if c.State == state {
			n++
		}
	}
	return n
}
