package soc2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// Filter picks a part of an assessment. Empty lists pick everything; what is
// picked must be in each list that is not empty.
type Filter struct {
	Providers, Accounts []string // of the resource
	Controls            []string // ids
	Criteria            []string // a control bears on one of them, directly or supporting
}

// Empty says that nothing is left out.
func (f Filter) Empty() bool {
	return len(f.Providers)+len(f.Accounts)+len(f.Controls)+len(f.Criteria) == 0
}

// String is a form for people: "provider github; account a, b".
func (f Filter) String() string {
	var parts []string
	for _, p := range []struct {
		name   string
		values []string
	}{{"provider", f.Providers}, {"account", f.Accounts}, {"control", f.Controls}, {"criteria", f.Criteria}} {
		if len(p.values) > 0 {
			parts = append(parts, p.name+" "+strings.Join(p.values, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// Place says whether what is at a place is picked.
func (f Filter) Place(provider, account string) bool {
	return (len(f.Providers) == 0 || slices.Contains(f.Providers, provider)) &&
		(len(f.Accounts) == 0 || slices.Contains(f.Accounts, account))
}

// Control says whether a control is picked.
func (f Filter) Control(id string, criteria []Mapping) bool {
	return (len(f.Controls) == 0 || slices.Contains(f.Controls, id)) &&
		(len(f.Criteria) == 0 || slices.ContainsFunc(criteria, func(m Mapping) bool { return slices.Contains(f.Criteria, m.ID) }))
}

// Narrowed says what of an assessment is left out (promise 7: nothing narrows in silence).
type Narrowed struct {
	Filter   Filter
	Outcomes map[Outcome]int // findings left out, excluded ones not counted
	Controls int             // controls left out
	Holes    int             // holes left out
}

// String says on one line what is shown and what is not.
func (n Narrowed) String() string {
	all := 0
	for _, c := range n.Outcomes {
		all += c
	}
	return fmt.Sprintf("only %s; left out: %d findings (%d fail, %d unobserved), %d controls, %d holes",
		n.Filter, all, n.Outcomes[Fail], n.Outcomes[Unobserved], n.Controls, n.Holes)
}

// Narrow gives the part of an assessment that a filter picks: counts, states of
// controls and findings are those of the part. States of criteria stay those of
// the whole, because a part of the evidence cannot tell them. A control that
// nothing at the picked places was judged by is left out. It does not judge again,
// unless decisions exclude findings.
func Narrow(a Assessment, f Filter, cat Catalogue) (Assessment, error) {
	if f.Empty() {
		return a, nil
	}
	out := a
	out.Narrowed = &Narrowed{Filter: f, Outcomes: map[Outcome]int{}}
	out.Outcomes, out.Places = map[Outcome]int{}, map[Place]map[Outcome]int{}
	out.Assets = AssetCounts{} // a part cannot tell them
	out.Findings, out.Holes, out.Controls, out.Criteria, out.Pulls, out.Feeds, out.Drift = nil, nil, nil, nil, nil, nil, nil
	picked := map[string]bool{}
	for _, c := range a.Controls {
		picked[c.ID] = f.Control(c.ID, c.Criteria)
	}
	in := func(x *Finding) bool { return picked[x.Control] && f.Place(x.Resource.Provider, x.Resource.Account) }
	counts := map[string]map[Outcome]int{}
	for place, outcomes := range a.CountsByPlace() {
		to := out.Narrowed.Outcomes
		if picked[place.Control] && f.Place(place.Provider, place.Account) {
			to = out.Outcomes
			out.Places[place] = outcomes
			if counts[place.Control] == nil {
				counts[place.Control] = map[Outcome]int{}
			}
			for o, n := range outcomes {
				counts[place.Control][o] += n
			}
		}
		for o, n := range outcomes {
			to[o] += n
		}
	}
	accepted := map[string]int{}
	for i := range a.Findings {
		x := &a.Findings[i]
		if !in(x) {
			continue
		}
		out.Findings = append(out.Findings, *x)
		if x.Outcome == Fail && x.Acceptance != nil && x.ExcludedBy == "" {
			accepted[x.Control]++
		}
	}
	excluded, left, err := excludedIn(&a, picked, f)
	if err != nil {
		return Assessment{}, err
	}
	for _, c := range a.Controls {
		n, judged := counts[c.ID]
		everywhere := len(f.Providers)+len(f.Accounts) == 0
		if !picked[c.ID] || !judged && !everywhere {
			out.Narrowed.Controls++
			continue
		}
		out.Controls = append(out.Controls, narrowControl(c, n, accepted[c.ID], excluded[c.ID], left[c.ID]))
	}
	for _, c := range a.Criteria {
		if f.criterion(c.ID, out.Controls) {
			out.Criteria = append(out.Criteria, c)
		}
	}
	for _, feed := range a.Feeds {
		if f.Place(feed.ID.Scope.Provider, feed.ID.Scope.Account) {
			out.Feeds = append(out.Feeds, feed)
		}
	}
	for _, p := range a.Pulls {
		if f.Place(p.Scope.Provider, p.Scope.Account) {
			out.Pulls = append(out.Pulls, p)
		}
	}
	for _, d := range a.Drift {
		if picked[d.Control] && f.Place(d.Resource.Provider, d.Resource.Account) {
			out.Drift = append(out.Drift, d)
		}
	}
	matters := mattering(out.Findings, cat, picked, a.Feeds)
	for _, h := range a.Holes {
		if f.Place(h.Provider, h.Account) && (f.allControls() || matters(h)) {
			out.Holes = append(out.Holes, h)
		} else {
			out.Narrowed.Holes++
		}
	}
	if a.All != nil {
		out.All = func(each func(Finding) error) error {
			return a.All(func(x Finding) error {
				if !in(&x) {
					return nil
				}
				return each(x)
			})
		}
	}
	return out, nil
}

func (f Filter) allControls() bool { return len(f.Controls)+len(f.Criteria) == 0 }

func (f Filter) criterion(id string, controls []ControlResult) bool {
	if len(f.Criteria) > 0 {
		return slices.Contains(f.Criteria, id)
	}
	if len(f.Controls) == 0 {
		return true
	}
	return slices.ContainsFunc(controls, func(c ControlResult) bool {
		return slices.ContainsFunc(c.Criteria, func(m Mapping) bool { return m.ID == id })
	})
}

// narrowControl counts a control anew. Of those excluded, left is how many it applies to.
func narrowControl(c ControlResult, n map[Outcome]int, accepted, excluded, left int) ControlResult {
	c.Failing, c.Unobserved, c.Passing, c.NotApplicable = n[Fail], n[Unobserved], n[Pass], n[NotApplicable]
	c.Accepted, c.Excluded, c.State = accepted, excluded, NotApplicable
	counted := 0
	for o, count := range n {
		if count > 0 {
			c.State = RollUp(c.State, o)
			counted += count
		}
	}
	c.State = withExcluded(c.State, counted, excluded, left)
	return c
}

// excludedIn counts findings that decisions exclude, by control, and those of them
// that the control applies to. Those that pass are not held, so everything is judged
// again where there are any at all.
func excludedIn(a *Assessment, picked map[string]bool, f Filter) (n, left map[string]int, err error) {
	n, left = map[string]int{}, map[string]int{}
	again := false
	for _, c := range a.Controls {
		if picked[c.ID] && c.Excluded > 0 {
			n[c.ID] = c.Excluded
			again = true
			if c.State == Unobserved {
				left[c.ID] = c.Excluded // the roll-up of everywhere said so
			}
		}
	}
	if !again || len(f.Providers)+len(f.Accounts) == 0 {
		return n, left, nil
	}
	clear(n)
	clear(left)
	err = a.Every(func(x Finding) error {
		if x.ExcludedBy != "" && picked[x.Control] && f.Place(x.Resource.Provider, x.Resource.Account) {
			n[x.Control]++
			if x.Outcome != NotApplicable {
				left[x.Control]++
			}
		}
		return nil
	})
	return n, left, err
}

type holeAt struct{ provider, account, region, populationType, resource, what string }

// mattering tells which holes bear on the picked controls: lists of what their
// checks judge, and fields that a finding of theirs misses.
func mattering(findings []Finding, cat Catalogue, picked map[string]bool, feeds []evidence.FeedState) func(ScopedHole) bool {
	kinds := map[string]evidence.Kind{}
	for _, feed := range feeds {
		for _, p := range feed.Populations {
			kinds[p.Type] = p.Kind
		}
	}
	missed := map[holeAt]bool{}
	for i := range findings {
		r := &findings[i].Resource
		for _, h := range findings[i].Holes {
			missed[holeAt{r.Provider, r.Account, r.Region, r.Type, r.Label(), "field " + h.Field}] = true
			if h.Operation != "" {
				missed[holeAt{r.Provider, r.Account, r.Region, r.Type, r.Label(), "read " + h.Operation}] = true
			}
		}
	}
	judges := func(populationType string) bool {
		for _, c := range cat.Controls {
			for _, k := range c.Checks {
				if picked[c.ID] && k.Kind == kinds[populationType] && k.AppliesTo(populationType) {
					return true
				}
			}
			if picked[c.ID] && c.AttestationAsked != nil && kinds[populationType] == "Attestation" {
				return true
			}
		}
		return false
	}
	return func(h ScopedHole) bool {
		if h.Hole.Field == "" {
			return h.Hole.Type == "" || judges(h.Hole.Type)
		}
		at := holeAt{h.Provider, h.Account, h.Region, h.Hole.Type, h.Resource, "field " + h.Hole.Field}
		if missed[at] {
			return true
		}
		at.what = "read " + h.Hole.Operation
		return h.Hole.Operation != "" && missed[at]
	}
}
