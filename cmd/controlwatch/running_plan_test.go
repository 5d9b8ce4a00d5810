package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
)

// A plan stands on the period that was told a moment ago, on no older one, and on
// none that could not be told.
func TestLastTold(t *testing.T) {
	t.Parallel()
	now, times, failing := sample.Day, 0, error(nil)
	l := &lastTold{now: func() time.Time { return now }, tell: func(context.Context) (soc2.Period, error) {
		times++
		return soc2.Period{Until: now}, failing
	}}
	recent := func() soc2.Period {
		told, err := l.recent(t.Context())
		require.NoError(t, err)
		return told
	}
	require.Equal(t, now, recent().Until, "it was never told")
	_, err := l.anew(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, times)

	now = now.Add(daemon.TellPeriodEvery - time.Second)
	recent()
	require.Equal(t, 2, times)
	now = now.Add(time.Second)
	require.Equal(t, now, recent().Until)
	require.Equal(t, 3, times)
	now = now.Add(-time.Hour)
	require.Equal(t, now, recent().Until, "the clock was set back")

	failing = errors.New("disk")
	_, err = l.anew(t.Context())
	require.ErrorIs(t, err, failing)
	_, err = l.recent(t.Context())
	require.ErrorIs(t, err, failing, "what was told before does not stand in for it")
}
