package soc2

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// GapAnalysis says of everything that is asked for whether it has a gap, holds, or
// cannot be told.
type GapAnalysis struct {
	At         time.Time
	Assessment string
	SampleData bool
	Gaps       []Gap             // worst first
	Held       map[string]string // what evidence shows to hold, by the id its gap would have, and why
	Doubt      map[string]string // what is neither, and why
	ByProposed bool              // nobody has adopted a control: proposed ones count
	// Counting are the controls that the company goes by and that are in scope;
	// Holding how many of them evidence shows to hold.
	Counting, Holding int
}

// Gaps gives one gap for each control that does not hold, and one for each
// criterion, control of the company, walkthrough and asset list that lacks
// something; see GapKind.
func Gaps(in GapInputs) []Gap { return AnalyseGaps(in).Gaps }

// AnalyseGaps is Gaps, with what holds beside it: a gap that is not there any more
// is closed only if it is shown to hold.
func AnalyseGaps(in GapInputs) GapAnalysis {
	g := &gapJudge{in: in, adoptions: adoptionsOf(&in), results: map[string]ControlResult{}}
	g.out = GapAnalysis{At: in.now(), Held: map[string]string{}, Doubt: map[string]string{}, ByProposed: !g.adoptions.anything}
	if in.Assessment != nil {
		g.out.Assessment, g.out.SampleData = in.Assessment.ID, in.Assessment.SampleData
		for _, r := range in.Assessment.Controls {
			g.results[r.ID] = r
		}
	}
	g.affected = in.affectedByControl()
	g.rules = in.Rules.orDefault()
	g.controls()
	g.strangers()
	g.criteria()
	g.company()
	g.walkthroughs()
	g.assets()
	slices.SortFunc(g.out.Gaps, CompareGaps)
	return g.out
}

