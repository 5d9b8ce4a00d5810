package soc2

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// Proposed is the adoption of a control the catalogue offers and nobody has
// adopted, marked advisory or declined yet.
const Proposed = "proposed"

// Summarise rolls the findings of an assessment up, all of them in memory; a Tally
// does the same one resource after the other. The findings stay as they are.
func Summarise(a *Assessment, cat Catalogue, snap evidence.Snapshot, categories []string) {
	var judged []*Judged
	at := map[evidence.Key]*Judged{}
	of := func(r evidence.Resource) *Judged {
		if at[r.Key()] == nil {
			at[r.Key()] = &Judged{Resource: r}
			judged = append(judged, at[r.Key()])
		}
		return at[r.Key()]
	}
	for _, f := range snap.Facts {
		j := of(f.Resource)
		j.Holes = append(j.Holes, f.Holes...)
	}
	for _, f := range a.Findings {
		j := of(f.Resource)
		j.Findings = append(j.Findings, f)
	}
	all := a.Findings
	t := NewTally(a, cat, evidence.View{At: snap.At, Feeds: snap.Feeds})
	for _, j := range judged {
		t.Add(*j)
	}
	t.RollUp(categories)
	a.Findings = all
}

func summariseCriterion(c Criterion, cat Catalogue, states map[string]Outcome, categories []string) CriterionResult {
	r := CriterionResult{ID: c.ID, Category: c.Category, Series: c.Series, Title: c.Title}
	var outcomes []Outcome
	residual := []string{c.Residual}
	for _, control := range cat.Controls {
		for _, m := range control.Criteria {
			if m.ID != c.ID {
				continue
			}
			r.Controls = append(r.Controls, control.ID)
			outcomes = append(outcomes, states[control.ID])
			residual = append(residual, m.Residual)
		}
	}
	if len(outcomes) == 0 {
		residual = append(residual, "No control in the catalogue tests this criterion.")
	}
	r.Residual = strings.Join(slices.DeleteFunc(residual, func(s string) bool { return s == "" }), " ")
	r.State = OutOfScope
	if slices.Contains(categories, c.Category) {
		r.State = StateOf(outcomes...)
	}
	return r
}

// GapAt says whether any control that is not declined has an unaccepted failing
// finding of at least a severity.
func (a *Assessment) GapAt(threshold Severity) bool {
	for _, c := range a.Controls {
		if c.Severity >= threshold && c.Failing > c.Accepted && !c.Declined() {
			return true
		}
	}
	return false
}

// Incomplete says whether anything in scope was not seen: then the absence of
// gaps proves nothing.
func (a *Assessment) Incomplete() bool {
	if a.Outcomes[Unobserved] > 0 {
		return true
	}
	for _, c := range a.Controls {
		if c.State == Unobserved {
			return true
		}
	}
	return len(a.Holes) > 0
}
