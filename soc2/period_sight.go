package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// NotJudged is the reason of a hole in judgement: evidence was pulled, and no
// assessment looked at it.
const NotJudged evidence.Reason = "not-judged"

// Look is one pull of a population.
type Look struct {
	At     time.Time      // when the pull began: nothing it saw is older
	Judged bool           // an assessment judged what it saw
	Hole   *evidence.Hole // why it did not see all; nil: it did
}

// SightGap is time in which something was not observed.
type SightGap struct {
	Interval
	Reason    evidence.Reason
	Operation string
	Detail    string
}

// GapsOf says when a population was not observed within a window, and why. It is
// observed from the start of a pull that saw all of it until the next pull, but no
// longer than its maximum age (0: without limit); a pull that did not see all of it
// ends sight at once, as in evidence.FeedState.HoleAt. Time outside scope is no gap.
// Looks are in the order they were committed in, whatever the clock was.
func GapsOf(looks []Look, scope Intervals, maxAge time.Duration, window Interval) []SightGap {
	scope = scope.Within(window)
	var gaps []SightGap
	add := func(g SightGap) {
		for _, i := range (Intervals{g.Interval}).And(scope) {
			g.Interval = i
			if n := len(gaps); n > 0 && gaps[n-1].To.Equal(i.From) && gaps[n-1].same(g) {
				gaps[n-1].To = i.To
				continue
			}
			gaps = append(gaps, g)
		}
	}
	from := window.From
	if len(looks) == 0 || looks[0].At.After(from) {
		add(SightGap{Interval: Interval{from, firstLook(looks, window.To)}, Reason: evidence.NotCollected, Detail: "before the first look at it"})
	}
	for i, l := range looks {
		next := window.To
		if i+1 < len(looks) {
			next = looks[i+1].At
		}
		sight := Interval{l.At, next}
		switch {
		case l.Hole != nil:
			sight.To = laterLook(looks[i:], window.To)
			add(SightGap{Interval: sight, Reason: l.Hole.Reason, Operation: l.Hole.Operation, Detail: l.Hole.Detail})
			continue
		case maxAge > 0 && l.At.Add(maxAge).Before(next):
			sight.To = l.At.Add(maxAge)
		}
		if !l.Judged {
			add(SightGap{Interval: sight, Reason: NotJudged, Detail: "pulled, and no assessment judged it"})
		}
		add(SightGap{Interval: Interval{sight.To, next}, Reason: evidence.Stale, Detail: "older than " + maxAge.String()})
	}
	slices.SortStableFunc(gaps, func(a, b SightGap) int { return a.From.Compare(b.From) })
	return gaps
}

func (g SightGap) same(other SightGap) bool {
	g.Interval = other.Interval
	return g == other
}

// laterLook is when the first of several looks is followed by one at a later time. A
// clock that was set back would else end a hole before it began.
func laterLook(looks []Look, end time.Time) time.Time {
	for _, l := range looks {
		if l.At.After(looks[0].At) {
			return l.At
		}
	}
	return end
}

func firstLook(looks []Look, end time.Time) time.Time {
	if len(looks) == 0 {
		return end
	}
	return looks[0].At
}
