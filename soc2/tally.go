package soc2

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// Tally rolls judged resources up into an assessment. What it keeps of them is
// counters, the findings that fail or were not seen, and the holes: those that
// pass are many, and only ever counted.
type Tally struct {
	a        *Assessment
	cat      Catalogue
	controls map[string]*ControlResult
	judged   map[string]int // findings of a control, excluded ones too
	left     map[string]int // of those excluded, how many the control applies to
	owner    map[string]string
	shown    map[string]json.RawMessage // current states, most of them alike
	kept     map[checkOf][][]Finding    // in pieces: to grow one list would hold two of them
	lacks    map[Lack]*Lack
	unseen   map[evidence.Hole]unseen // why a finding is unobserved, where it is one hole
}

// NewTally begins to roll up what is judged of a view.
func NewTally(a *Assessment, cat Catalogue, view evidence.View) *Tally {
	feeds := view.Feeds
	t := &Tally{a: a, cat: cat, controls: map[string]*ControlResult{}, judged: map[string]int{}, left: map[string]int{}, owner: owners(feeds), shown: map[string]json.RawMessage{}, kept: map[checkOf][][]Finding{}}
	t.lacks, t.unseen = map[Lack]*Lack{}, map[evidence.Hole]unseen{}
	a.Outcomes, a.Places = map[Outcome]int{}, map[Place]map[Outcome]int{}
	a.Findings, a.Holes, a.Controls, a.Criteria, a.Pulls = nil, nil, nil, nil, nil
	for _, c := range cat.Controls {
		r := &ControlResult{ID: c.ID, Title: c.Title, Adoption: Proposed, State: NotApplicable, Severity: c.Severity(), Owner: c.Owner, Criteria: c.Criteria}
		for _, check := range c.Checks {
			r.Checks = append(r.Checks, check.ID)
		}
		if c.AttestationAsked != nil {
			r.Checks = append(r.Checks, AttestationCheck)
		}
		t.controls[c.ID] = r
	}
	a.Feeds, a.Assets = feeds, AssetCounts{Systems: map[string]int{}}
	for _, feed := range feeds {
		if feed.Last != nil {
			a.Pulls = append(a.Pulls, *feed.Last)
		}
		s := feed.ID.Scope
		for _, p := range feed.Populations {
			if h, ok := feed.HoleAt(p.Type, view.At); ok {
				a.Holes = append(a.Holes, ScopedHole{Lack: &Lack{Provider: s.Provider, Account: s.Account, Region: s.Region, Collector: feed.ID.Collector, Hole: h}})
			}
		}
	}
	return t
}

// Within marks the controls above a profile as advisory: they are judged and shown
// as the others are, and what they find is a gap, but no criterion holds by them.
func (t *Tally) Within(profile string) *Tally {
	t.a.Profile = profile
	for _, c := range t.cat.Controls {
		if !InProfile(c, profile) {
			t.controls[c.ID].NotYet, t.controls[c.ID].Adoption = true, string(Advisory)
		}
	}
	return t
}

// Adopting takes what the company does with each control. One that it adopted is
// relied on whatever its profile; one that is advisory is as one above the profile;
// one that it declined is judged and shown, and neither holds nor breaks a criterion.
func (t *Tally) Adopting(all []Adoption) *Tally {
	for _, a := range all {
		if r := t.controls[a.Control]; r != nil {
			r.Adoption, r.NotYet = string(a.State), false
		}
	}
	return t
}

// Add counts one resource, each once. Its findings must be marked by decisions.
func (t *Tally) Add(j Judged) {
	for i := range j.Findings {
		f := &j.Findings[i]
		t.count(f)
		if f.Outcome == Fail || f.Outcome == Unobserved {
			t.keep(f)
		}
	}
	if j.Asset != nil && j.Seen != nil {
		t.a.Assets.Add(j.Asset)
	}
	t.holes(j)
}

