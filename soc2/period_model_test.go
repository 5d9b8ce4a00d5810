package soc2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

// The models below know minutes only, and go through them one by one.
const minutes = 120

var dawn = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func minuteOf(m int) time.Time { return dawn.Add(time.Duration(m) * time.Minute) }

func drawInterval(t *rapid.T, name string) Interval {
	from := rapid.IntRange(-10, minutes).Draw(t, name+" from")
	return Interval{minuteOf(from), minuteOf(rapid.IntRange(from-2, minutes+10).Draw(t, name+" to"))}
}

func drawIntervals(t *rapid.T, name string) (all []Interval, in [minutes]bool) {
	for range rapid.IntRange(0, 6).Draw(t, name) {
		i := drawInterval(t, name)
		all = append(all, i)
		for m := range minutes {
			in[m] = in[m] || !minuteOf(m).Before(i.From) && minuteOf(m).Before(i.To)
		}
	}
	return all, in
}

func requireMinutes(t *rapid.T, s Intervals, want func(m int) bool) {
	for m := range minutes {
		has := false
		for _, i := range s {
			has = has || !minuteOf(m).Before(i.From) && minuteOf(m).Before(i.To)
		}
		require.Equal(t, want(m), has, "minute %d of %v", m, s)
	}
	for n, i := range s {
		require.False(t, i.Empty())
		if n > 0 {
			require.True(t, i.From.After(s[n-1].To) || i.From.Equal(s[n-1].To) && len(s) > 1, "in order")
		}
	}
}

func TestIntervalsAreSetsOfMinutes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, inA := drawIntervals(t, "a")
		b, inB := drawIntervals(t, "b")
		x, y, w := Union(a...), Union(b...), drawInterval(t, "window")
		requireMinutes(t, x, func(m int) bool { return inA[m] })
		requireMinutes(t, x.And(y), func(m int) bool { return inA[m] && inB[m] })
		requireMinutes(t, x.Without(y), func(m int) bool { return inA[m] && !inB[m] })
		requireMinutes(t, x.Within(w), func(m int) bool {
			return inA[m] && !minuteOf(m).Before(w.From) && minuteOf(m).Before(w.To)
		})
		require.Equal(t, x.Length(), x.And(y).Length()+x.Without(y).Length())
	})
}

// A minute is a gap exactly where the newest pull by then did not see all, was too
// old, was judged by nobody, or there was none.
func TestGapsAreTheMinutesWithoutSight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		maxAge := rapid.IntRange(0, 40).Draw(t, "max age")
		at := rapid.IntRange(-30, 20).Draw(t, "first look")
		var looks []Look
		var ats []int
		for range rapid.IntRange(0, 8).Draw(t, "looks") {
			l := Look{At: minuteOf(at), Judged: rapid.Bool().Draw(t, "judged")}
			if rapid.IntRange(0, 3).Draw(t, "whole") == 0 {
				l.Hole = &evidence.Hole{Reason: evidence.Denied}
			}
			looks, ats = append(looks, l), append(ats, at)
			at += rapid.IntRange(1, 50).Draw(t, "later")
		}
		given, inScope := drawIntervals(t, "scope")
		window := Interval{minuteOf(0), minuteOf(minutes)}
		var all []Interval
		for _, g := range GapsOf(looks, Union(given...), time.Duration(maxAge)*time.Minute, window) {
			all = append(all, g.Interval)
			require.NotEmpty(t, g.Reason)
		}
		requireMinutes(t, Union(all...), func(m int) bool {
			newest := -1
			for i, at := range ats {
				if at <= m {
					newest = i
				}
			}
			if !inScope[m] {
				return false
			}
			if newest < 0 || looks[newest].Hole != nil || !looks[newest].Judged {
				return true
			}
			return maxAge > 0 && m-ats[newest] >= maxAge
		})
	})
}

