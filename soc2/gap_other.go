package soc2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// criteria gives a gap for each criterion in scope that no control that counts
// bears on, or none that has anything to look at (R13).
func (g *gapJudge) criteria() {
	for _, c := range g.in.Catalogue.Criteria {
		id := criterionGap + c.ID
		if !g.in.inScope(c.ID) {
			g.out.Doubt[id] = "it is out of scope"
			continue
		}
		counting, declined := g.adoptions.bearing(&g.in, c.ID)
		gap := Gap{
			ID: id, Title: c.ID + " " + c.Title, Criteria: []Mapping{{ID: c.ID, Strength: Direct, Why: "It is the criterion itself.", Residual: c.Residual}},
			Kind: NoControl, Current: "No adopted control bears on it.",
			Desired: "At least one adopted control bears on " + c.ID + ", and evidence shows that it holds.",
		}
		for _, control := range declined {
			one := g.adoptions.by[control]
			gap.Context = append(gap.Context, fmt.Sprintf("%s was declined on %s by %s, approved by %s: %s", control, one.At.UTC().Format(time.DateOnly), one.By, one.Approver, one.Reason))
			gap.Evidence.Records = append(gap.Evidence.Records, one.ID)
			if len(counting) == 0 && one.At.After(gap.Since) {
				gap.Since = one.At // since then it is bare
			}
		}
		switch {
		case len(counting) == 0:
			g.add(gap, nil)
		case g.nothingToLookAt(counting):
			gap.Kind = NoEvidence
			gap.Current = "The controls that bear on it (" + strings.Join(counting, ", ") + ") have nothing to look at."
			g.add(gap, nil)
		case !slices.ContainsFunc(counting, g.seen):
			g.out.Doubt[id] = "the controls that bear on it were not seen; each has a gap of its own"
		default:
			g.out.Held[id] = fmt.Sprintf("%d controls bear on it; what does not hold has a gap of its own", len(counting))
		}
	}
}

// nothingToLookAt says that all controls are proven not to apply.
func (g *gapJudge) nothingToLookAt(controls []string) bool {
	return !slices.ContainsFunc(controls, func(id string) bool {
		r, ok := g.results[id]
		return !ok || r.State != NotApplicable
	})
}

// seen says that a control was judged either way. A control of the company is seen
// through those it rests on.
func (g *gapJudge) seen(id string) bool {
	if r, ok := g.results[id]; ok {
		return r.State == Pass || r.State == Fail
	}
	i := slices.IndexFunc(g.in.Company, func(c CompanyControl) bool { return c.ID == id })
	return i >= 0 && slices.ContainsFunc(g.in.Company[i].Controls, func(on string) bool {
		return on != id && g.results[on].State != Unobserved && g.results[on].State != NotApplicable
	})
}

// company gives a gap for each of the company's controls that nothing tests.
func (g *gapJudge) company() {
	for _, c := range g.in.Company {
		id := companyGap + c.ID
		state := g.adoptions.of(c.ID)
		if state == string(Declined) {
			g.out.Doubt[id] = "it was declined"
			continue
		}
		known := 0
		for _, control := range c.Controls {
			if slices.ContainsFunc(g.in.Catalogue.Controls, func(k Control) bool { return k.ID == control }) {
				known++
			}
		}
		switch {
		case known > 0 && known == len(c.Controls):
			g.out.Held[id] = "something tests it; where that does not hold it has a gap of its own"
			continue
		case known > 0:
			g.out.Doubt[id] = fmt.Sprintf("only %d of the %d controls it is linked to exist", known, len(c.Controls))
			continue
		}
		if g.adoptions.counts(c.ID) && !g.in.outOfScope(mappings(c.Criteria)) {
			g.out.Counting++ // those that are tested count with what tests them
		}
		gap := Gap{
			ID: id, Control: c.ID, Company: []string{c.ID}, Title: firstSentence(c.Wording), Criteria: mappings(c.Criteria), Kind: NoEvidence, Adoption: state,
			Current: "Nothing that controlwatch tests, and no attestation, is linked to it.", Desired: c.Wording,
			Owner: c.Owner, Context: []string{"It comes from " + c.Source + "."},
		}
		if c.Owner != "" {
			gap.OwnerBy = "the company's control " + c.ID
		}
		g.add(gap, nil)
	}
}

func mappings(criteria []string) []Mapping {
	var all []Mapping
	for _, id := range criteria {
		all = append(all, Mapping{ID: id, Strength: Direct})
	}
	return all
}

func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if before, _, ok := strings.Cut(s, ". "); ok {
		return before + "."
	}
	return s
}

