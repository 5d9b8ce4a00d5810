package soc2

import (
	"cmp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// Proposed is the adoption of a control the catalogue offers and nobody has
// adopted, marked advisory or declined yet.
const Proposed = "proposed"

// Summarise rolls findings up into controls and criteria and lists the holes.
// Findings must be sorted and already marked by decisions. categories are the
// Trust Services categories in scope.
func Summarise(a *Assessment, cat Catalogue, snap evidence.Snapshot, categories []string) {
	a.Outcomes = map[Outcome]int{}
	byControl := map[string][]Finding{}
	for _, f := range a.Findings {
		if f.ExcludedBy == "" {
			a.Outcomes[f.Outcome]++
		}
		byControl[f.Control] = append(byControl[f.Control], f)
	}
	states := map[string]Outcome{}
	for _, c := range cat.Controls {
		result := summariseControl(c, byControl[c.ID])
		states[c.ID] = result.State
		a.Controls = append(a.Controls, result)
	}
	for _, criterion := range cat.Criteria {
		a.Criteria = append(a.Criteria, summariseCriterion(criterion, cat, states, categories))
	}
	a.Feeds = snap.Feeds
	for _, feed := range snap.Feeds {
		if feed.Last != nil {
			a.Pulls = append(a.Pulls, *feed.Last)
		}
	}
	a.Holes = holes(a.Findings, snap)
}

func summariseControl(c Control, findings []Finding) ControlResult {
	r := ControlResult{ID: c.ID, Title: c.Title, Adoption: Proposed, Severity: c.Severity(), Criteria: c.Criteria}
	for _, check := range c.Checks {
		r.Checks = append(r.Checks, check.ID)
	}
	if c.AttestationAsked != nil {
		r.Checks = append(r.Checks, AttestationCheck)
	}
	worst := NotApplicable
	for _, f := range findings {
		if f.ExcludedBy != "" {
			r.Excluded++
			continue
		}
		worst = RollUp(worst, f.Outcome)
		switch f.Outcome {
		case Fail:
			r.Failing++
			if f.Acceptance != nil {
				r.Accepted++
			}
		case Unobserved:
			r.Unobserved++
		case Pass:
			r.Passing++
		case NotApplicable:
			r.NotApplicable++
		}
	}
	r.State = worst
	if r.Excluded > 0 && r.Excluded == len(findings) {
		r.State = Unobserved // everything was taken out by decision: nothing shows that it holds
	}
	return r
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

// holes lists every population not seen, every field recorded as not seen, and
// what evaluation found missing without a recorded reason.
func holes(findings []Finding, snap evidence.Snapshot) []ScopedHole {
	var all []ScopedHole
	for _, feed := range snap.Feeds {
		s := feed.ID.Scope
		for _, p := range feed.Populations {
			if h, ok := feed.HoleAt(p.Type, snap.At); ok {
				all = append(all, ScopedHole{Provider: s.Provider, Account: s.Account, Region: s.Region, Collector: feed.ID.Collector, Hole: h})
			}
		}
	}
	owner := owners(snap.Feeds)
	type place struct {
		resource evidence.Key
		what     string
	}
	seen := map[place]bool{}
	note := func(r evidence.Resource, h evidence.Hole) {
		field := place{r.Key(), "field " + h.Field}
		if seen[field] {
			return
		}
		seen[field], seen[place{r.Key(), "read " + h.Operation}] = true, true
		h.Type = r.Type
		all = append(all, ScopedHole{Provider: r.Provider, Account: r.Account, Region: r.Region, Collector: owner(r), Resource: r.Label(), Hole: h})
	}
	for _, f := range snap.Facts {
		for _, h := range f.Holes {
			note(f.Resource, h)
		}
	}
	for _, f := range findings {
		if f.OnScope() && f.Resource.Provider != "" {
			continue // already listed with its feed
		}
		for _, h := range f.Holes {
			// What derives from a field that was not read is lost by the same read.
			if h.Operation == "" || !seen[place{f.Resource.Key(), "read " + h.Operation}] {
				note(f.Resource, h)
			}
		}
	}
	slices.SortFunc(all, func(a, b ScopedHole) int {
		return cmp.Or(
			cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.Collector, b.Collector), cmp.Compare(a.Hole.Type, b.Hole.Type),
			cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Hole.Field, b.Hole.Field),
		)
	})
	return all
}

func owners(feeds []evidence.FeedState) func(evidence.Resource) string {
	byType := map[string]string{}
	for _, feed := range feeds {
		for _, p := range feed.Populations {
			byType[p.Type] = feed.ID.Collector
		}
	}
	return func(r evidence.Resource) string { return byType[r.Type] }
}

// GapAt says whether any control has an unaccepted failing finding of at least
// a severity.
func (a *Assessment) GapAt(threshold Severity) bool {
	for _, c := range a.Controls {
		if c.Severity >= threshold && c.Failing > c.Accepted {
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
