package daemon_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// What should have gone out is late from then on: quiet hours before count for
// nothing, and those that follow end nothing.
func TestLateIsSinceItShouldHaveGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // it begins at midnight UTC
		midnight := time.Now()
		ops := &recorder{name: "ops"}
		w := newDrifting(t, ops)
		daily := [7]bool{true, true, true, true, true, true, true}
		w.routes.List[0].Quiet = []alerts.Quiet{{Zone: time.UTC, Days: daily, From: 0, To: 60}, {Zone: time.UTC, Days: daily, From: 3 * 60, To: 5 * 60}}
		w.set("public", "a", soc2.Pass)
		w.run(10 * time.Minute)
		w.each = func() { w.set("public", "a", soc2.Fail) }
		ops.set(func(context.Context, alert.Notice) error { return errDown })
		until := func(moment time.Duration) float64 {
			r := w.run(moment-time.Since(midnight), func(o *daemon.Options) { o.Work.AssessEvery = time.Hour })
			return value(t, r, "controlwatch_alerts_oldest_age_seconds{receiver=ops}")
		}
		require.Zero(t, until(50*time.Minute), "it is quiet")
		require.InDelta(t, 3600, until(2*time.Hour), 60)
		require.InDelta(t, 3*3600, until(4*time.Hour), 60, "it is quiet again, and as late as it was")
		ops.set(nil)
		require.Zero(t, until(5*time.Hour+20*time.Minute))
		require.Len(t, ops.notices(), 2)
	})
}

// A notice that cannot be handed over is said although its receiver takes others.
func TestOneNoticeThatIsLateIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := &recorder{name: "ops", answer: func(_ context.Context, n alert.Notice) error {
			if n.Alerts != nil && n.Alerts[0].Control == "poison" {
				return errDown
			}
			return nil
		}}
		w := newDrifting(t, ops)
		w.set("poison", "a", soc2.Pass)
		w.set("public", "a", soc2.Pass)
		w.run(10 * time.Minute)
		looks := 0
		w.each = func() {
			looks++
			w.set("poison", "a", soc2.Fail)
			w.set("public", "a", []soc2.Outcome{soc2.Pass, soc2.Fail}[looks/3%2])
		}
		r := w.run(90 * time.Minute)
		require.Greater(t, len(ops.notices()), 10)
		require.Contains(t, strings.Join(r.Problems(), "\n"), `Alerts do not go out to "ops"`)
	})
}

// A volume that is full takes no attempt: none is made then, since nobody could tell
// later whether it was. It is said, and all goes out once there is room, once.
func TestAFullVolumeIsSaidAndLosesNoAlert(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := &recorder{name: "ops"}
		w := newDrifting(t, ops)
		w.set("public", "a", soc2.Pass)
		w.run(10 * time.Minute)
		w.each = func() { w.set("public", "a", soc2.Fail) }
		r := w.run(2*time.Hour, func(o *daemon.Options) {
			o.Work.AssessEvery = time.Hour
			o.Work.Alerts.Book = full{w.store}
		})
		require.Len(t, ops.notices(), 1)
		require.Contains(t, strings.Join(r.Problems(), "\n"), `Alerts do not go out to "ops": 1 wait`)
		require.Greater(t, value(t, r, "controlwatch_alerts_failures_total{receiver=ops}"), 10.0)
		require.InDelta(t, 2*3600, value(t, r, "controlwatch_alerts_oldest_age_seconds{receiver=ops}"), 120)
		w.run(10 * time.Minute)
		require.Len(t, ops.notices(), 2)
	})
}

// full is a store in which notices wait, and that takes nothing any more.
type full struct{ daemon.AlertBook }

func (full) Claim(context.Context, store.Outgoing, time.Time, time.Time) ([]byte, bool, error) {
	return nil, false, errors.New("claim a notice: database or disk is full")
}
