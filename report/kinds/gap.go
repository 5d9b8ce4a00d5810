package kinds

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaGap names the form of GapReport.
const SchemaGap = "controlwatch.gap-report/v1"

// GapReport is a gap assessment: everything asked for that does not hold or cannot
// be told, what it can lead to, and what is to be done. It gives no opinion.
type GapReport struct {
	Schema       string              `json:"schema"`      // "controlwatch.gap-report/v1"
	At           time.Time           `json:"at"`          // the moment judged at
	Assessment   string              `json:"assessment"`  // its id; empty: it was made for this report and not kept
	Sample       bool                `json:"sample_data"` // of a company that does not exist
	Organization string              `json:"organization,omitempty"`
	Judge        soc2.Judge          `json:"judge"`        // digests of what judged
	Scope        soc2.Scope          `json:"scope"`        // as the company states it
	Stated       bool                `json:"scope_stated"` // false: it states none, and nothing is left out
	ByProposed   bool                `json:"by_proposed"`  // nobody has adopted a control: proposed ones count
	Figures      GapFigures          `json:"figures"`
	First        []GapFirst          `json:"first"`    // what others wait for, the most awaited first
	Observed     Observed            `json:"observed"` // what was looked at, and what was not seen
	Criteria     []CriterionRow      `json:"criteria"` // all of the Trust Services Criteria
	Gaps         []GapEntry          `json:"gaps"`     // worst first; those out of scope last
	Gone         []soc2.PlanItem     `json:"gone"`     // of the plan, without a gap now: closed, or not to be told
	Inherent     soc2.RiskMatrix     `json:"inherent"` // gaps in scope, [likelihood-1][impact-1]
	Residual     soc2.RiskMatrix     `json:"residual"`
	Progress     soc2.Progress       `json:"progress"`
	Frozen       *SinceFrozen        `json:"frozen"`     // since the newest frozen plan; null: none was ever frozen
	Decisions    []DecisionRow       `json:"decisions"`  // whatever their state
	Narrowings   []soc2.Narrowing    `json:"narrowings"` // what lowers a bar or leaves something out; without decision: nobody recorded one
	Populations  []PopulationRow     `json:"populations"`
	Controls     []ControlRow        `json:"controls"`
	Factors      []RiskRuleRow       `json:"risk_rules"` // in force
	Findings     map[string]int      `json:"findings"`   // by outcome, excluded ones not counted
	Owners       map[string]OwnerSum `json:"owners"`     // gaps to close by owner; the key of those without is empty
}

// GapFigures are what is read first. Gaps out of scope are in OutOfScope alone.
type GapFigures struct {
	Gaps       int                         `json:"gaps"`     // in scope
	ToClose    int                         `json:"to_close"` // of them, not accepted
	Failing    int                         `json:"failing"`  // of them, with something seen to be wrong
	Blind      int                         `json:"blind"`    // nothing seen to fail, and it cannot be told; Failing and Blind are all to close
	Accepted   int                         `json:"accepted"` // of gaps: wholly
	Overdue    int                         `json:"overdue"`  // of those to close
	Unowned    int                         `json:"unowned"`  // of those to close
	OutOfScope int                         `json:"out_of_scope"`
	Severity   map[soc2.Severity]int       `json:"severity"` // gaps in scope
	Kinds      map[soc2.GapKind]int        `json:"kinds"`    // gaps in scope
	Criteria   map[soc2.CriterionState]int `json:"criteria"`
	Counting   int                         `json:"controls_counting"` // that the company goes by, in scope
	Holding    int                         `json:"controls_holding"`  // of them, shown by evidence
}

// GapFirst is a gap that others wait for.
type GapFirst struct {
	Gap     string   `json:"gap"`
	Title   string   `json:"title"`
	Waiting []string `json:"waiting"` // ids of gaps
}

// OwnerSum is what one owner has to close.
type OwnerSum struct {
	Gaps    int `json:"gaps"`
	Overdue int `json:"overdue"`
}