func (t *Tally) count(f *Finding) {
	countIn(t.a.Places, f)
	t.judged[f.Control]++
	r := t.controls[f.Control]
	if r == nil {
		r = &ControlResult{} // not in the catalogue: counted in the totals only
	}
	if f.ExcludedBy != "" {
		r.Excluded++
		if f.Outcome != NotApplicable {
			t.left[f.Control]++
		}
		return
	}
	t.a.Outcomes[f.Outcome]++
	r.State = RollUp(r.State, f.Outcome)
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

const pieceOfFindings = 64

func (t *Tally) keep(f *Finding) {
	check := checkOf{f.Control, f.Check}
	pieces := t.kept[check]
	if len(pieces) == 0 || len(pieces[len(pieces)-1]) == pieceOfFindings {
		pieces = append(pieces, make([]Finding, 0, pieceOfFindings))
		t.kept[check] = pieces
	}
	last := &pieces[len(pieces)-1]
	*last = append(*last, *f)
	kept := &(*last)[len(*last)-1]
	kept.Observed = t.share(f.Observed)
	t.shareHoles(kept)
}

// findings puts what was kept into one list.
func (t *Tally) findings() []Finding {
	n := 0
	checks := make([]checkOf, 0, len(t.kept))
	for check, pieces := range t.kept {
		checks = append(checks, check)
		n += (len(pieces)-1)*pieceOfFindings + len(pieces[len(pieces)-1])
	}
	slices.SortFunc(checks, func(a, b checkOf) int {
		return cmp.Or(cmp.Compare(a.control, b.control), cmp.Compare(a.check, b.check))
	})
	all := make([]Finding, 0, n)
	for _, check := range checks {
		for _, piece := range t.kept[check] {
			all = append(all, piece...)
		}
		delete(t.kept, check)
	}
	if !slices.IsSortedFunc(all, Finding.Compare) {
		SortFindings(all) // the resources did not come in the order of their keys
	}
	return all
}

// mostShared bounds how many of a kind are looked up for one like them.
const mostShared = 20_000

// share keeps one copy of current states that are alike.
func (t *Tally) share(observed json.RawMessage) json.RawMessage {
	if same, ok := t.shown[string(observed)]; ok {
		return same
	}
	exact := slices.Clip(slices.Clone(observed))
	if len(t.shown) < mostShared {
		t.shown[string(observed)] = exact
	}
	return exact
}

type unseen struct {
	reason string
	holes  []evidence.Hole
}

// shareHoles keeps one copy of why findings are unobserved, which most are for the
// same one hole.
func (t *Tally) shareHoles(f *Finding) {
	if len(f.Holes) != 1 {
		return
	}
	same, known := t.unseen[f.Holes[0]]
	switch {
	case known && same.reason == f.Reason:
		f.Reason, f.Holes = same.reason, same.holes
	case !known && len(t.unseen) < mostShared:
		f.Holes = slices.Clip(f.Holes)
		t.unseen[f.Holes[0]] = unseen{f.Reason, f.Holes}
	}
}

// holes lists every field recorded as not seen, and what evaluation found missing
// without a recorded reason.
func (t *Tally) holes(j Judged) {
	var fields, reads map[string]bool
	note := func(r evidence.Resource, h evidence.Hole) {
		if fields[h.Field] {
			return
		}
		if fields == nil {
			fields, reads = map[string]bool{}, map[string]bool{}
		}
		fields[h.Field], reads[h.Operation] = true, true
		h.Type = r.Type
		t.a.Holes = append(t.a.Holes, ScopedHole{
			Lack: t.lack(Lack{Provider: r.Provider, Account: r.Account, Region: r.Region, Collector: t.owner[r.Type], Hole: h}), Resource: r.Label(),
		})
	}
	for _, h := range j.Holes {
		note(j.Resource, h)
	}
	for i := range j.Findings {
		f := &j.Findings[i]
		if f.OnScope() && f.Resource.Provider != "" {
			continue // already listed with its feed
		}
		for _, h := range f.Holes {
			// What derives from a field that was not read is lost by the same read.
			if h.Operation == "" || !reads[h.Operation] {
				note(f.Resource, h)
			}
		}
	}
}

func (t *Tally) lack(l Lack) *Lack {
	if same, ok := t.lacks[l]; ok {
		return same
	}
	if len(t.lacks) < mostShared {
		t.lacks[l] = &l
	}
	return &l
}

// RollUp puts what was counted into controls and criteria. categories are the
// Trust Services categories in scope.
func (t *Tally) RollUp(categories []string) {
	a := t.a
	states := map[string]Outcome{}
	for _, c := range t.cat.Controls {
		r := t.controls[c.ID]
		r.State = withExcluded(r.State, t.judged[c.ID]-r.Excluded, r.Excluded, t.left[c.ID])
		states[c.ID] = r.State
		if !r.ReliedOn() && r.State == Pass || r.Declined() {
			states[c.ID] = NotApplicable // it is not relied on, so no criterion holds by it
		}
		a.Controls = append(a.Controls, *r)
	}
	for _, criterion := range t.cat.Criteria {
		result := summariseCriterion(criterion, t.cat, states, categories)
		t.tellDeclined(&result)
		a.Criteria = append(a.Criteria, result)
	}
	a.Findings = t.findings()
	slices.SortStableFunc(a.Holes, func(a, b ScopedHole) int {
		return cmp.Or(
			cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.Collector, b.Collector), cmp.Compare(a.Hole.Type, b.Hole.Type),
			cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Hole.Field, b.Hole.Field),
		)
	})
}

// withExcluded is the state of a control beside what decisions took out of it. Where
// that is everything, or all that it applies to, nothing shows that it holds, and
// nothing that there is nothing of the kind.
func withExcluded(state Outcome, judged, excluded, applicable int) Outcome {
	if excluded > 0 && judged == 0 || applicable > 0 && state == NotApplicable {
		return Unobserved
	}
	return state
}

func owners(feeds []evidence.FeedState) map[string]string {
	byType := map[string]string{}
	for _, feed := range feeds {
		for _, p := range feed.Populations {
			byType[p.Type] = feed.ID.Collector
		}
	}
	return byType
}
