package soc2

import (
	"cmp"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// mostPlaces bounds the places that a hole names.
const mostPlaces = 8

// holeSet gathers the holes of one control: those of the same time and reason are
// one hole in several places.
type holeSet struct {
	elapsed, window Interval
	until           time.Time
	at              map[holeKey]int
	holes           []PeriodHole
	intervals       []Interval
	places          map[placeOf]bool
}

type placeOf struct {
	hole  int
	place string
}

type holeKey struct {
	from, to  int64
	reason    evidence.Reason
	operation string
	detail    string
	check     string
}

func newHoleSet(elapsed, window Interval, until time.Time) *holeSet {
	return &holeSet{elapsed: elapsed, window: window, until: until, at: map[holeKey]int{}, places: map[placeOf]bool{}}
}

// add notes a gap in some places, and in a number of others whose names were not kept.
func (s *holeSet) add(g SightGap, check string, others int, places ...string) {
	g.Interval = g.Within(s.elapsed)
	if g.Empty() {
		return
	}
	key := holeKey{g.From.UnixMicro(), g.To.UnixMicro(), g.Reason, g.Operation, g.Detail, check}
	i, known := s.at[key]
	if !known {
		i = len(s.holes)
		s.at[key] = i
		open := !g.To.Before(s.elapsed.To) && s.until.Before(s.window.To)
		s.holes = append(s.holes, PeriodHole{SightGap: g, Check: check, Open: open})
		s.intervals = append(s.intervals, g.Interval)
	}
	h := &s.holes[i]
	h.More += others
	for _, p := range places {
		if s.places[placeOf{i, p}] {
			continue
		}
		s.places[placeOf{i, p}] = true
		if len(h.Places) == mostPlaces {
			h.More++
			continue
		}
		h.Places = append(h.Places, p)
	}
}

// outside is the time in which nothing could have been seen: no source had anything
// for the control, or no catalogue asked.
func (s *holeSet) outside(populations []PopulationHistory, catalogued Intervals, began time.Time) {
	var scope []Interval
	for _, p := range populations {
		scope = append(scope, p.Scope...)
	}
	for _, i := range (Intervals{s.elapsed}).Without(Union(scope...)) {
		before := Interval{i.From, began}.Within(i)
		if began.IsZero() {
			before = i
		}
		if before.Empty() {
			before.To = i.From
		}
		s.add(SightGap{Interval: before, Reason: evidence.NotCollected, Detail: "before the first scan"}, "", 0)
		s.add(SightGap{Interval: Interval{before.To, i.To}, Reason: evidence.NotConfigured, Detail: "no source that could tell was in scope"}, "", 0)
	}
	for _, i := range (Intervals{s.elapsed}).Without(catalogued) {
		s.add(SightGap{Interval: i, Reason: NotJudged, Detail: "no assessment judged it"}, "", 0)
	}
}

func (s *holeSet) lost() Intervals { return Union(s.intervals...) }

// all gives the holes by time, the longest of one beginning first.
func (s *holeSet) all() []PeriodHole {
	slices.SortStableFunc(s.holes, func(a, b PeriodHole) int {
		return cmp.Or(a.From.Compare(b.From), b.To.Compare(a.To), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Detail, b.Detail))
	})
	return s.holes
}
