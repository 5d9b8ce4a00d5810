package kinds

import (
	"fmt"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// criteriaBlocks have a row for each criterion, whatever its state.
func criteriaBlocks(r GapReport) []document.Block {
	var rows [][]document.Cell
	for _, c := range r.Criteria {
		tone, word := criterionTone(c.State)
		residual := c.Residual
		switch {
		case c.Why != "":
			residual = c.Why
		case !c.Judged:
			residual = "The assessment did not judge it. " + residual
		}
		rows = append(rows, []document.Cell{
			document.ID(c.ID), document.Text(c.Title), document.State(tone, word), document.Text(controlsWords(c.Automated)), document.Text(controlsWords(c.Attested)), document.Number(len(c.Gaps)), document.Text(residual),
		})
	}
	return []document.Block{
		document.P("One row for each of the Trust Services Criteria, their titles in our own words. Controls are counted by the state of the newest evidence; a control bears on a criterion directly or supports it, and each gap below says which. The last column is what always remains for a person to judge, or why the criterion is out of scope."),
		document.Table{
			Name: "criteria", Caption: "Results by criterion", Rows: document.RowsOf(rows), Empty: "The catalogue has no criteria.",
			Columns: []document.Column{
				{Name: "Criterion", Kind: document.IDKind, Weight: 1.1},
				{Name: "What it is about", Weight: 2.4},
				{Name: "State", Kind: document.StateKind, Weight: 2.1},
				{Name: "Automated controls", Weight: 2},
				{Name: "Attested controls", Weight: 2},
				{Name: "Gaps", Kind: document.NumberKind, Weight: 0.8},
				{Name: "Remains for a person, or why out of scope", Weight: 5},
			},
		},
	}
}

// controlsWords count controls by state.
func controlsWords(all []CriterionControl) string {
	counts := map[soc2.Outcome]int{}
	for _, c := range all {
		counts[c.State]++
	}
	s := ""
	for _, o := range soc2.Outcomes {
		if counts[o] == 0 {
			continue
		}
		if s != "" {
			s += ", "
		}
		s += fmt.Sprintf("%d %s", counts[o], map[soc2.Outcome]string{
			soc2.Fail: "failing", soc2.Unobserved: "not observed", soc2.Pass: "passing", soc2.NotApplicable: "not applicable",
		}[o])
	}
	if s == "" {
		return "none"
	}
	return s
}
