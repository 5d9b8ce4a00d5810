package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// heldOfStore is what the log holds of controls where a store is given: by --store,
// the environment or a configuration. Without one it is nil, and so is it of the
// default store, which who reads the catalogue need not have.
func (p *program) heldOfStore(cmd *cobra.Command, file string) (*held, error) {
	if p.store == "" && p.env("CONTROLWATCH_STORE") == "" && file == "" {
		return nil, nil
	}
	return p.heldStored(cmd.Context(), file)
}

func (p *program) heldStored(ctx context.Context, file string) (_ *held, err error) {
	s, err := p.openStored(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	h, err := p.heldIn(ctx, s, file, p.now())
	return &h, err
}

// HeldControl is what the company does with a control of the catalogue, as it is listed.
type HeldControl struct {
	Adoption   string   `json:"adoption"`
	OwnIDs     []string `json:"own_ids"`    // of the company's controls that are linked to it
	Maturity   *int     `json:"maturity"`   // 0 to 5; null: nobody said
	Conclusion string   `json:"conclusion"` // the last one on its design; empty: none
	Concluded  string   `json:"concluded"`  // the day of that
}

func (h *held) of(control string) *HeldControl {
	if h == nil {
		return nil
	}
	out := &HeldControl{Adoption: h.adoptionWord(control), OwnIDs: h.ownIDs(control)}
	if d, found := soc2.LastConclusion(h.designs, control, h.company); found {
		out.Maturity, out.Conclusion, out.Concluded = d.Maturity, d.Conclusion, d.Concluded()
	}
	return out
}

// cell is the same in a table's cell.
func (c *HeldControl) cell() string {
	lines := append([]string{c.Adoption}, c.OwnIDs...)
	if c.Maturity != nil {
		lines = append(lines, "maturity "+maturityText(c.Maturity))
	}
	if c.Conclusion != "" {
		lines = append(lines, strings.ReplaceAll(c.Conclusion, "-", " ")+" "+c.Concluded)
	}
	for i := range lines {
		lines[i] = report.Safe(lines[i])
	}
	return strings.Join(lines, "\n")
}

// unreadable says which records about controls cannot be read.
func (h *held) unreadable() []string {
	var out []string
	if h == nil {
		return nil
	}
	for _, k := range h.known {
		if k.Unreadable != "" {
			out = append(out, k.Unreadable+": it is not in force, and no decline before it counts")
		}
	}
	return append(out, h.problems...)
}

func (p *program) controlsCSV(cat soc2.Catalogue, h *held) error {
	columns := []string{"id", "title", "severity", "profile", "criteria", "checks", "attestation"}
	if h != nil {
		columns = append(columns, "adoption", "own_ids", "maturity", "conclusion", "concluded")
	}
	b := report.CSVRow(columns...)
	for _, c := range cat.Controls {
		var criteria, checks []string
		for _, m := range c.Criteria {
			criteria = append(criteria, m.ID)
		}
		for _, k := range c.Checks {
			checks = append(checks, k.ID)
		}
		row := []string{c.ID, c.Title, c.Severity().String(), c.Profile, strings.Join(criteria, " "), strings.Join(checks, " "), fmt.Sprint(c.AttestationAsked != nil)}
		if one := h.of(c.ID); one != nil {
			row = append(row, one.Adoption, strings.Join(one.OwnIDs, " "), maturityText(one.Maturity), one.Conclusion, one.Concluded)
		}
		b = append(b, report.CSVRow(row...)...)
	}
	_, err := p.stdout.Write(b)
	return err
}

// heldLines are what the log holds about one control, for people.
func (h *held) lines(c soc2.Control) []string {
	lines := []string{"", "The company"}
	if a, decided := h.adoption(c.ID); decided {
		text := fmt.Sprintf("  %s since %s, by %s (%s)", a.State, a.At.UTC().Format("2006-01-02"), a.By, a.ID)
		if a.State == soc2.Declined {
			text += ", approved by " + a.Approver.String()
		}
		if a.Reason != "" {
			text += ": " + a.Reason
		}
		lines = append(lines, text)
	} else {
		lines = append(lines, "  proposed: nobody decided on it")
	}
	for _, k := range h.requested(c.ID) {
		lines = append(lines, fmt.Sprintf("  asked to be %s by %s (%s): %s; it changes nothing until another person approves it", k.State, k.By, k.ID, k.Reason))
	}
	for _, own := range h.company.Testing(c.ID) {
		lines = append(lines, fmt.Sprintf("  %s: %s", own.ID, strings.Join(strings.Fields(own.Wording), " ")))
		if about := strings.Join(nonEmpty(own.Owner, own.Frequency, own.Operation, own.Nature), " · "); about != "" {
			lines = append(lines, "    "+about)
		}
	}
	if d, found := soc2.LastConclusion(h.designs, c.ID, h.company); found {
		lines = append(lines, fmt.Sprintf("  design concluded %s on %s by %s, maturity %s (%s): %s", strings.ReplaceAll(d.Conclusion, "-", " "), d.Concluded(), d.By, cmpText(maturityText(d.Maturity)), d.ID, d.Note))
	} else {
		lines = append(lines, "  nobody concluded on its design")
	}
	if before := soc2.FoundBefore(h.before, c, h.company); len(before) > 0 {
		lines = append(lines, "", "Found before")
		for _, f := range before {
			lines = append(lines, fmt.Sprintf("  %s: %s (%s)", f.About, strings.Join(strings.Fields(f.Description), " "), strings.Join(nonEmpty(f.Severity, f.Date, f.Status, f.Source), " · ")))
		}
	}
	for _, text := range h.unreadable() {
		lines = append(lines, "  "+text)
	}
	return lines
}