// GapEntry is one gap.
type GapEntry struct {
	ID         string          `json:"id"`
	Control    string          `json:"control,omitempty"`
	Company    []string        `json:"company_controls"` // that rest on it
	Title      string          `json:"title"`
	Kind       soc2.GapKind    `json:"kind"`
	Adoption   string          `json:"adoption,omitempty"`
	OutOfScope bool            `json:"out_of_scope"`
	Criteria   []soc2.Mapping  `json:"criteria"`
	Current    string          `json:"current"`
	Desired    string          `json:"desired"`
	Systems    []string        `json:"systems"`
	Unscoped   int             `json:"unscoped"` // affected, and no system claims them
	Failing    int             `json:"failing"`
	Unobserved int             `json:"unobserved"`
	Passing    int             `json:"passing"`
	Accepted   int             `json:"accepted"` // of those failing
	Excluded   int             `json:"excluded"` // taken out by decision
	Affected   int             `json:"affected"` // all of them, not only the examples
	Examples   []GapExampleRow `json:"examples"`
	Since      time.Time       `json:"since"`
	Undated    bool            `json:"undated"` // nobody knows since when: since is when the store began
	Context    []string        `json:"context"`
	Risk       GapRisk         `json:"risk"`
	Plan       *soc2.PlanItem  `json:"plan"` // null: the plan does not have it, which is a fault
	Evidence   GapEvidence     `json:"evidence"`
}

// GapExampleRow is an affected resource.
type GapExampleRow struct {
	Resource ResourceRef     `json:"resource"`
	Check    string          `json:"check"`
	Outcome  soc2.Outcome    `json:"outcome"`
	Reason   string          `json:"reason,omitempty"`
	Current  json.RawMessage `json:"current,omitempty"`
	Since    time.Time       `json:"since,omitzero"`
	Accepted string          `json:"accepted,omitempty"` // id of the decision
}

// GapRisk is soc2.Risk as programs read it.
type GapRisk struct {
	Start        soc2.RiskScore    `json:"start"`
	Inherent     soc2.RiskScore    `json:"inherent"`
	Residual     soc2.RiskScore    `json:"residual"`
	Severity     soc2.Severity     `json:"severity"`
	Factors      []soc2.RiskFactor `json:"factors"`
	Reason       string            `json:"reason"`
	ThreatSource string            `json:"threat_source"`
	Weakness     string            `json:"weakness"`
	Commitments  []string          `json:"commitments"`
	Laws         []string          `json:"laws"`
	Mitigations  []string          `json:"mitigations"`
	Impact       string            `json:"impact"`
	Complexity   string            `json:"complexity"`
}

// GapEvidence is where a gap can be looked up.
type GapEvidence struct {
	Assessment string       `json:"assessment"`
	Findings   []FindingRef `json:"findings"` // of the examples
	Records    []string     `json:"records"`
	Command    string       `json:"command,omitempty"` // that shows more
}

// GapOf makes the gap report.
func GapOf(in Analysed) GapReport {
	a := in.Assessment
	r := GapReport{
		Schema: SchemaGap, At: a.At, Assessment: a.ID, Sample: a.SampleData, Organization: cmp.Or(in.Head.Organization, in.Scope.Organization),
		Judge: a.Judge, Scope: in.Scope, Stated: in.Scope.Stated(), ByProposed: in.Analysis.ByProposed,
		Observed: observedOf(a), Gaps: []GapEntry{}, Gone: []soc2.PlanItem{}, First: firstOf(in.Plan, in.Analysis.Gaps),
		Progress: in.Progress, Frozen: sinceFrozen(in.Versions, in.Plan), Decisions: decisionRows(a.Decisions), Narrowings: orEmpty(a.Narrowings),
		Populations: populationsOf(a), Controls: controlRows(in.Catalogue, a, in.Analysis), Factors: riskRuleRows(in.Rules), Findings: map[string]int{},
		Owners: map[string]OwnerSum{},
	}
	for _, o := range soc2.Outcomes {
		r.Findings[o.String()] = a.Outcomes[o]
	}
	r.Criteria = criterionRows(in.Catalogue, a, in.Analysis.Gaps)
	r.Inherent, r.Residual = soc2.RiskMatrices(in.Analysis.Gaps)
	items := in.items()
	there := map[string]bool{}
	for i := range in.Analysis.Gaps {
		g := &in.Analysis.Gaps[i]
		there[g.ID] = true
		r.Gaps = append(r.Gaps, gapEntry(g, items[g.ID]))
	}
	for _, item := range in.Plan.Items {
		if !there[item.Gap] {
			r.Gone = append(r.Gone, item)
		}
	}
	r.figures(in.Analysis)
	return r
}