// walkthroughs gives a gap where the newest one shows that practice is not as written.
func (g *gapJudge) walkthroughs() {
	newest := map[string]Walkthrough{}
	for _, w := range g.in.Walkthroughs {
		if was, ok := newest[w.Control]; (!ok || !w.At.Before(was.At)) && !w.At.After(g.in.now()) {
			newest[w.Control] = w
		}
	}
	for control, w := range newest {
		id := walkthroughGap + control
		if w.Matches {
			g.out.Held[id] = "the walkthrough of " + w.At.UTC().Format(time.DateOnly) + " matches"
			continue
		}
		gap := Gap{
			ID: id, Control: control, Title: "Practice differs from what is written: " + control, Kind: NotOperating, Adoption: g.adoptions.of(control), Since: w.At,
			Current: "What was shown: " + w.Shown, Desired: "Practice and the written control agree, as a new walkthrough shows.",
			Context:  []string{fmt.Sprintf("%s walked through it with %s on %s.", w.Interviewer, strings.Join(w.With, ", "), w.At.UTC().Format(time.DateOnly))},
			Evidence: GapEvidence{Records: []string{w.ID}},
		}
		if w.Note != "" {
			gap.Context = append(gap.Context, w.Note)
		}
		if _, ok := g.out.Held[ControlGap(control)]; ok {
			gap.Kind = Undocumented
		}
		for _, c := range g.in.Catalogue.Controls {
			if c.ID == control {
				gap.Title, gap.Criteria = "Practice differs from what is written: "+c.Title, c.Criteria
			}
		}
		for _, c := range g.in.Company {
			if c.ID == control {
				gap.Title, gap.Criteria, gap.Company = "Practice differs from what is written: "+firstSentence(c.Wording), mappings(c.Criteria), []string{c.ID}
			}
		}
		g.add(gap, g.affected[control])
	}
}

// assetCriteria are what an inventory with owners and classes serves.
var (
	ownerCriteria = []Mapping{{ID: "CC6.1", Strength: Direct, Why: "Access can be protected to what is known and owned."}, {ID: "CC1.3", Strength: Supporting, Why: "Somebody answers for each asset."}}
	classCriteria = []Mapping{{ID: "CC6.1", Strength: Direct, Why: "Protection follows from what data an asset holds."}, {ID: "C1.1", Strength: Direct, Why: "Confidential information is identified."}}
)

// assets gives the gaps of the inventory: what has no owner, what is not classified.
func (g *gapJudge) assets() {
	in := g.in.Assets
	if in == nil {
		g.out.Doubt[UnownedAssets], g.out.Doubt[UnclassifiedAssets] = "no inventory was made", "no inventory was made"
		return
	}
	for _, list := range []struct {
		id, title, current, desired string
		criteria                    []Mapping
		assets                      []Asset
		total                       int
		since                       time.Time
	}{
		{UnownedAssets, "Assets have no owner", "have no owner", "Every asset in scope has an owner: by its system, a tag or CODEOWNERS.", ownerCriteria, in.Unowned, in.UnownedTotal, in.UnownedSince},
		{UnclassifiedAssets, "Assets are not classified", "are not classified", "Every asset in scope carries what data it holds: by its system or a tag.", classCriteria, in.Unclassified, in.UnclassifiedTotal, in.UnclassifiedSince},
	} {
		total := max(list.total, len(list.assets))
		switch {
		case total == 0 && in.Complete:
			g.out.Held[list.id] = "a complete inventory has none"
			continue
		case total == 0:
			g.out.Doubt[list.id] = "the inventory is not complete"
			continue
		}
		gap := Gap{
			ID: list.id, Title: list.title, Criteria: list.criteria, Kind: Undocumented, Failing: total, Total: total, Since: list.since,
			Current: fmt.Sprintf("%d assets %s.", total, list.current), Desired: list.desired,
		}
		a := &affected{systems: map[string]int{}, systemOwners: map[string]int{}, assetOwners: map[string]int{}}
		a.facts.sensitiveClasses = map[string]bool{}
		for _, one := range list.assets {
			a.place(one, map[string]System{}, map[string]string{})
			if len(gap.Examples) < mostGapExamples {
				gap.Examples = append(gap.Examples, GapExample{Resource: one.Resource, Outcome: Fail, Since: list.since})
			}
		}
		gap.Systems, gap.Unscoped = systemsOf(a), a.unscoped
		var rs []evidence.Resource
		for _, e := range gap.Examples {
			rs = append(rs, e.Resource)
		}
		gap.Checks = []GapCheck{{
			Check: list.id, Failing: total, Desired: list.desired, Effort: "medium", Examples: rs,
			Remediation: "State it in the configuration (scope.systems), tag the assets, or add them to CODEOWNERS.",
		}}
		g.add(gap, a)
	}
}
