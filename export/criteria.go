package export

import (
	"context"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// criteria: a folder each, that leads to the controls and says what remains for a
// person.
func (x *exporter) criteria(ctx context.Context) error {
	for _, c := range x.selectedCriteria() {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := x.controlRows(c.ID)
		folder := "criteria/" + c.ID + "/"
		err := x.page(folder+"index.html", "criterion", criterionPage{
			head: x.head(c.ID+" "+c.Title, "../../"), Criterion: c, State: x.criterionState(c.ID), Controls: rows,
		})
		if err != nil {
			return err
		}
		b := report.CSVRow("criterion", "control", "title", "strength", "why", "residual", "adoption", "state", "failing", "unobserved", "passing", "not_applicable", "accepted", "excluded", "company_wording")
		for _, r := range rows {
			b = append(b, report.CSVRow(c.ID, r.ID, r.Title, string(r.Mapping.Strength), r.Mapping.Why, r.Mapping.Residual, r.Kept.Adoption, r.State.String(),
				fmt.Sprint(r.Kept.Failing), fmt.Sprint(r.Kept.Unobserved), fmt.Sprint(r.Kept.Passing), fmt.Sprint(r.Kept.NotApplicable),
				fmt.Sprint(r.Kept.Accepted), fmt.Sprint(r.Kept.Excluded), r.Own)...)
		}
		if err := x.out.File(folder+"controls.csv", b); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) selectedCriteria() []soc2.Criterion {
	var out []soc2.Criterion
	for _, c := range x.catalogue.Criteria {
		if !x.limited() || slices.Contains(x.options.Criteria, c.ID) {
			out = append(out, c)
		}
	}
	return out
}

// criterionState is what the newest assessment says. One it does not speak of has
// incomplete evidence.
func (x *exporter) criterionState(id string) soc2.CriterionState {
	for _, c := range x.judged.Criteria {
		if c.ID == id {
			return c.State
		}
	}
	return soc2.EvidenceIncomplete
}

// controlRow is a control in a list.
type controlRow struct {
	ID, Title string
	State     soc2.Outcome
	Kept      store.JudgedControl
	Mapping   soc2.Mapping
	Own       string // in the company's wording
}

// controlRows lists the controls of a criterion; of all without one.
func (x *exporter) controlRows(criterion string) []controlRow {
	var rows []controlRow
	for _, c := range x.selected {
		row := controlRow{ID: c.ID, Title: c.Title, Own: x.worded(c.ID)}
		row.State, row.Kept = x.stateOf(c.ID)
		if criterion != "" {
			i := slices.IndexFunc(c.Criteria, func(m soc2.Mapping) bool { return m.ID == criterion })
			if i < 0 {
				continue
			}
			row.Mapping = c.Criteria[i]
		}
		rows = append(rows, row)
	}
	return rows
}
