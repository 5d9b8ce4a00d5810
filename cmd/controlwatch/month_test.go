package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// TestMonth lives through thirty days of hourly assessments of a thousand
// resources, as BenchmarkYear does through more, and finds the log whole, every
// assessment signed, every verdict the same when it is replayed, and each day as
// it was.
func TestMonth(t *testing.T) {
	t.Parallel()
	const days = monthDays
	y := newYear(t, 1000)
	y.live(t, days)
	v, err := y.store.Verify(t.Context(), store.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, v.Problems)
	require.Empty(t, v.Warnings)
	require.EqualValues(t, days*24, v.Checkpoints)
	require.Positive(t, y.drift(t))
	require.Positive(t, y.replay(t, days).Verdicts)

	before := 0
	for day := range days {
		noon := y.began.Add(time.Duration(day)*24*time.Hour + 12*time.Hour)
		seen, err := y.store.Snapshot(t.Context(), noon, map[string]time.Duration{copiesSource: 24 * time.Hour})
		require.NoError(t, err)
		require.Len(t, seen.Facts, y.company.resources/(days*24/pullHours))
		changed := slices.DeleteFunc(seen.Facts, func(f evidence.Fact) bool { return !strings.HasSuffix(f.Resource.Name, " v1") })
		require.Greater(t, len(changed), before, "another one in a hundred changed each day")
		before = len(changed)
	}
}
