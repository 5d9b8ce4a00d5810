package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

const day = 24 * time.Hour

var userCheck = soc2.Control{
	ID: "users-have-mfa", Title: "Users have MFA", Likelihood: 4, Impact: 4,
	Checks: []soc2.Check{{ID: "user-mfa", Kind: "User"}},
}

// world is a store that is pulled into and judged by hand, with the real Differ.
type world struct {
	tb    testing.TB
	s     *Store
	clock *testClock
	feeds []evidence.PlannedFeed
	judge soc2.Judge

	acceptance *soc2.Acceptance
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	s, clock := setup(tb)
	return &world{tb: tb, s: s, clock: clock, feeds: []evidence.PlannedFeed{planned(usersFeed, userPopulation)}, judge: judge}
}

// look plans and pulls, whole or not, a minute long.
func (w *world) look(hole *evidence.Hole, facts ...evidence.Fact) {
	w.tb.Helper()
	require.NoError(w.tb, w.s.CommitPlan(w.tb.Context(), plan(w.clock.Now(), w.feeds...)))
	started := w.clock.Now()
	p := pullOf(w.clock.Add(time.Minute), usersFeed, userPopulation)
	p.StartedAt = started
	if hole != nil {
		p.Holes = append(p.Holes, *hole)
	}
	require.NoError(w.tb, w.s.CommitPull(w.tb.Context(), p, facts))
}

// assess judges every user as their fact says, and keeps what differs.
func (w *world) assess(outcome func(evidence.Fact) soc2.Outcome) {
	w.tb.Helper()
	ctx, now := w.tb.Context(), w.clock.Add(time.Minute)
	view, err := w.s.View(ctx, now, map[string]time.Duration{source: day})
	require.NoError(w.tb, err)
	seen := view.Evidence()
	a := soc2.Assessment{At: now, StartedAt: now, FinishedAt: now, Judge: w.judge, Feeds: seen.Feeds}
	a.Controls = []soc2.ControlResult{{ID: "users-have-mfa", Checks: []string{"user-mfa"}, Adoption: soc2.Proposed}}
	differ := soc2.NewDiffer(view.Baseline(), &a)
	keep := func(r evidence.Resource, findings []soc2.Finding, was []soc2.FindingState) {
		if states, changed := differ.Compare(findings, was); changed {
			view.Keep(r, states)
		}
	}
	memory := soc2.Recall(view.Remembered(ctx), func(left soc2.Remembered) error {
		keep(left.Resource, nil, left.States)
		return nil
	})
	for f, err := range seen.Facts(ctx, everyKind) {
		require.NoError(w.tb, err)
		was, err := memory.Of(f.Resource.Key())
		require.NoError(w.tb, err)
		keep(f.Resource, []soc2.Finding{{
			Control: "users-have-mfa", Check: "user-mfa", Outcome: outcome(f), Severity: soc2.High, Resource: f.Resource, Inputs: f.Digest,
			Acceptance: w.acceptance,
		}}, was)
	}
	require.NoError(w.tb, memory.Rest())
	memory.Close()
	a.Drift = differ.Drift()
	_, err = view.Commit(ctx, a, nil)
	require.NoError(w.tb, err)
}

func byMFA(f evidence.Fact) soc2.Outcome {
	on := f.Body.(*evidence.User).MFA.Enabled
	switch {
	case on == nil:
		return soc2.Unobserved
	case *on:
		return soc2.Pass
	}
	return soc2.Fail
}

