package soc2

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// holesOf are the times of a period for which a list was not under observation:
// from a pull that missed some of it, or from when the last one was too old, until
// the next that saw all of it.
func holesOf(l ListHistory, from, until time.Time) []ListHole {
	var holes []ListHole
	add := func(start, end time.Time, h evidence.Hole) {
		if start.Before(from) {
			start = from
		}
		if end.After(until) {
			end = until
		}
		if start.Before(end) {
			holes = append(holes, ListHole{From: start.UTC(), To: end.UTC(), Reason: h.Reason, Operation: h.Operation, Detail: h.Detail})
		}
	}
	var complete *ListLook
	var missed *ListLook // the first since then that saw less
	var latest time.Time // of those
	close := func(end time.Time) {
		switch {
		case complete == nil && missed == nil:
			add(from, end, evidence.Hole{Reason: evidence.NotCollected, Detail: "before the first pull"})
		case complete == nil:
			add(from, missed.StartedAt, evidence.Hole{Reason: evidence.NotCollected, Detail: "before the first pull"})
			add(missed.StartedAt, end, l.whyMissed(missed))
		case missed != nil:
			add(missed.StartedAt, end, l.whyMissed(missed))
		}
		if complete != nil && l.MaxAge > 0 {
			stale := complete.StartedAt.Add(l.MaxAge)
			if missed != nil && missed.StartedAt.Before(end) {
				end = missed.StartedAt
			}
			add(stale, end, evidence.Hole{Reason: evidence.Stale, Detail: "the last complete pull, " + complete.Pull + ", was older than " + l.MaxAge.String()})
		}
	}
	for i := range l.Looks {
		look := &l.Looks[i]
		if !look.Complete {
			if missed == nil || look.StartedAt.Before(missed.StartedAt) {
				missed = look
			}
			if look.StartedAt.After(latest) {
				latest = look.StartedAt
			}
			continue
		}
		if missed != nil && !look.StartedAt.After(latest) {
			continue // the clock was set back: it ends no hole that begins later
		}
		close(look.StartedAt)
		complete, missed, latest = look, nil, time.Time{}
	}
	close(until)
	slices.SortFunc(holes, func(a, b ListHole) int { return a.From.Compare(b.From) })
	if holes == nil {
		holes = []ListHole{}
	}
	return holes
}

func (l ListHistory) whyMissed(look *ListLook) evidence.Hole {
	if look.Record != nil {
		if h, ok := look.Record.HoleFor(l.Of.Type); ok {
			return h
		}
	}
	return evidence.Hole{Reason: evidence.NotCollected, Detail: "pull " + look.Pull + " did not see the list to its end"}
}

// notReached are the times of a period that no complete pull looked back to. A
// pull after the period counts: what happened stays where it is listed.
func notReached(l ListHistory, from, until time.Time, back time.Duration) []ListHole {
	holes := []ListHole{}
	reached := from
	for _, look := range completeLooks(l) {
		if start := look.StartedAt.Add(-back); start.After(reached) {
			holes = append(holes, notReachedBetween(reached, earliest(start, until), back))
		}
		if look.StartedAt.After(reached) {
			reached = look.StartedAt
		}
		if !reached.Before(until) {
			return holes
		}
	}
	return append(holes, notReachedBetween(reached, until, back))
}

// lostHoles are the times of a period of which something that the list saw was
// pruned or erased since: one hole for each time that was done, over all it took.
func lostHoles(l ListHistory, from, until time.Time) []ListHole {
	type lost struct {
		hole      ListHole
		resources int
	}
	all := map[string]*lost{}
	for _, versions := range byResource(l.Versions) {
		counted := map[string]bool{}
		for i, v := range versions {
			if v.Missing == nil {
				continue
			}
			start, end := l.look(v.Seq).StartedAt, until
			if i+1 < len(versions) {
				end = earliest(until, l.look(versions[i+1].Seq).FinishedAt)
			}
			if start.Before(from) {
				start = from
			}
			if !start.Before(end) {
				continue
			}
			one := all[v.Missing.Detail]
			if one == nil {
				one = &lost{hole: ListHole{From: start.UTC(), To: end.UTC(), Reason: v.Missing.Reason}}
				all[v.Missing.Detail] = one
			}
			if start.Before(one.hole.From) {
				one.hole.From = start.UTC()
			}
			if end.After(one.hole.To) {
				one.hole.To = end.UTC()
			}
			if !counted[v.Missing.Detail] {
				counted[v.Missing.Detail] = true
				one.resources++
			}
		}
	}
	holes := make([]ListHole, 0, len(all))
	for _, detail := range slices.Sorted(maps.Keys(all)) {
		one := all[detail]
		one.hole.Detail = fmt.Sprintf("of %d of its resources: %s", one.resources, detail)
		holes = append(holes, one.hole)
	}
	return holes
}

func notReachedBetween(from, to time.Time, back time.Duration) ListHole {
	return ListHole{
		From: from.UTC(), To: to.UTC(), Reason: evidence.NotCollected,
		Detail: "no complete pull looked back to it; each reads " + back.String() + " back",
	}
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
