package daemon_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// work runs a daemon's schedules on the bubble's clock for a while.
func work(t *testing.T, r *running, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	r.Work(ctx)
}

func value(t *testing.T, r *running, series string) float64 {
	t.Helper()
	name, _, _ := strings.Cut(series, "{")
	families, err := r.metrics.Gatherer().Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			if name+"{"+strings.Join(labels, ",")+"}" == series {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	require.Fail(t, "no such series", series)
	return 0
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	// A bubble's clock begins at midnight UTC on 2000-01-01.
	const source, day = "aws/1111", 24 * time.Hour
	for name, c := range map[string]struct {
		schedule           string
		pulledAgo          time.Duration // before the start; 0: never
		takes              time.Duration // one pull
		length             time.Duration
		pulls              int
		missed, overlapped float64
	}{
		"what was never pulled is pulled at once, then on its schedule": {"0 */6 * * *", 0, 0, 9*day + time.Second, 37, 0, 0},
		"what is fresh waits for its tick":                              {"0 */6 * * *", time.Hour - time.Second, 0, 5 * time.Hour, 1, 1, 0},
		"what missed ticks while nobody was there is pulled at once":    {"0 */6 * * *", 25 * time.Hour, 0, time.Hour, 1, 5, 0},
		"a pull that takes longer than its schedule skips ticks":        {"@every 1h", 0, 150 * time.Minute, 9*time.Hour - time.Second, 3, 0, 6},
		"a schedule means UTC":                                          {"30 2 * * *", time.Minute, 0, 2*time.Hour + 29*time.Minute, 0, 0, 0},
		"a schedule means UTC, and its tick comes":                      {"30 2 * * *", time.Minute, 0, 2*time.Hour + 31*time.Minute, 1, 0, 0},
		"a schedule with a time zone of its own means that":             {"CRON_TZ=Europe/Berlin 30 2 * * *", time.Minute, 0, 91 * time.Minute, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				if c.pulledAgo > 0 {
					w.pulledAt[source] = time.Now().Add(-c.pulledAgo)
				}
				w.pull = func(ctx context.Context, _ string) error {
					select {
					case <-time.After(c.takes):
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				r := newDaemon(t, w, map[string]string{source: c.schedule})
				work(t, r, c.length)
				require.Len(t, w.pulled(), c.pulls)
				require.InDelta(t, c.missed, value(t, r, "controlwatch_schedule_missed_total{source=aws/1111}"), 0)
				require.InDelta(t, c.overlapped, value(t, r, "controlwatch_schedule_overlaps_total{source=aws/1111}"), 0)
			})
		})
	}
}

func TestAPanicCostsOneRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		n := 0
		w.pull = func(context.Context, string) error {
			if n++; n%2 == 1 {
				panic("a collector fell over")
			}
			return nil
		}
		r := newDaemon(t, w, map[string]string{"aws/1111": "0 * * * *"})
		work(t, r, 10*time.Hour+time.Second)
		require.Len(t, w.pulled(), 11)
		require.InDelta(t, 6, value(t, r, "controlwatch_source_runs_total{result=failed,source=aws/1111}"), 0)
		require.InDelta(t, 5, value(t, r, "controlwatch_source_runs_total{result=ok,source=aws/1111}"), 0)
		require.Equal(t, 6, r.log.FilterMessage("run could not be kept").Len())
	})
}

func TestOneSourceThatHangsKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.pull = func(ctx context.Context, source string) error {
			if source == "aws/1111" {
				<-ctx.Done()
			}
			return ctx.Err()
		}
		r := newDaemon(t, w, map[string]string{"aws/1111": "0 * * * *", "github/acme": "0 * * * *"})
		work(t, r, 10*time.Hour+time.Second)
		github := 0
		for _, p := range w.pulled() {
			if p == "github/acme" {
				github++
			}
		}
		require.Equal(t, 11, github)
		require.Len(t, w.pulled(), 12)
	})
}

func TestAClockSetForwardCountsWhatWasMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		begin := time.Now()
		w.clock = func() time.Time {
			if time.Since(begin) > 90*time.Minute {
				return time.Now().Add(5 * time.Hour) // the machine slept
			}
			return time.Now()
		}
		r := newDaemon(t, w, map[string]string{"aws/1111": "0 * * * *"})
		work(t, r, 100*time.Minute)
		require.Len(t, w.pulled(), 3, "at the start, at one, and at once after the sleep")
		require.InDelta(t, 4, value(t, r, "controlwatch_schedule_missed_total{source=aws/1111}"), 0)
	})
}

func TestAClockSetBackDoesNotStopTheSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		begin := time.Now()
		w.clock = func() time.Time {
			if time.Since(begin) > 30*time.Minute {
				return time.Now().Add(-48 * time.Hour)
			}
			return time.Now()
		}
		r := newDaemon(t, w, map[string]string{"aws/1111": "0 * * * *"})
		work(t, r, 10*time.Hour+time.Second)
		require.Len(t, w.pulled(), 11)
	})
}

func TestAssessments(t *testing.T) {
	t.Parallel()
	t.Run("come at the start, before any pull", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.pull = func(context.Context, string) error {
				require.Len(t, w.assessments(), 1)
				return nil
			}
			work(t, newDaemon(t, w, map[string]string{"aws/1111": "0 0 1 1 *"}), time.Second)
			require.Len(t, w.assessments(), 2, "and after the pull")
		})
	})
	t.Run("come every hour without any pull", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			work(t, newDaemon(t, w, nil), 5*time.Hour+time.Second)
			require.Len(t, w.assessments(), 6)
		})
	})
	t.Run("are tried again soon when they fail, and the last one stays", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			r := newDaemon(t, w, nil)
			begin := time.Now()
			time.AfterFunc(30*time.Minute, func() { w.change(func() { w.failAssess = errors.New("database is locked") }) })
			work(t, r, 65*time.Minute+time.Second)
			require.Len(t, w.assessments(), 7, "at the start, after an hour, and every minute since")
			a, ok := r.Assessment()
			require.True(t, ok)
			require.Equal(t, begin, a.At)
			require.InDelta(t, 6, value(t, r, "controlwatch_assessments_total{result=failed}"), 0)
			require.Equal(t, 6, r.log.FilterMessage("assessment failed; the last one stays published").Len())
		})
	})
	t.Run("whose drift cannot be counted are not published", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.failTotals = errors.New("disk I/O error")
			r := newDaemon(t, w, nil)
			work(t, r, time.Second)
			_, ok := r.Assessment()
			require.False(t, ok)
			n, err := testutil.GatherAndCount(r.metrics.Gatherer(), "controlwatch_assessment_timestamp_seconds")
			require.NoError(t, err)
			require.Zero(t, n)
		})
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	never, err := cron.ParseStandard("0 0 30 2 *")
	require.NoError(t, err)
	hourly, err := cron.ParseStandard("@hourly")
	require.NoError(t, err)
	w := newWorld()
	whole := daemon.Options{Work: daemon.Work{Pull: w.Pull, Assess: w.Assess}, Drift: w, Metrics: metrics.New("1"), Log: zap.NewNop(), Clock: time.Now}
	one := daemon.Scheduled{Source: connect.Source{Name: "aws/1111"}, Schedule: hourly}
	for name, c := range map[string]struct {
		change func(*daemon.Options)
		says   string
	}{
		"nothing to assess with":      {func(o *daemon.Options) { o.Work.Assess = nil }, "must be given"},
		"a source twice":              {func(o *daemon.Options) { o.Work.Sources = slices.Repeat([]daemon.Scheduled{one}, 2) }, "source aws/1111 is configured twice"},
		"a day that never comes":      {func(o *daemon.Options) { o.Work.Sources = []daemon.Scheduled{{Source: one.Source, Schedule: never}} }, "never comes round"},
		"a source without a schedule": {func(o *daemon.Options) { o.Work.Sources = []daemon.Scheduled{{Source: one.Source}} }, "never comes round"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := whole
			c.change(&o)
			_, err := daemon.New(o)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestARunThatWasKilledHalfwayIsMadeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.pulledAt["aws/1111"] = time.Now()
		w.shape = func(a *soc2.Assessment) { // one of the source's feeds was never reached
			a.Feeds = append(a.Feeds, evidence.FeedState{Source: "aws/1111", ID: evidence.FeedID{Collector: "other", Scope: places["aws/1111"]}})
		}
		work(t, newDaemon(t, w, map[string]string{"aws/1111": yearly}), time.Second)
		require.Len(t, w.pulled(), 1)
	})
}
