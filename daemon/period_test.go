package daemon

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// A hole that can be mended is warned of once, while the period is told anew every
// ten minutes and not more often.
func TestTellPeriod(t *testing.T) {
	t.Parallel()
	core, logged := observer.New(zap.InfoLevel)
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	d := &Daemon{opts: Options{Log: zap.New(core), Clock: func() time.Time { return now }, Metrics: metrics.New("1")}}
	hole := soc2.PeriodHole{SightGap: soc2.SightGap{Interval: soc2.Interval{From: now.Add(-time.Hour), To: now}, Reason: evidence.Denied}, Open: true, Places: []string{"a"}}
	told, failing := 0, error(nil)
	doing := &duty{Work: Work{Period: func(context.Context) (soc2.Period, error) {
		told++
		return soc2.Period{
			Asked: soc2.PeriodAsked{Type: soc2.TypeII, Zone: time.UTC, Window: soc2.Interval{From: now.Add(-24 * time.Hour), To: now.Add(24 * time.Hour)}},
			Until: now, Running: true, Days: soc2.Days{ToCome: 1},
			Controls: []soc2.ControlPeriod{{ID: "c", Elapsed: 24 * time.Hour, Holes: []soc2.PeriodHole{hole}}},
		}, failing
	}}}
	tell := func() *toldPeriod {
		p := d.tellPeriod(t.Context(), doing)
		d.published.Store(&published{period: p})
		return p
	}
	first := tell()
	require.Len(t, first.lines(), 2)
	require.Contains(t, first.lines()[1], "1 controls are not observed now")
	require.Equal(t, 1, logged.FilterMessage("hole in the running period").Len())

	now = now.Add(time.Minute)
	require.Same(t, first, tell(), "it was told a moment ago")
	now = now.Add(TellPeriodEvery)
	tell()
	require.Equal(t, 2, told)
	require.Equal(t, 1, logged.FilterMessage("hole in the running period").Len(), "it is warned of once")

	hole.From = now.Add(-time.Minute)
	now = now.Add(TellPeriodEvery)
	tell()
	require.Equal(t, 2, logged.FilterMessage("hole in the running period").Len(), "another hole is warned of")

	now, failing = now.Add(TellPeriodEvery), errors.New("disk")
	require.Nil(t, tell(), "a period that cannot be told is not told as it was")
	require.Equal(t, 1, logged.FilterMessage("the observation period could not be told").Len())
	require.Empty(t, (*toldPeriod)(nil).lines())
}
