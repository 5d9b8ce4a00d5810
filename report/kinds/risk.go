package kinds

import (
	"cmp"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaRisk names the form of RiskReport.
const SchemaRisk = "controlwatch.risk-register/v1"

// RiskReport is the register of risks: one for each gap, with how it was weighed.
type RiskReport struct {
	Schema       string          `json:"schema"` // "controlwatch.risk-register/v1"
	At           time.Time       `json:"at"`
	Assessment   string          `json:"assessment"`
	Sample       bool            `json:"sample_data"`
	Organization string          `json:"organization,omitempty"`
	ByProposed   bool            `json:"by_proposed"` // nobody has adopted a control: proposed ones count
	Rules        []RiskRuleRow   `json:"rules"`       // in force
	Inherent     soc2.RiskMatrix `json:"inherent"`    // risks in scope, [likelihood-1][impact-1]
	Residual     soc2.RiskMatrix `json:"residual"`
	Risks        []RiskEntry     `json:"risks"` // worst first; those out of scope last
}

// RiskEntry is what one gap can lead to.
type RiskEntry struct {
	Rank       int             `json:"rank"` // 0: out of scope
	Gap        string          `json:"gap"`
	Control    string          `json:"control,omitempty"`
	Title      string          `json:"title"`
	Kind       soc2.GapKind    `json:"kind"`
	OutOfScope bool            `json:"out_of_scope"`
	Blind      bool            `json:"blind"` // nothing is seen to fail, and it cannot be told
	Criteria   []string        `json:"criteria"`
	Current    string          `json:"current"`
	Owner      string          `json:"owner"` // empty: nobody
	Due        time.Time       `json:"due,omitzero"`
	Overdue    bool            `json:"overdue"`
	Status     soc2.PlanStatus `json:"status"` // of the plan; empty: the plan does not have it
	Accepted   int             `json:"accepted"`
	Failing    int             `json:"failing"`
	Until      time.Time       `json:"accepted_until,omitzero"` // the first acceptance to end
	Acceptance []DecisionRow   `json:"acceptances"`             // in force on this control
	Risk       GapRisk         `json:"risk"`
}

// RiskOf makes the register.
func RiskOf(in Analysed) RiskReport {
	a := in.Assessment
	r := RiskReport{
		Schema: SchemaRisk, At: a.At, Assessment: a.ID, Sample: a.SampleData, Organization: cmp.Or(in.Head.Organization, in.Scope.Organization),
		ByProposed: in.Analysis.ByProposed, Rules: riskRuleRows(in.Rules), Risks: []RiskEntry{},
	}
	r.Inherent, r.Residual = soc2.RiskMatrices(in.Analysis.Gaps)
	items := in.items()
	accepting := acceptancesByControl(a)
	for i := range in.Analysis.Gaps {
		g := &in.Analysis.Gaps[i]
		e := RiskEntry{
			Gap: g.ID, Control: g.Control, Title: g.Title, Kind: g.Kind, OutOfScope: g.OutOfScope, Blind: g.Blind(), Criteria: orEmpty(mapped(g.Criteria)), Current: g.Current,
			Accepted: g.Accepted, Failing: g.Failing, Until: g.AcceptedUntil, Acceptance: []DecisionRow{}, Risk: gapRisk(g.Risk),
		}
		if !g.OutOfScope {
			e.Rank = i + 1
		}
		if item := items[g.ID]; item != nil {
			e.Owner, e.Due, e.Overdue, e.Status = item.Owner, item.Due, item.Overdue, item.Status
		}
		if g.ID == soc2.ControlGap(g.Control) {
			e.Acceptance = orEmpty(accepting[g.Control])
		}
		r.Risks = append(r.Risks, e)
	}
	return r
}

// acceptancesByControl are the acceptances that mark findings of each control.
func acceptancesByControl(a *soc2.Assessment) map[string][]DecisionRow {
	rows := map[string]DecisionRow{}
	for _, d := range decisionRows(a.Decisions) {
		rows[d.ID] = d
	}
	out := map[string][]DecisionRow{}
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Acceptance == nil || f.Outcome != soc2.Fail {
			continue
		}
		id := f.Acceptance.ID
		if slices.ContainsFunc(out[f.Control], func(d DecisionRow) bool { return d.ID == id }) {
			continue
		}
		row, ok := rows[id]
		if !ok { // of what is judged by hand, only the mark is known
			m := f.Acceptance
			row = DecisionRow{ID: m.ID, Kind: soc2.Accept, State: soc2.DecisionInForce, Reason: m.Reason, Compensating: m.Compensating, Approver: m.Approver, Expires: m.Expires}
		}
		out[f.Control] = append(out[f.Control], row)
	}
	return out
}
