package store

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// BenchmarkPeriod tells six months of hourly pulls and assessments, in which 1 % of
// the resources change every day.
func BenchmarkPeriod(b *testing.B) {
	const resources, checks, days = 10_000, 5, 181
	w := newWorld(b)
	began := w.clock.Now()
	w.estate(resources, checks, days)
	window := soc2.Interval{From: began, To: began.Add(days * day)}
	b.Run(fmt.Sprintf("resources=%d/checks=%d/days=%d", resources, checks, days), func(b *testing.B) {
		var peak uint64
		for b.Loop() {
			ev, err := w.s.Period(b.Context(), PeriodQuery{Window: window, MaxAges: map[string]time.Duration{source: day}, MaxAge: day})
			require.NoError(b, err)
			require.NotEmpty(b, ev.Controls["users-have-mfa"].Deviations)
			p := soc2.PeriodOf(ev, soc2.PeriodAsked{Window: window, Zone: time.UTC, Catalogue: soc2.Catalogue{Controls: []soc2.Control{userCheck}}})
			b.ReportMetric(float64(len(p.Controls[0].Deviations)), "deviations")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
		b.ReportMetric(float64(assessmentsOf(b, w)), "assessments")
		b.ReportMetric(float64(peak)/(1<<20), "MiB_heap")
	})
}

func assessmentsOf(tb testing.TB, w *world) int64 {
	tb.Helper()
	return number(tb, w.s, "SELECT COUNT(*) FROM assessment")
}

// estate writes what the daemon would, at the store's boundary: each hour a plan, a
// pull and an assessment; once a day one resource of a hundred changes, and every
// check of it turns over.
func (w *world) estate(resources, checks, days int) {
	w.tb.Helper()
	ctx := w.tb.Context()
	facts := numbered("arn:aws:iam::111122223333:user/", resources, true)
	good := make([]bool, resources)
	first := make([]time.Time, resources)
	for i := range good {
		good[i], first[i] = true, w.clock.Now()
	}
	turn := 0
	for hour := range days * 24 {
		var changed []int
		if hour == 0 {
			for i := range facts {
				changed = append(changed, i)
			}
		} else if hour%24 == 0 {
			for range resources / 100 {
				i := turn % resources
				turn += 7 // the same ones turn back one day
				good[i] = !good[i]
				facts[i] = user(facts[i].Resource.ID, good[i])
				changed = append(changed, i)
			}
		}
		now := w.clock.Add(58 * time.Minute)
		require.NoError(w.tb, w.s.CommitPlan(ctx, plan(now, w.feeds...)))
		if len(changed) > 0 {
			require.NoError(w.tb, w.s.CommitPull(ctx, pullOf(w.clock.Add(time.Minute), usersFeed, userPopulation), facts))
		} else {
			require.NoError(w.tb, w.unchanged(w.clock.Add(time.Minute)))
		}
		now = w.clock.Add(time.Minute)
		view, err := w.s.View(ctx, now, map[string]time.Duration{source: day})
		require.NoError(w.tb, err)
		a := soc2.Assessment{At: now, StartedAt: now, FinishedAt: now, Judge: judge, Feeds: view.Evidence().Feeds}
		a.Controls = []soc2.ControlResult{{ID: "users-have-mfa", Failing: len(changed)}}
		for _, i := range changed {
			states := make([]soc2.FindingState, checks)
			outcome := soc2.Pass
			if !good[i] {
				outcome = soc2.Fail
			}
			for k := range states {
				states[k] = soc2.FindingState{
					Key: soc2.FindingKey{Control: "users-have-mfa", Check: fmt.Sprint("check-", k)}, Outcome: outcome, Definite: outcome,
					Inputs: evidence.Digest([]byte(fmt.Sprint(i, hour))), Severity: soc2.High, FirstSeen: first[i], LastChanged: now,
				}
			}
			view.Keep(facts[i].Resource, states)
		}
		_, err = view.Commit(ctx, a, nil)
		require.NoError(w.tb, err)
	}
}

// unchanged commits what a complete pull in which nothing differs writes, without
// comparing every fact again.
func (w *world) unchanged(at time.Time) error {
	ctx := w.tb.Context()
	p := pullOf(at, usersFeed, userPopulation)
	_, err := w.s.commit(ctx, kindPull, "pull", func(ctx context.Context, c *commit) error {
		blob, err := c.blob(ctx, []byte(fmt.Sprintf(`{"at":%d}`, micros(at))))
		if err != nil {
			return err
		}
		if err := c.exec(ctx, "INSERT INTO pull (seq, feed, source, started_at, finished_at, record) VALUES ($1, 1, $2, $3, $4, $5)",
			c.seq, source, micros(p.StartedAt), micros(p.FinishedAt), blob); err != nil {
			return err
		}
		return c.exec(ctx, "INSERT INTO pull_population (population, seq, complete) VALUES (1, $1, TRUE)", c.seq)
	})
	return err
}
