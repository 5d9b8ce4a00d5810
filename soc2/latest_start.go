package soc2

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// LatestStart is the last day on which an activity that recurs can be started so that
// each of its planned instances falls into the period.
//
// How it is reckoned, in days of the period's zone:
//
//   - Planned instances are those a period is judged by: quarters, halves, years or
//     months of the calendar where the validity is one, else spans counted from the
//     period's first day; each cut to the period.
//   - An activity started on a day is repeated when its validity ends, no sooner. The
//     latest start is the last day for which every instance is so performed on or
//     before its last day. Where there is none it is the period's first day.
//   - Where the last statement still counts, it is no later than the last day on which
//     that does. An instance that has been performed is not planned again.
type LatestStart struct {
	Control     string            `json:"control"`
	Title       string            `json:"title"`
	System      string            `json:"system,omitempty"`
	Owner       string            `json:"owner,omitempty"`
	Role        string            `json:"role,omitempty"` // that the catalogue proposes
	Every       string            `json:"every"`          // its validity: P90D
	Planned     []PlannedInstance `json:"planned"`
	Latest      time.Time         `json:"latest,omitzero"`       // beginning of that day; zero: all are performed, or it cannot be told
	CountsUntil time.Time         `json:"counts_until,omitzero"` // of the last statement; zero: none counts
	Missed      bool              `json:"missed"`                // that day is over
	Why         string            `json:"why"`
}

// PlannedInstance is one of them, by its first and last day.
type PlannedInstance struct {
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// LatestStartOf reckons it for a control as it stands.
func LatestStartOf(s AttestationStanding, window Interval, zone *time.Location, now time.Time) LatestStart {
	out := LatestStart{Control: s.Control.ID, Title: s.Control.Title, System: s.System, Role: s.Control.Owner, Planned: []PlannedInstance{}}
	asked := s.Control.AttestationAsked
	if asked == nil || window.Empty() {
		out.Why = "The period is not stated."
		return out
	}
	out.Every = asked.Validity
	if _, ok := asked.ValidUntil(now); !ok {
		out.Why = "How long it counts cannot be read."
		return out
	}
	day := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, zone)
	}
	for _, i := range instances(asked.Validity, window, zone)[1:] {
		if i = i.Within(window); !i.Empty() {
			out.Planned = append(out.Planned, PlannedInstance{day(i.From), day(i.To.Add(-1))})
		}
	}
	left := out.Planned
	if s.State.Counts() {
		out.CountsUntil = day(s.Until.Add(-1))
		performed := day(s.Performed)
		left = slices.DeleteFunc(slices.Clone(left), func(p PlannedInstance) bool { return !p.Last.After(performed) || !p.First.After(performed) })
	}
	if len(left) == 0 {
		out.Why = "Each planned instance is performed."
		return out
	}
	out.Latest, out.Why = left[0].Last, fmt.Sprintf("last day of the first of %d planned", len(left))
	for ; out.Latest.After(left[0].First) && !fits(out.Latest, asked, left, day); out.Latest = day(out.Latest.Add(-12 * time.Hour)) {
		out.Why = fmt.Sprintf("so that all %d planned fit, each when the one before ends", len(left))
	}
	if until := out.CountsUntil; !until.IsZero() && until.Before(out.Latest) && !until.Before(left[0].First) {
		out.Latest, out.Why = until, "last day on which the last instance counts"
	}
	out.Missed = out.Latest.Before(day(now))
	return out
}

// fits says whether an activity that starts on a day, and recurs when its validity
// ends, is performed in time each time.
func fits(start time.Time, asked *AttestationAsked, left []PlannedInstance, day func(time.Time) time.Time) bool {
	at := start
	for _, p := range left {
		if at.Before(p.First) {
			at = p.First // before it would be of the instance before
		}
		if at.After(p.Last) {
			return false
		}
		at = day(next(at, asked.Validity))
	}
	return true
}

// next is a day later by a validity, by the calendar of the day's own zone.
func next(at time.Time, validity string) time.Time {
	years, months, days := spanOf(validity)
	return at.AddDate(years, months, days)
}

// starts reckons the latest starts of all attested controls that count.
func (j *readinessJudge) starts() {
	for _, s := range j.in.Standings {
		c, counts := j.counting[s.Control.ID]
		if !counts || j.in.Window.Empty() {
			continue
		}
		start := LatestStartOf(s, j.in.Window, j.in.Zone, j.in.Now)
		start.Owner = j.ownerOf(c)
		j.out.Starts = append(j.out.Starts, start)
		if start.Missed {
			j.say(ReadinessReason{
				Area: AreaPeriod, Bearing: Against, Subject: c.ID, Title: c.Title, Owner: start.Owner, On: start.Latest,
				What: "Its latest start is over: not all planned instances fit into the period any more.", Do: "Perform it now, and let the period begin later or the instance count as missed",
			})
		}
	}
	slices.SortStableFunc(j.out.Starts, func(a, b LatestStart) int {
		return cmp.Or(compareFlags(a.Latest.IsZero(), b.Latest.IsZero()), a.Latest.Compare(b.Latest), strings.Compare(a.Control, b.Control), strings.Compare(a.System, b.System))
	})
}
