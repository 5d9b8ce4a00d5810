package soc2

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// Diff compares an assessment that holds all its findings with a baseline that
// holds all its states, as a Differ does. It returns the drift and the states that
// are not as they were.
func Diff(before *Baseline, now *Assessment) (drift []Drift, changed []FindingState) {
	type pair struct {
		findings []int
		was      []FindingState
	}
	at := map[evidence.Key]*pair{}
	var order []evidence.Key
	of := func(k evidence.Key) *pair {
		if at[k] == nil {
			at[k] = &pair{}
			order = append(order, k)
		}
		return at[k]
	}
	for i := range now.Findings {
		p := of(now.Findings[i].Resource.Key())
		p.findings = append(p.findings, i)
	}
	if before != nil {
		for key, state := range before.States {
			p := of(key.Resource)
			p.was = append(p.was, state)
		}
	}
	slices.SortFunc(order, evidence.Key.Compare)
	d := NewDiffer(before, now)
	for _, k := range order {
		p := at[k]
		slices.SortFunc(p.was, func(a, b FindingState) int { return compareCheck(a.Key, b.Key) })
		slices.SortFunc(p.findings, func(a, b int) int { return compareCheck(now.Findings[a].Key(), now.Findings[b].Key()) })
		findings := make([]Finding, len(p.findings))
		for i, n := range p.findings {
			findings[i] = now.Findings[n]
		}
		states, _ := d.Compare(findings, p.was)
		for i, s := range states {
			if d.stateChanged[i] {
				changed = append(changed, s)
			}
		}
		for i, n := range p.findings {
			now.Findings[n].FirstSeen, now.Findings[n].LastChanged = findings[i].FirstSeen, findings[i].LastChanged
		}
	}
	return d.Drift(), changed
}
