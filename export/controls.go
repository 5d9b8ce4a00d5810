package export

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// controls: a folder each, with a page, every finding, its drift, and the control
// as it was in the catalogue that judged.
func (x *exporter) controls(ctx context.Context) error {
	for _, c := range x.selected {
		if err := ctx.Err(); err != nil {
			return err
		}
		part, folder := x.byControl[c.ID], "controls/"+c.ID+"/"
		state, kept := x.stateOf(c.ID)
		err := x.page(folder+"index.html", "control", controlPage{
			head: x.head(c.Title, "../../"), Control: c, State: state, Kept: kept, Own: x.worded(c.ID), Part: part, Bad: part.bad, BadMore: part.badMore, Drifted: part.drifted,
			Checks: checksOf(c, part), Unseen: state == soc2.Unobserved,
		})
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(c, "", "  ")
		if err == nil {
			err = x.out.File(folder+"control.json", append(b, '\n'))
		}
		if err != nil {
			return fmt.Errorf("control %s: %w", c.ID, err)
		}
		for _, f := range []struct {
			name    string
			columns []string
			rows    *slip
		}{{"findings.csv", findingColumns, &part.findings}, {"drift.csv", driftColumns, &part.drift}} {
			to, err := x.out.Create(folder + f.name)
			if err != nil {
				return err
			}
			if _, err := to.Write(report.CSVRow(f.columns...)); err != nil {
				return err
			}
			if err := x.pile.copy(to, f.rows); err != nil {
				return fmt.Errorf("control %s: %w", c.ID, err)
			}
		}
		part.bad = nil
	}
	return nil
}

// stateOf is what the newest assessment says of a control. One it does not speak
// of was not seen.
func (x *exporter) stateOf(id string) (soc2.Outcome, store.JudgedControl) {
	i := slices.IndexFunc(x.judged.Controls, func(c store.JudgedControl) bool { return c.ID == id })
	if i < 0 {
		return soc2.Unobserved, store.JudgedControl{ID: id, Adoption: "not judged"}
	}
	return x.judged.Controls[i].State, x.judged.Controls[i]
}

// checkCounts is a check and how many resources it says what of.
type checkCounts struct {
	ID, Kind, Desired                          string
	Pass, Fail, Unobserved, NotApplicable, All int
}

func checksOf(c soc2.Control, part *controlPart) []checkCounts {
	var out []checkCounts
	add := func(id, kind, desired string) {
		n := part.checks[id]
		out = append(out, checkCounts{
			id, kind, desired, n[soc2.Pass], n[soc2.Fail], n[soc2.Unobserved], n[soc2.NotApplicable],
			n[soc2.Pass] + n[soc2.Fail] + n[soc2.Unobserved] + n[soc2.NotApplicable],
		})
	}
	for _, k := range c.Checks {
		add(k.ID, string(k.Kind), k.Desired)
	}
	if a := c.AttestationAsked; a != nil {
		add(soc2.AttestationCheck, "Attestation", a.Question)
	}
	return out
}
