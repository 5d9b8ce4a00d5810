package daemon_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// The machine's clock is set by a day, forwards or backwards, while incidents are open
// and a notice waits for its next attempt: what begins, grows and ends is told within
// minutes by a clock on the wall, once, and nothing ends because of it.
func TestAClockThatIsSetDelaysNoAlert(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"forwards": 24 * time.Hour, "back": -24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ops, flaky := &recorder{name: "ops"}, &recorder{name: "flaky"}
				w := newDrifting(t, ops, flaky)
				w.routes.List[0].Wait = time.Minute
				w.set("public", "a", soc2.Pass)
				w.set("public", "b", soc2.Pass)
				w.set("logged", "a", soc2.Pass)
				w.run(3 * time.Minute)
				var up atomic.Bool
				flaky.set(func(context.Context, alert.Notice) error {
					if !up.Load() {
						return errDown
					}
					return nil
				})
				minutes := 0
				w.each = func() {
					switch minutes++; minutes {
					case 2:
						w.set("public", "a", soc2.Fail)
						w.set("logged", "a", soc2.Fail)
					case 20:
						w.skew.Store(int64(skew))
						up.Store(true)
					case 22:
						w.set("public", "b", soc2.Fail)
					case 24:
						w.set("logged", "a", soc2.Pass)
					case 36:
						w.set("public", "a", soc2.Pass)
						w.set("public", "b", soc2.Pass)
					}
				}
				told := func(to *recorder) (firing, ended int) {
					last := map[string]alert.Status{}
					for _, n := range to.notices()[1:] {
						last[n.Key] = n.Status
					}
					for _, status := range last {
						if status == alert.Resolved {
							ended++
						} else {
							firing++
						}
					}
					return firing, ended
				}
				public := 1 // incident, which grew
				if skew > 0 {
					public = 2 // a day later it does not belong together
				}
				minutely := func(o *daemon.Options) { o.Work.AssessEvery = time.Minute }
				r := w.run(34*time.Minute, minutely)
				require.Empty(t, r.Problems())
				for _, to := range []*recorder{ops, flaky} {
					firing, ended := told(to)
					require.Equal(t, []int{public, 1}, []int{firing, ended}, to.name)
					require.Len(t, to.notices()[1:], 4, "%s: two began, one grew or another began, one ended", to.name)
				}
				w.run(10*time.Minute, minutely)
				for _, to := range []*recorder{ops, flaky} {
					firing, ended := told(to)
					require.Equal(t, []int{0, public + 1}, []int{firing, ended}, to.name)
				}
			})
		})
	}
}
