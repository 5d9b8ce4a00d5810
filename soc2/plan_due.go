package soc2

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// due says until when a gap is to be closed, and by whom: a person's newest word,
// or from when it opened the time there is for its severity. What is accepted is
// due when the acceptance ends.
func (in *PlanInputs) due(i *PlanItem, g Gap) {
	within := in.FixWithin[i.Severity]
	i.Due = i.Opened.Add(within)
	i.DueBy = fmt.Sprintf("%d days for %s, from when it opened", int(within/(24*time.Hour)), i.Severity)
	for _, c := range in.Changes {
		if c.Gap != i.Gap || c.At.After(in.Analysis.At) {
			continue
		}
		one := c
		if c.Owner != "" {
			i.Owner, i.OwnerBy = c.Owner, "set by "+c.By
		}
		// A date that was set for an earlier time it was open says nothing of this one.
		if !c.Due.IsZero() && (i.Reopenings == 0 || !c.At.Before(i.Opened)) {
			i.Due, i.DueBy = c.Due, "set by "+c.By+": "+c.Reason
			i.DueSet = &one
		}
		i.Set = &one
	}
	if i.Status == PlanAccepted {
		i.Due, i.DueBy, i.DueSet = g.AcceptedUntil, "the acceptance ends", nil
	}
	i.Overdue = i.Status != PlanAccepted && in.Analysis.At.After(i.Due)
}

// order notes which gaps must be closed before which: those of the controls that
// the catalogue names, as far as they have a gap.
func (in *PlanInputs) order(p *Plan, there map[string]bool) {
	after := map[string][]string{}
	for _, c := range in.Catalogue.Controls {
		after[c.ID] = c.After
	}
	for n := range p.Items {
		i := &p.Items[n]
		if i.Status == PlanClosed || i.Gap != ControlGap(i.Control) {
			continue
		}
		i.After = nil
		for _, id := range after[i.Control] {
			if there[ControlGap(id)] {
				i.After = append(i.After, ControlGap(id))
			}
		}
	}
}

// comparePlanItems orders a plan: closed ones last, then what is out of scope,
// accepted, by due date, worst first, by id.
func comparePlanItems(a, b PlanItem) int {
	return cmp.Or(
		compareFlags(a.Status == PlanClosed, b.Status == PlanClosed),
		compareFlags(a.OutOfScope, b.OutOfScope),
		compareFlags(a.Status == PlanAccepted, b.Status == PlanAccepted),
		a.Due.Compare(b.Due),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(b.Residual.Score(), a.Residual.Score()),
		strings.Compare(a.Gap, b.Gap),
	)
}

// controlHistory is what drift says of a control.
type controlHistory struct {
	resolved   []time.Time
	reopenings int
}

func historyByControl(drift []Drift, until time.Time) map[string]controlHistory {
	all := map[string]controlHistory{}
	seen := map[string]time.Time{}
	sorted := slices.Clone(drift)
	slices.SortStableFunc(sorted, func(a, b Drift) int { return a.At.Compare(b.At) })
	for _, d := range sorted {
		if d.At.After(until) {
			continue
		}
		h := all[d.Control]
		switch d.Change {
		case Resolved:
			if d.Cause != CauseScope {
				h.resolved = append(h.resolved, d.At)
			}
		case Reopened:
			if !seen[d.Control].Equal(d.At) { // of one look, many findings reopen as one
				h.reopenings++
				seen[d.Control] = d.At
			}
		case Opened, LostSight, Regained, AcceptanceExpired:
		}
		all[d.Control] = h
	}
	return all
}

func (h controlHistory) resolvedSince(t time.Time) bool {
	return slices.ContainsFunc(h.resolved, func(at time.Time) bool { return !at.Before(t) })
}