// Where the clock was set back between looks, no minute counts as seen of which a look
// that did not see all was the newest by then, in the order of the minutes.
func TestAClockSetBackHidesNoGap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var looks []Look
		h := ListHistory{}
		window := Interval{minuteOf(0), minuteOf(minutes)}
		for range rapid.IntRange(1, 6).Draw(t, "looks") {
			l := Look{At: minuteOf(rapid.IntRange(0, minutes-1).Draw(t, "at")), Judged: true}
			if rapid.Bool().Draw(t, "whole") {
				l.Hole = &evidence.Hole{Reason: evidence.Denied}
			}
			looks = append(looks, l)
			record := &evidence.Pull{}
			if l.Hole != nil {
				record.Holes = []evidence.Hole{*l.Hole}
			}
			h.Looks = append(h.Looks, ListLook{StartedAt: l.At, FinishedAt: l.At, Complete: l.Hole == nil, Record: record})
		}
		var gaps, holes []Interval
		for _, g := range GapsOf(looks, Intervals{window}, 0, window) {
			gaps = append(gaps, g.Interval)
		}
		for _, g := range holesOf(h, window.From, window.To) {
			holes = append(holes, Interval{g.From, g.To})
		}
		for m := range minutes {
			lost := false
			for i, l := range looks {
				lost = lost || l.Hole != nil && !l.At.After(minuteOf(m)) && laterLook(looks[i:], window.To).After(minuteOf(m))
			}
			if lost {
				now := Intervals{{minuteOf(m), minuteOf(m + 1)}}
				require.NotEmpty(t, Union(gaps...).And(now), "a gap at minute %d of %v", m, looks)
				require.NotEmpty(t, Union(holes...).And(now), "a hole at minute %d of %v", m, looks)
			}
		}
	})
}

// trueSpan is how one resource really was in a minute.
type trueSpan int

const (
	wasGood trueSpan = iota
	wasBad
	wasAway
)

