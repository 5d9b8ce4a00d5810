package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func noted(day int, change soc2.Change, control, id string, from soc2.Outcome) soc2.Drift {
	return soc2.Drift{
		At: gapNow.AddDate(0, 0, day), Change: change, Cause: soc2.CauseSystem, Control: control, Check: "user", From: from, Severity: soc2.High,
		Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", ID: id},
	}
}

func failing(control, id string) soc2.Finding {
	return soc2.Finding{Control: control, Check: "user", Outcome: soc2.Fail, Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", ID: id}}
}

func TestGapEventsFollowFindings(t *testing.T) {
	t.Parallel()
	lost := noted(-3, soc2.LostSight, "c", "x", soc2.Fail)
	left := noted(-2, soc2.Resolved, "e", "x", soc2.Fail)
	left.Cause = soc2.CauseScope
	now := soc2.Assessment{At: gapNow, Findings: []soc2.Finding{failing("a", "new"), {Control: "c", Check: "user", Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", ID: "x"}}}}
	events, open := soc2.GapEvents([]soc2.Drift{
		noted(-10, soc2.Resolved, "a", "old", soc2.Fail), // it failed from before the first look
		noted(-9, soc2.Opened, "b", "one", soc2.Pass),
		noted(-8, soc2.Opened, "b", "two", soc2.Pass),
		noted(-7, soc2.Resolved, "b", "one", soc2.Fail),
		noted(-6, soc2.Resolved, "b", "two", soc2.Fail),
		noted(-5, soc2.Reopened, "a", "new", soc2.Pass),
		noted(-4, soc2.Opened, "c", "x", soc2.Pass), lost, left,
	}, &now)
	type event struct {
		day     int
		control string
		change  soc2.GapChange
		dated   bool
	}
	var got []event
	for _, e := range events {
		got = append(got, event{int(e.At.Sub(gapNow) / (24 * time.Hour)), e.Control, e.Change, !e.Opened.IsZero()})
	}
	require.Equal(t, []event{
		{-10, "a", soc2.GapClosed, false},
		{-9, "b", soc2.GapOpened, true},
		{-6, "b", soc2.GapClosed, true},
		{-5, "a", soc2.GapReopened, true},
		{-4, "c", soc2.GapOpened, true},
		{-2, "e", soc2.GapLeft, false},
	}, got)
	require.Contains(t, open, "a")
	require.Contains(t, open, "c", "to lose sight of it closes nothing")
	require.Len(t, open, 2)
}

func TestWhatFailedFromTheBeginningIsOpenWhileItIsNotSeen(t *testing.T) {
	t.Parallel()
	unseen := failing("a", "1")
	unseen.Outcome = soc2.Unobserved
	now := soc2.Assessment{At: gapNow, Findings: []soc2.Finding{unseen}}
	events, open := soc2.GapEvents([]soc2.Drift{noted(-3, soc2.LostSight, "a", "1", soc2.Fail)}, &now)
	require.Empty(t, events)
	require.Contains(t, open, "a")
	_, open = soc2.GapEvents([]soc2.Drift{noted(-3, soc2.LostSight, "a", "1", soc2.Pass)}, &now)
	require.Empty(t, open)
}

func TestProgressCountsWeeks(t *testing.T) {
	t.Parallel()
	now := soc2.Assessment{At: gapNow, Findings: []soc2.Finding{failing("a", "1"), failing("z", "1")}, Controls: []soc2.ControlResult{{ID: "u", State: soc2.Unobserved, Unobserved: 1}}}
	p := soc2.ProgressOf(&now, []soc2.Drift{
		noted(-13, soc2.Opened, "b", "1", soc2.Pass), noted(-12, soc2.Opened, "a", "1", soc2.Pass), noted(-3, soc2.Resolved, "b", "1", soc2.Fail),
	}, gapNow.AddDate(0, 0, -20), map[string]soc2.Severity{"a": soc2.High, "z": soc2.Low})
	require.Equal(t, []soc2.ProgressWeek{
		{From: gapNow.AddDate(0, 0, -14), To: gapNow.AddDate(0, 0, -7), Opened: 2, Open: 3},
		{From: gapNow.AddDate(0, 0, -7), To: gapNow, Closed: 1, Open: 2},
	}, p.Weeks)
	require.Equal(t, 2, p.Open)
	require.Equal(t, 1, p.Unobserved)
	require.Equal(t, soc2.TimeToFix{Severity: soc2.High, Mean: 10 * 24 * 3600, Closed: 1, Open: 1}, p.ToFix[1])
	require.False(t, p.Forecast.Known)
	require.Contains(t, p.Forecast.Why, "2 whole weeks of history")
}

func TestForecast(t *testing.T) {
	t.Parallel()
	weeks := func(nets ...int) []soc2.ProgressWeek {
		var ws []soc2.ProgressWeek
		for _, n := range nets {
			ws = append(ws, soc2.ProgressWeek{Closed: max(n, 0), Opened: max(-n, 0)})
		}
		return ws
	}
	t.Run("the same each week is certain", func(t *testing.T) {
		t.Parallel()
		f := soc2.ForecastOf(soc2.Progress{At: gapNow, Open: 10, Weeks: weeks(2, 2, 2, 2, 2, 2)})
		require.True(t, f.Known)
		for _, at := range []time.Time{f.Earliest, f.Likely, f.Latest} {
			require.Equal(t, gapNow.AddDate(0, 0, 35), at)
		}
	})
	t.Run("uneven weeks have bounds around", func(t *testing.T) {
		t.Parallel()
		f := soc2.ForecastOf(soc2.Progress{At: gapNow, Open: 20, Weeks: weeks(0, 6, 0, 0, 3, 0)})
		require.True(t, f.Known)
		require.True(t, f.Earliest.Before(f.Likely) && f.Likely.Before(f.Latest), "%+v", f)
		require.InDelta(t, 20/1.5, f.Likely.Sub(gapNow).Hours()/24/7, 4, "1.5 a week")
		require.Equal(t, f, soc2.ForecastOf(soc2.Progress{At: gapNow, Open: 20, Weeks: weeks(0, 6, 0, 0, 3, 0)}))
	})
	for name, p := range map[string]soc2.Progress{
		"short history":           {Open: 1, Weeks: weeks(1, 1, 1, 1, 1)},
		"as much opens as closes": {Open: 1, Weeks: weeks(1, -1, 1, -1, 1, -1)},
		"more opens":              {Open: 1, Weeks: weeks(-1, -1, -1, -1, -1, -1)},
		"none fails, some unseen": {Open: 0, Unobserved: 1, Weeks: weeks(1, 1, 1, 1, 1, 1)},
		"years":                   {Open: 2000, Weeks: weeks(1, 1, 1, 1, 1, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p.At = gapNow
			f := soc2.ForecastOf(p)
			require.False(t, f.Known)
			require.Contains(t, f.Why, "It cannot be told")
			require.Zero(t, f.Likely)
		})
	}
}

// What opened, closed and left adds up to what is open, whatever was noted.
func TestProgressAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		open := map[string]bool{} // "control/id", told forwards by a simpler model
		been := map[string]bool{}
		start := map[string]bool{}
		for _, k := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a/1", "a/2", "b/1", "c/1"}), rapid.ID).Draw(t, "before") {
			open[k], start[k] = true, true
		}
		controls := func() int {
			by := map[string]bool{}
			for k := range open {
				by[k[:1]] = true
			}
			return len(by)
		}
		began := controls()
		var drift []soc2.Drift
		for day := -60; day < 0; day++ {
			k := rapid.SampledFrom([]string{"a/1", "a/2", "b/1", "c/1", ""}).Draw(t, "what")
			switch {
			case k == "":
			case open[k]:
				delete(open, k)
				been[k] = true
				drift = append(drift, noted(day, soc2.Resolved, k[:1], k[2:], soc2.Fail))
			default:
				open[k] = true
				change := soc2.Opened
				if been[k] {
					change = soc2.Reopened
				}
				drift = append(drift, noted(day, change, k[:1], k[2:], soc2.Pass))
			}
		}
		now := soc2.Assessment{At: gapNow}
		for k := range open {
			now.Findings = append(now.Findings, failing(k[:1], k[2:]))
		}
		events, left := soc2.GapEvents(drift, &now)
		net := 0
		for _, e := range events {
			switch e.Change {
			case soc2.GapOpened, soc2.GapReopened:
				net++
			case soc2.GapClosed, soc2.GapLeft:
				net--
			}
		}
		require.Equal(t, controls(), began+net)
		require.Len(t, left, controls())
		p := soc2.ProgressOf(&now, drift, gapNow.AddDate(0, 0, -70), nil)
		require.Len(t, p.Weeks, 10)
		require.Equal(t, controls(), p.Weeks[9].Open)
		require.Equal(t, began, p.Weeks[0].Open-p.Weeks[0].Opened-p.Weeks[0].Reopened+p.Weeks[0].Closed+p.Weeks[0].Left)
	})
}
