package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// driftedDay commits an assessment with some drift on a day of its own.
func driftedDay(tb testing.TB, s *Store, clock *testClock, rows, controls, n int) {
	tb.Helper()
	now := clock.Add(day)
	view, err := s.View(tb.Context(), now, map[string]time.Duration{source: day})
	require.NoError(tb, err)
	a := soc2.Assessment{At: now, StartedAt: now, FinishedAt: now, Judge: judge, Feeds: view.Evidence().Feeds}
	for i := range rows {
		d := soc2.Drift{
			At: now, Change: soc2.Changes[(i+n)%len(soc2.Changes)], Cause: soc2.Causes[(i/3+n)%len(soc2.Causes)],
			Control: fmt.Sprint("control-", i%controls), Check: "c", Severity: soc2.High,
			Resource: user(fmt.Sprint("arn:aws:iam::111122223333:user/", (i*7+n)%5000), true).Resource, From: soc2.Outcome(i % 4), To: soc2.Fail,
		}
		a.Drift = append(a.Drift, d)
	}
	_, err = view.Commit(tb.Context(), a, nil)
	require.NoError(tb, err)
}

// What is read in steps is what all drift says, as far as a plan asks.
func TestDriftHistoryIsWhatAllDriftSays(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	stepwise := &DriftHistory{Store: s}
	empty, err := stepwise.Read(t.Context())
	require.NoError(t, err)
	require.Empty(t, empty)
	for n := range 6 {
		driftedDay(t, s, clock, 61, 3, n)
		if n%2 == 0 {
			continue // two at once the next time
		}
		got, err := stepwise.Read(t.Context())
		require.NoError(t, err)
		all, err := s.DriftSince(t.Context(), time.Time{}, math.MaxInt32)
		require.NoError(t, err)
		require.Len(t, all, 61*(n+1))
		require.Equal(t, asPlanned(all), asPlanned(got))
		require.Less(t, len(got), len(all))
		require.Equal(t, soc2.HeldBefore(all), soc2.HeldBefore(got))
		again, err := stepwise.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, got, again, "nothing is read twice")
	}
}

func asPlanned(all []soc2.Drift) (asked []soc2.Drift) {
	for _, d := range all {
		if d.Change == soc2.Resolved || d.Change == soc2.Reopened || d.Change == soc2.Opened && d.From == soc2.Pass {
			asked = append(asked, soc2.Drift{At: d.At, Change: d.Change, Cause: d.Cause, Control: d.Control, From: d.From})
		}
	}
	slices.SortFunc(asked, func(a, b soc2.Drift) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Control, b.Control), cmp.Compare(a.Change, b.Change), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.From, b.From))
	})
	return slices.Compact(asked)
}

// BenchmarkDriftHistory reads a year of drift, 100,000 of it, as a plan asks for it.
func BenchmarkDriftHistory(b *testing.B) {
	s, clock := setup(b)
	require.NoError(b, s.CommitPlan(b.Context(), plan(clock.Now(), []evidence.PlannedFeed{planned(usersFeed, userPopulation)}...)))
	for n := range 365 {
		driftedDay(b, s, clock, 274, 110, n)
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			all, err := s.DriftSince(b.Context(), time.Time{}, math.MaxInt32)
			require.NoError(b, err)
			require.Len(b, all, 274*365)
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			_, err := (&DriftHistory{Store: s}).Read(b.Context())
			require.NoError(b, err)
		}
	})
	b.Run("again", func(b *testing.B) {
		known := &DriftHistory{Store: s}
		for b.Loop() {
			_, err := known.Read(b.Context())
			require.NoError(b, err)
		}
	})
}