// A resource lives minute by minute; now and then somebody looks, sees it or not,
// and judges what was seen. The deviations that are told must hold every look at a
// failing resource, none at one that passes, and bounds between which it really turned.
func TestDeviationsAreWhatTheLooksShow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var was [minutes]trueSpan
		state := trueSpan(rapid.IntRange(0, 2).Draw(t, "first"))
		for m := range minutes {
			if rapid.IntRange(0, 14).Draw(t, "turn") == 0 {
				state = trueSpan(rapid.IntRange(0, 2).Draw(t, "to"))
			}
			was[m] = state
		}
		type look struct {
			at   int
			saw  bool // else sight was lost
			left Left
		}
		var looks []look
		for m := rapid.IntRange(0, 20).Draw(t, "first look"); m < minutes; m += rapid.IntRange(1, 20).Draw(t, "next look") {
			l := look{at: m, saw: rapid.IntRange(0, 4).Draw(t, "sees") > 0}
			if !l.saw && rapid.Bool().Draw(t, "leaves") {
				l.left = LeftScope
			}
			looks = append(looks, l)
		}
		var history []Stretch
		var absent time.Time
		there := false
		for i, l := range looks {
			at, next := minuteOf(l.at), minuteOf(minutes)
			if i+1 < len(looks) {
				next = minuteOf(looks[i+1].at)
			}
			s := Stretch{First: at, Last: at, ByLook: true, Severity: High, Judged: Interval{at, next}}
			switch {
			case l.saw && was[l.at] == wasAway && !there:
				absent = at
				continue
			case !there && !l.saw:
				continue
			case l.saw && was[l.at] == wasAway:
				s.Left = LeftGone
			case l.saw && was[l.at] == wasBad:
				s.Outcome = Fail
				if rapid.Bool().Draw(t, "accepted") {
					s.Accepted = next
				}
			case l.saw:
				s.Outcome = Pass
			default:
				s.Left = l.left
			}
			there = true
			if n := len(history); n > 0 && history[n-1].Outcome == s.Outcome && history[n-1].Left == s.Left && history[n-1].Accepted.IsZero() == s.Accepted.IsZero() {
				history[n-1].Last, history[n-1].Judged.To = at, next
				if !s.Accepted.IsZero() {
					history[n-1].Accepted = next
				}
				continue
			}
			history = append(history, s)
		}
		all := Deviations(history, absent)

		// The naive model: go through the looks, hold one failure open until one shows another thing.
		type spell struct{ lastGood, firstBad, lastBad, firstGood int }
		var want []spell
		open, lastGood := false, -1
		for _, l := range looks {
			if !l.saw {
				continue
			}
			if was[l.at] == wasBad {
				if !open {
					want = append(want, spell{lastGood, l.at, l.at, -1})
				}
				open = true
				want[len(want)-1].lastBad = l.at
				continue
			}
			if open {
				want[len(want)-1].firstGood = l.at
			}
			open, lastGood = false, l.at
		}
		require.Len(t, all, len(want))
		for i, d := range all {
			w := want[i]
			require.Equal(t, minuteOf(w.firstBad), d.FirstBad)
			require.Equal(t, minuteOf(w.lastBad), d.LastBad)
			require.Equal(t, w.lastGood < 0, d.LastGood.IsZero())
			require.Equal(t, w.lastGood < 0, d.Before == BeforeUnseen)
			if w.lastGood >= 0 {
				require.Equal(t, minuteOf(w.lastGood), d.LastGood)
				detect, known := d.TimeToDetect()
				require.True(t, known)
				require.Equal(t, w.firstBad-w.lastGood, int(detect/time.Minute))
			}
			require.Equal(t, w.firstGood < 0, d.End == EndOpen)
			if w.firstGood >= 0 {
				require.Equal(t, minuteOf(w.firstGood), d.FirstGood)
				require.Equal(t, was[w.firstGood] == wasAway, d.End == EndGone, "what disappeared was not fixed")
				require.Empty(t, d.Left)
			}
			for _, a := range d.Accepted {
				require.False(t, a.Empty())
			}
			for _, l := range looks { // sight lost inside shortens nothing
				if l.at > w.firstBad && l.at < w.lastBad && !l.saw {
					require.Positive(t, d.Unseen.Length())
				}
			}
		}
	})
}

func TestDaysAreCountedOnce(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		// In March a day of Berlin has 23 hours, in October 25.
		month := rapid.SampledFrom([]time.Month{time.March, time.October, time.June}).Draw(t, "month")
		first := time.Date(2026, month, 25, 0, 0, 0, 0, berlin)
		window := Interval{first, first.AddDate(0, 0, 8)}
		hours := int(window.Length() / time.Hour)
		now := window.From.Add(time.Duration(rapid.IntRange(0, hours+5).Draw(t, "now")) * time.Hour)
		var seen []Interval
		var hourSeen [8 * 25]bool
		for range rapid.IntRange(0, 3).Draw(t, "seen") {
			from := rapid.IntRange(0, hours).Draw(t, "from")
			to := rapid.IntRange(from, hours).Draw(t, "to")
			seen = append(seen, Interval{window.From.Add(time.Duration(from) * time.Hour), window.From.Add(time.Duration(to) * time.Hour)})
			for h := from; h < to; h++ {
				hourSeen[h] = true
			}
		}
		var want Days
		for day := range 8 {
			from, to := first.AddDate(0, 0, day), first.AddDate(0, 0, day+1)
			begun, over, lost := from.Before(now), !to.After(now), false
			for h := range hours {
				at := window.From.Add(time.Duration(h) * time.Hour)
				if !at.Before(from) && at.Before(to) && at.Before(now) && !hourSeen[h] {
					lost = true
				}
			}
			switch {
			case !begun:
				want.ToCome++
			case lost:
				want.Lost++
			case over:
				want.Covered++
			default:
				want.Running++
			}
		}
		got := CountDays(window, berlin, Union(seen...), now)
		require.Equal(t, want, got)
		require.Equal(t, 8, got.Total())
	})
}
