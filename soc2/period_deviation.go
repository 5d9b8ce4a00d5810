package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Left says why a finding is judged no more. The zero value: it is judged.
type Left string

// Why findings are judged no more. Only the first ends a deviation: what left the
// scope or the catalogue may fail as before, unseen.
const (
	LeftGone  Left = "gone"         // a complete pull showed that the resource is not there
	LeftScope Left = "out-of-scope" // its source, account or region is looked at no more
	LeftJudge Left = "not-judged"   // the catalogue asks no more
)

// Stretch is a number of assessments, one after the other, in which a finding stood
// the same way.
type Stretch struct {
	Outcome Outcome
	Left    Left
	// First is when it was seen so first, at the latest; Last is when it was seen so
	// last, at the earliest. Both are times at which it was looked at, where that
	// explains the outcome; else (an age, an expiry, another judge) at which it was judged.
	First, Last time.Time
	ByLook      bool     // First is the time of a look
	Judged      Interval // from the first of these assessments to the first that is none of them
	Severity    Severity
	Accepted    time.Time // until when a decision accepts it, as then known; zero: none does
}

// Before says what was seen of a resource before it deviated.
type Before string

// What was seen before a deviation. The zero value: nothing.
const (
	BeforeUnseen Before = ""       // it failed when it was first looked at
	BeforeGood   Before = "good"   // the control operated
	BeforeAbsent Before = "absent" // the resource was not there, by a complete pull
)

// Ending is what ended a deviation. The zero value: nothing did, it is open.
type Ending string

// How deviations end.
const (
	EndOpen    Ending = ""
	EndFixed   Ending = "fixed"
	EndGone    Ending = "gone"
	EndNoneDue Ending = "not-applicable" // the check asks nothing of the resource any more
)

// Accepted is time in which a decision to live with a deviation was in force. It
// explains, and shortens nothing.
type Accepted struct {
	Interval
	Decision, Reason, Approver string // empty: the decision is not in the store
	Expires                    time.Time
}

// Deviation is an interval in which a control did not operate on a resource. It
// began after LastGood and not after FirstBad; it ended after LastBad and not after
// FirstGood. Losing sight, an acceptance or leaving the scope ends nothing.
type Deviation struct {
	Control, Check string
	Resource       evidence.Resource
	Severity       Severity
	Before         Before
	LastGood       time.Time // zero if Before is nothing
	FirstBad       time.Time
	ByLook         bool // it was found by looking; else a time passed, or the judge changed
	LastBad        time.Time
	End            Ending
	FirstGood      time.Time // when it was first seen mended, or gone; zero: not yet
	Unseen         Intervals // sight lost within it
	Left           Left      // it is open, and judged no more
	Accepted       []Accepted
	ExcludedBy     string // the decision that takes it out of counts; it is counted here
}

// Deviations finds the deviations in the history of one finding, oldest first.
// absent is when the resource was last seen not to be there before the first
// stretch; zero: never. Only Outcome, Left and the bounds count: that a failure was
// accepted or not seen for a while changes nothing.
func Deviations(history []Stretch, absent time.Time) []Deviation {
	var all []Deviation
	var open *Deviation
	var lastGood time.Time
	before := BeforeUnseen
	if !absent.IsZero() {
		lastGood, before = absent, BeforeAbsent
	}
	end := func(how Ending, s Stretch) {
		if open != nil {
			open.End, open.FirstGood, open.Left = how, s.First, ""
			open = nil
		}
	}
	for _, s := range history {
		switch {
		case s.Left == LeftGone:
			end(EndGone, s)
			lastGood, before = s.Last, BeforeAbsent
		case s.Left != "":
			if open != nil {
				open.Left = s.Left
				open.Unseen = Union(append(open.Unseen, s.Judged)...)
			}
		case s.Outcome == Pass, s.Outcome == NotApplicable:
			how := EndFixed
			if s.Outcome == NotApplicable {
				how = EndNoneDue
			}
			end(how, s)
			lastGood, before = s.Last, BeforeGood
		case s.Outcome == Fail:
			if open == nil {
				all = append(all, Deviation{Before: before, LastGood: lastGood, FirstBad: s.First, LastBad: s.First, ByLook: s.ByLook})
				open = &all[len(all)-1]
			}
			open.Left, open.Severity = "", s.Severity
			if s.Last.After(open.LastBad) {
				open.LastBad = s.Last
			}
			if in := s.Judged.Within(Interval{s.Judged.From, s.Accepted}); !s.Accepted.IsZero() && !in.Empty() {
				open.Accepted = append(open.Accepted, Accepted{Interval: in, Expires: s.Accepted})
			}
		default:
			if open != nil {
				open.Unseen = Union(append(open.Unseen, s.Judged)...)
			}
		}
	}
	return all
}

// Touches says whether any of the deviation may lie in a window.
func (d Deviation) Touches(window Interval) bool {
	return d.FirstBad.Before(window.To) && (d.End == EndOpen || d.FirstGood.After(window.From))
}

// TimeToDetect is how long it may have gone on before it was seen, at most; false:
// nobody knows, since nothing was seen before.
func (d Deviation) TimeToDetect() (time.Duration, bool) {
	if d.Before == BeforeUnseen || d.FirstBad.Before(d.LastGood) {
		return 0, false
	}
	return d.FirstBad.Sub(d.LastGood), true
}

// TimeToFix is how long it took from being seen to being mended, at least and at
// most; of one that is open, until now.
func (d Deviation) TimeToFix(now time.Time) (least, most time.Duration) {
	until := d.FirstGood
	if d.End == EndOpen {
		until = now
	}
	return max(0, d.LastBad.Sub(d.FirstBad)), max(0, until.Sub(d.FirstBad))
}

// InTime says how a deviation stands against the time there is to fix it.
type InTime string

// How deviations stand against their time to fix. The zero value is none of them.
const (
	FixedInTime InTime = "in-time"   // seen mended before it was over
	FixRunning  InTime = "running"   // open, and there is time left
	FixNotShown InTime = "not-shown" // mended at some time that may be too late, or not judged any more
	FixLate     InTime = "late"      // failing when it was over, or still open
)

// Against holds a deviation against the time there is to fix it, counted from when
// it was first seen. What is not shown to be in time is not in time.
func (d Deviation) Against(limit time.Duration, now time.Time) InTime {
	least, most := d.TimeToFix(now)
	switch {
	case limit <= 0, least > limit:
		return FixLate
	case d.End == EndOpen && d.Left != "":
		return FixNotShown
	case d.End == EndOpen && most > limit:
		return FixLate
	case d.End == EndOpen:
		return FixRunning
	case most > limit:
		return FixNotShown
	}
	return FixedInTime
}