func (w *world) period(window soc2.Interval) soc2.ControlPeriod {
	w.tb.Helper()
	ev, err := w.s.Period(w.tb.Context(), PeriodQuery{Window: window, MaxAges: map[string]time.Duration{source: day}, MaxAge: day})
	require.NoError(w.tb, err)
	p := soc2.PeriodOf(ev, soc2.PeriodAsked{
		Type: soc2.TypeII, Window: window, Zone: time.UTC, Now: w.clock.Now(), Catalogue: soc2.Catalogue{Controls: []soc2.Control{userCheck}},
	})
	require.Len(w.tb, p.Controls, 1)
	return p.Controls[0]
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // from 2026-03-31 12:00
	april := soc2.Interval{From: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	every := func(until time.Time, hole *evidence.Hole, facts ...evidence.Fact) {
		for w.clock.Now().Before(until) {
			w.look(hole, facts...)
			w.assess(byMFA)
			w.clock.Add(6*time.Hour - 2*time.Minute)
		}
	}
	every(april.From.Add(10*day), nil, user("ada", true), user("kofi", true))
	good := w.clock.Now().Add(-6 * time.Hour)
	bad := w.clock.Now()
	every(bad.Add(2*day), nil, user("ada", false), user("kofi", true))
	lost := w.clock.Now()
	every(lost.Add(day), &evidence.Hole{Type: userPopulation.Type, Reason: evidence.Denied, Operation: "iam:ListUsers"})
	back := w.clock.Now()
	every(back.Add(day), nil, user("ada", false), user("kofi", true))
	mended := w.clock.Now()
	every(april.To.Add(day), nil, user("ada", true), user("kofi", true))

	c := w.period(april)
	require.Equal(t, soc2.DeviationSeen, c.State)
	require.Len(t, c.Deviations, 1)
	d := c.Deviations[0]
	require.Equal(t, "ada", d.Resource.ID)
	require.Equal(t, soc2.EndFixed, d.End)
	require.Equal(t, soc2.BeforeGood, d.Before)
	require.True(t, d.ByLook)
	require.Equal(t, good, d.LastGood)
	require.Equal(t, bad.Add(time.Minute), d.FirstBad)
	require.Equal(t, mended.Add(-6*time.Hour), d.LastBad)
	require.Equal(t, mended.Add(time.Minute), d.FirstGood)
	detect, known := d.TimeToDetect()
	require.True(t, known)
	require.Equal(t, 6*time.Hour+time.Minute, detect)

	require.Len(t, c.Holes, 1)
	require.Equal(t, evidence.Denied, c.Holes[0].Reason)
	require.Equal(t, soc2.Interval{From: lost, To: back}, c.Holes[0].Interval)
	require.Equal(t, 30*day-24*time.Hour, c.Observed.Length())
	require.Equal(t, soc2.Days{Covered: 29, Lost: 1}, c.Days)
	require.Equal(t, 2, c.Resources)
	require.Equal(t, c.Planned, c.Executed+4)
	require.Equal(t, 120, c.Planned)
}

func daysFrom(from time.Time, days int) soc2.Interval {
	return soc2.Interval{From: from, To: from.Add(time.Duration(days) * day)}
}

// every looks and judges each six hours.
func (w *world) every(times int, outcome func(evidence.Fact) soc2.Outcome, hole *evidence.Hole, facts ...evidence.Fact) {
	w.tb.Helper()
	for range times {
		w.look(hole, facts...)
		w.assess(outcome)
		w.clock.Add(6*time.Hour - 2*time.Minute)
	}
}

var deniedUsers = &evidence.Hole{Type: userPopulation.Type, Reason: evidence.Denied, Operation: "iam:ListUsers"}

func TestPeriodsOfAllSorts(t *testing.T) {
	t.Parallel()
	deviation := func(t *testing.T, c soc2.ControlPeriod) soc2.Deviation {
		t.Helper()
		require.Len(t, c.Deviations, 1)
		require.Equal(t, soc2.DeviationSeen, c.State)
		return c.Deviations[0]
	}

	t.Run("sight that is lost inside a deviation leaves it open, and what it says is what was seen", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", true))
		w.every(4, byMFA, nil, user("ada", false))
		seenBad := w.clock.Now().Add(-6 * time.Hour)
		w.every(8, byMFA, deniedUsers)
		c := w.period(daysFrom(from, 4))
		d := deviation(t, c)
		require.Equal(t, soc2.EndOpen, d.End)
		require.Equal(t, seenBad, d.LastBad)
		require.True(t, d.FirstGood.IsZero())
		require.Equal(t, 2*day, c.Elapsed-c.Seen.Length())
	})

	t.Run("what was seen after the end of the window is not in it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", true))
		w.every(4, byMFA, nil, user("ada", false))
		w.every(4, byMFA, nil, user("ada", true))
		d := deviation(t, w.period(daysFrom(from, 2)))
		require.Equal(t, soc2.EndOpen, d.End)
		require.True(t, d.FirstGood.IsZero())
		require.Equal(t, soc2.EndFixed, deviation(t, w.period(daysFrom(from, 3))).End)
		require.Equal(t, soc2.EndFixed, deviation(t, w.period(soc2.Interval{From: from.Add(day), To: from.Add(3 * day)})).End)
		require.Empty(t, w.period(soc2.Interval{From: from, To: from.Add(day)}).Deviations)
	})

	t.Run("what disappears was not fixed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", true), user("kofi", true))
		w.every(4, byMFA, nil, user("ada", false), user("kofi", true))
		gone := w.clock.Now()
		w.every(4, byMFA, nil, user("kofi", true))
		d := deviation(t, w.period(daysFrom(from, 3)))
		require.Equal(t, soc2.EndGone, d.End)
		require.Equal(t, gone.Add(time.Minute), d.FirstGood)

		w.every(1, byMFA, nil, user("ada", false), user("kofi", true))
		c := w.period(daysFrom(from, 4))
		require.Len(t, c.Deviations, 2)
		require.Equal(t, soc2.BeforeAbsent, c.Deviations[1].Before)
	})

	t.Run("what leaves the scope while it fails stays open", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", false))
		other := usersFeed
		other.Scope.Account = "444455556666"
		w.feeds = []evidence.PlannedFeed{planned(other, userPopulation)}
		require.NoError(t, w.s.CommitPlan(t.Context(), plan(w.clock.Now(), w.feeds...)))
		w.assess(byMFA)
		w.clock.Add(day)
		d := deviation(t, w.period(daysFrom(from, 3)))
		require.Equal(t, soc2.EndOpen, d.End)
		require.Equal(t, soc2.LeftScope, d.Left)
		require.Equal(t, soc2.BeforeUnseen, d.Before)
		_, known := d.TimeToDetect()
		require.False(t, known, "it failed when it was first looked at")
	})

	t.Run("an age that passes between two looks is found by judging", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", true))
		good := w.clock.Now().Add(-6*time.Hour + 2*time.Minute)
		w.assess(func(evidence.Fact) soc2.Outcome { return soc2.Fail })
		failed := w.clock.Now()
		w.clock.Add(time.Minute)
		d := deviation(t, w.period(daysFrom(from, 3)))
		require.False(t, d.ByLook)
		require.Equal(t, good, d.LastGood)
		require.Equal(t, failed, d.FirstBad)
	})

	t.Run("an acceptance is shown for the time it was in force, and shortens nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", false))
		accepted := w.clock.Now().Add(2 * time.Minute)
		until := accepted.Add(day)
		w.acceptance = &soc2.Acceptance{ID: "A-1", Expires: until}
		w.every(8, byMFA, nil, user("ada", false))
		w.acceptance = nil
		w.every(4, byMFA, nil, user("ada", true))
		d := deviation(t, w.period(daysFrom(from, 5)))
		require.Equal(t, from.Add(time.Minute), d.FirstBad)
		require.Equal(t, from.Add(11*6*time.Hour), d.LastBad)
		require.Equal(t, from.Add(12*6*time.Hour+time.Minute), d.FirstGood)
		require.Equal(t, []soc2.Accepted{{Interval: soc2.Interval{From: accepted, To: until}, Expires: until}}, d.Accepted)
	})

	t.Run("nothing of the kind by complete pulls throughout is no occurrence, and with a hole it is not", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(8, byMFA, nil)
		c := w.period(daysFrom(from, 2))
		require.Equal(t, soc2.NoneOccurred, c.State)
		require.Zero(t, c.Resources)
		require.Len(t, c.Populations, 1)
		require.Equal(t, 8, c.Populations[0].Pulls)
		require.Equal(t, c.Elapsed, c.Seen.Length())

		w.every(1, byMFA, deniedUsers)
		w.every(3, byMFA, nil)
		require.Equal(t, soc2.PeriodIncomplete, w.period(daysFrom(from, 3)).State)
	})

	t.Run("a window in which nobody looked is a hole and says nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.clock.Add(2 * day)
		w.every(4, byMFA, nil, user("ada", true))
		c := w.period(daysFrom(from, 3))
		require.Equal(t, soc2.PeriodIncomplete, c.State)
		require.Equal(t, soc2.Interval{From: from, To: from.Add(2 * day)}, c.Holes[0].Interval)
		require.False(t, c.Holes[0].Open)

		empty := newWorld(t)
		c = empty.period(daysFrom(from.Add(-day), 1))
		require.Equal(t, soc2.PeriodIncomplete, c.State)
		require.Zero(t, c.Seen.Length())
	})

	t.Run("pulls that nobody judges, and pulls that grow old, are holes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		from := w.clock.Now()
		w.every(4, byMFA, nil, user("ada", true))
		unjudged := w.clock.Now()
		for range 4 {
			w.look(nil, user("ada", true))
			w.clock.Add(6*time.Hour - time.Minute)
		}
		w.every(1, byMFA, nil, user("ada", true))
		stale := w.clock.Now().Add(18 * time.Hour)
		w.clock.Add(2 * day)
		c := w.period(daysFrom(from, 5))
		require.Len(t, c.Holes, 2)
		require.Equal(t, soc2.NotJudged, c.Holes[0].Reason)
		require.Equal(t, soc2.Interval{From: unjudged, To: unjudged.Add(day)}, c.Holes[0].Interval)
		require.Equal(t, evidence.Stale, c.Holes[1].Reason)
		require.Equal(t, stale, c.Holes[1].From)
		require.True(t, c.Holes[1].Open, "it can still be mended")
	})
}