func (r *GapReport) figures(a soc2.GapAnalysis) {
	f := GapFigures{
		Severity: map[soc2.Severity]int{}, Kinds: map[soc2.GapKind]int{}, Criteria: map[soc2.CriterionState]int{}, Counting: a.Counting, Holding: a.Holding,
	}
	for i := range r.Gaps {
		g := &r.Gaps[i]
		if g.OutOfScope {
			f.OutOfScope++
			continue
		}
		f.Gaps++
		f.Severity[g.Risk.Severity]++
		f.Kinds[g.Kind]++
		if g.accepted() {
			f.Accepted++
			continue
		}
		f.ToClose++
		if g.blind() {
			f.Blind++
		} else {
			f.Failing++
		}
		sum := r.Owners[g.owner()]
		sum.Gaps++
		if g.owner() == "" {
			f.Unowned++
		}
		if g.Plan != nil && g.Plan.Overdue {
			f.Overdue++
			sum.Overdue++
		}
		r.Owners[g.owner()] = sum
	}
	for _, c := range r.Criteria {
		f.Criteria[c.State]++
	}
	r.Figures = f
}

// accepted says that somebody decided to live with all of it. A gap the plan does
// not have is not.
func (g *GapEntry) accepted() bool { return g.Plan != nil && g.Plan.Status == soc2.PlanAccepted }

func (g *GapEntry) blind() bool { return g.Kind == soc2.NoEvidence && g.Failing == 0 }

func (g *GapEntry) owner() string {
	if g.Plan == nil {
		return ""
	}
	return g.Plan.Owner
}

func gapEntry(g *soc2.Gap, item *soc2.PlanItem) GapEntry {
	e := GapEntry{
		ID: g.ID, Control: g.Control, Company: orEmpty(g.Company), Title: g.Title, Kind: g.Kind, Adoption: g.Adoption, OutOfScope: g.OutOfScope,
		Criteria: orEmpty(g.Criteria), Current: g.Current, Desired: g.Desired, Systems: orEmpty(g.Systems), Unscoped: g.Unscoped,
		Failing: g.Failing, Unobserved: g.Unobserved, Passing: g.Passing, Accepted: g.Accepted, Excluded: g.Excluded, Affected: g.Total,
		Examples: []GapExampleRow{}, Since: g.Since, Undated: g.Undated, Context: orEmpty(g.Context), Risk: gapRisk(g.Risk), Plan: item,
		Evidence: GapEvidence{Assessment: g.Evidence.Assessment, Findings: []FindingRef{}, Records: orEmpty(g.Evidence.Records)},
	}
	for _, x := range g.Examples {
		e.Examples = append(e.Examples, GapExampleRow{resourceRef(x.Resource), x.Check, x.Outcome, x.Reason, x.Current, x.Since, x.Accepted})
	}
	for _, k := range g.Evidence.Findings {
		e.Evidence.Findings = append(e.Evidence.Findings, findingRef(k))
	}
	if g.ID == soc2.ControlGap(g.Control) {
		e.Evidence.Command = "controlwatch explain " + g.Control
	}
	return e
}

func gapRisk(r soc2.Risk) GapRisk {
	return GapRisk{
		r.Start, r.Inherent, r.Residual, r.Severity, orEmpty(r.Factors), r.Reason, r.ThreatSource, r.Weakness,
		orEmpty(r.Commitments), orEmpty(r.Laws), orEmpty(r.Mitigations), r.Impact, r.Complexity,
	}
}

// firstOf are the gaps that others of the plan wait for.
func firstOf(plan soc2.Plan, gaps []soc2.Gap) []GapFirst {
	waiting := map[string][]string{}
	for _, item := range plan.Items {
		if item.Status == soc2.PlanClosed || item.OutOfScope {
			continue
		}
		for _, id := range item.After {
			waiting[id] = append(waiting[id], item.Gap)
		}
	}
	out := []GapFirst{}
	for _, g := range gaps { // worst first, where as many wait
		if all := waiting[g.ID]; len(all) > 0 && !g.OutOfScope {
			slices.Sort(all)
			out = append(out, GapFirst{g.ID, g.Title, all})
		}
	}
	slices.SortStableFunc(out, func(a, b GapFirst) int { return cmp.Compare(len(b.Waiting), len(a.Waiting)) })
	return out
}