// CompareGaps ranks gaps, worst first: what is in scope, by residual risk, inherent
// risk, impact; what is not wholly accepted; by how much fails, how much was not
// seen, how old it is; then by id, so that no two are equal.
func CompareGaps(a, b Gap) int {
	return cmp.Or(
		compareFlags(a.OutOfScope, b.OutOfScope),
		cmp.Compare(b.Risk.Residual.Score(), a.Risk.Residual.Score()),
		cmp.Compare(b.Risk.Inherent.Score(), a.Risk.Inherent.Score()),
		cmp.Compare(b.Risk.Residual.Impact, a.Risk.Residual.Impact),
		compareFlags(a.WhollyAccepted(), b.WhollyAccepted()),
		cmp.Compare(b.Failing-b.Accepted, a.Failing-a.Accepted),
		cmp.Compare(b.Unobserved, a.Unobserved),
		a.Since.Compare(b.Since),
		strings.Compare(a.ID, b.ID),
	)
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

type gapJudge struct {
	in        GapInputs
	adoptions adoptions
	results   map[string]ControlResult
	affected  map[string]*affected
	rules     RiskRules
	out       GapAnalysis
}

// add completes a gap with what is the same for all of them.
func (g *gapJudge) add(gap Gap, a *affected) {
	if a == nil {
		a = &affected{}
	}
	if gap.Since.IsZero() {
		gap.Since, gap.Undated = g.in.Began, true
		if gap.Since.IsZero() {
			gap.Since = g.in.now()
		}
	}
	gap.OutOfScope = g.in.outOfScope(gap.Criteria)
	gap.Evidence.Assessment = g.out.Assessment
	if g.out.ByProposed && (gap.Adoption == Proposed || gap.Kind == NoControl) {
		gap.Context = append(gap.Context, "Nobody has adopted a control yet: proposed ones count.")
	}
	if gap.Owner == "" {
		gap.Owner, gap.OwnerBy = g.owner(&gap, a)
	}
	gap.Risk = g.risk(&gap, a)
	g.out.Gaps = append(g.out.Gaps, gap)
}

// controls judges each control of the catalogue.
func (g *gapJudge) controls() {
	for _, c := range g.in.Catalogue.Controls {
		g.control(c)
	}
}

func (g *gapJudge) control(c Control) {
	id := ControlGap(c.ID)
	r, judged := g.results[c.ID]
	a := g.affected[c.ID]
	if a == nil {
		a = &affected{}
	}
	counts := g.adoptions.counts(c.ID) && !g.in.outOfScope(c.Criteria)
	if counts {
		g.out.Counting++
	}
	gap := Gap{
		ID: id, Control: c.ID, Title: c.Title, Criteria: c.Criteria, Adoption: g.adoptions.of(c.ID),
		Failing: max(r.Failing, a.failing), Unobserved: max(r.Unobserved, a.unobserved), Passing: r.Passing,
		Accepted: min(a.accepted, max(r.Failing, a.failing)), Excluded: a.excluded, AcceptedUntil: a.acceptedUntil,
		Examples: a.examples, Checks: withEffort(a.checks, c), Since: a.since, Undated: a.undated,
	}
	gap.Total = gap.Failing + gap.Unobserved
	gap.Evidence.Findings = a.keys
	gap.Systems, gap.Unscoped = systemsOf(a), a.unscoped
	for _, own := range g.in.Company {
		if slices.Contains(own.Controls, c.ID) {
			gap.Company = append(gap.Company, own.ID)
		}
	}
	design, weak := g.design(c.ID)
	due := g.due(c.ID)
	switch {
	case !judged:
		gap.Context = append(gap.Context, "The assessment did not judge this control.")
	case r.State == Unobserved && gap.Total == 0:
		gap.Context = append(gap.Context, "Everything it judges is taken out by decisions: nothing shows that it holds.")
	}
	if weak {
		gap.Context = append(gap.Context, fmt.Sprintf("%s concluded on %s that the design is %q.", orNobody(design.By), design.At.UTC().Format(time.DateOnly), design.Conclusion))
		gap.Evidence.Records = append(gap.Evidence.Records, design.ID)
	}
	gap.Context = append(gap.Context, due.says...)
	shown := judged && gap.Total == 0 && (r.State == Pass || r.State == NotApplicable)
	if shown && !weak && !due.fails && !due.lacks {
		g.holds(id, r, a, counts)
		return
	}
	if a.excluded > 0 {
		gap.Context = append(gap.Context, fmt.Sprintf("%d more that fail or were not seen are taken out by decisions.", a.excluded))
	}
	inPlace := r.Passing > 0 || g.in.HeldBefore[c.ID] || due.before
	gap.Kind = controlKind(weak, gap.Failing > 0 || due.fails, inPlace)
	if gap.Since.IsZero() && !due.since.IsZero() {
		gap.Since = due.since
	}
	if gap.Since.IsZero() && weak {
		gap.Since = design.At
	}
	gap.Current, gap.Desired = currentState(&gap, r), desiredState(&gap, c)
	g.add(gap, a)
}

// holds notes what evidence shows. Where findings that do not pass are excluded by
// decision, evidence shows that no more than of the rest.
func (g *gapJudge) holds(id string, r ControlResult, a *affected, counts bool) {
	switch {
	case a.excluded > 0:
		g.out.Doubt[id] = fmt.Sprintf("the rest holds, and %d findings that do not are taken out by decisions", a.excluded)
	case r.State == Pass:
		g.out.Held[id] = fmt.Sprintf("all %d pass", r.Passing)
		if counts {
			g.out.Holding++
		}
	case r.State == NotApplicable:
		g.out.Held[id] = "complete pulls show that there is nothing it applies to"
		if counts {
			g.out.Holding++
		}
	default: // whoever asks: what fails or was not seen closes nothing
		g.out.Doubt[id] = "it is not shown to hold"
	}
}

// strangers are failing controls that the catalogue does not know: their gaps are
// not lost with their description.
func (g *gapJudge) strangers() {
	known := map[string]bool{}
	for _, c := range g.in.Catalogue.Controls {
		known[c.ID] = true
	}
	ids := map[string]bool{}
	for id, a := range g.affected {
		if a.failing+a.unobserved > 0 {
			ids[id] = true
		}
	}
	for id, r := range g.results {
		if r.Failing+r.Unobserved > 0 || r.State == Fail || r.State == Unobserved {
			ids[id] = true
		}
	}
	for id := range ids {
		if known[id] {
			continue
		}
		r, a := g.results[id], g.affected[id]
		if a == nil {
			a = &affected{}
		}
		gap := Gap{
			ID: ControlGap(id), Control: id, Title: cmp.Or(r.Title, id), Criteria: r.Criteria, Adoption: g.adoptions.of(id),
			Failing: max(r.Failing, a.failing), Unobserved: max(r.Unobserved, a.unobserved), Passing: r.Passing,
			Accepted: a.accepted, Excluded: a.excluded, AcceptedUntil: a.acceptedUntil,
			Examples: a.examples, Checks: a.checks, Since: a.since, Undated: a.undated, Systems: systemsOf(a), Unscoped: a.unscoped,
			Context: []string{"The catalogue does not describe this control."},
		}
		gap.Total = gap.Failing + gap.Unobserved
		gap.Evidence.Findings = a.keys
		gap.Kind = controlKind(false, gap.Failing > 0 || r.State == Fail, r.Passing > 0 || g.in.HeldBefore[id])
		gap.Current, gap.Desired = currentState(&gap, r), desiredState(&gap, Control{})
		g.add(gap, a)
	}
}

func systemsOf(a *affected) []string {
	var ids []string
	for id := range a.systems {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func withEffort(checks []GapCheck, c Control) []GapCheck {
	for i := range checks {
		for _, k := range c.Checks {
			if k.ID == checks[i].Check {
				checks[i].Effort = k.Effort
			}
		}
	}
	return checks
}

func currentState(g *Gap, r ControlResult) string {
	if g.Total == 0 {
		return "Nothing shows that it holds."
	}
	all := g.Failing + g.Unobserved + r.Passing
	var parts []string
	if g.Failing > 0 {
		part := fmt.Sprintf("%d of %d fail", g.Failing, all)
		if g.Accepted > 0 {
			part += fmt.Sprintf(" (%d accepted)", g.Accepted)
		}
		parts = append(parts, part)
	}
	if g.Unobserved > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d were not seen", g.Unobserved, all))
	}
	return strings.Join(parts, ", ") + "."
}

func desiredState(g *Gap, c Control) string {
	var all []string
	for _, k := range g.Checks {
		if k.Desired != "" && !slices.Contains(all, k.Desired) {
			all = append(all, k.Desired)
		}
	}
	if len(all) == 0 {
		return c.Statement
	}
	return strings.Join(all, " ")
}

func orNobody(name string) string { return cmp.Or(name, "Somebody") }
