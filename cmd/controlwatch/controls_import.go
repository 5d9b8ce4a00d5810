package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/internal/matrix"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// importFlags are what a sheet is imported by.
type importFlags struct {
	file, output string
	dryRun       bool
	matrix       matrixFlags
	by           signedBy
}

func (f *importFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration that names the store, and people under identities")
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "text or json")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "say what would be imported, and record nothing")
	f.matrix.add(cmd)
	f.by.add(cmd, "by", "who imports it (required, but for a dry run)")
}

func (f *importFlags) check() error {
	switch {
	case f.output != "text" && f.output != "json":
		return fmt.Errorf("--output: %q is not a format; expected text or json", f.output)
	case !f.dryRun && strings.TrimSpace(f.by.name) == "":
		return errors.New("--by: missing; say who imports it, or look first with --dry-run")
	}
	return nil
}

func newControlsImport(p *program) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE.xlsx|FILE.csv --by NAME",
		Short: "Import the company's own controls from a control matrix",
		Long: `Import reads a control matrix: a heading in the first row and a control in each row
below. It takes the columns by their usual headings, says which it took for what and
which it left aside; --map COLUMN=field says otherwise. The fields, and some of the
headings that are taken for them:

  id         Control ID, Control, Ref, No (required)
  wording    Description, Control Activity, Control Statement (required)
  owner      Control Owner, Responsible, Performed by
  frequency  Control Frequency, How often, Interval
  operation  Manual/Automated: manual or automated
  nature     Preventive/Detective: preventive, detective or corrective
  criteria   TSC, Trust Services Criteria: CC6.1, parted by commas, each written out

What cannot be read is refused, all of it at once, with file, row and column, and then
nothing is imported: merged cells, formulas, an id twice, criteria there are not.

An import takes the place of the one before; what was added, changed and removed is
shown. Links stay with the control's id. For each control without a link, controls of
the catalogue are proposed: 50 of 100 points for the criteria both bear on, 50 for the
words of the wording that the other uses too, the rare ones counting more. A proposal is
no link: a person makes one with controlwatch controls link.`,
		Example: `  controlwatch controls import matrix.xlsx --sheet Controls --dry-run
  controlwatch controls import matrix.csv --map "Ref."=id --map Narrative=wording --by "Ada Lovelace"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return p.importControls(cmd.Context(), args[0], f)
		},
	}
	f.add(cmd)
	return cmd
}

// importedControls is an import as JSON.
type importedControls struct {
	Schema    string               `json:"schema"` // controlwatch.controls-import/v1
	File      string               `json:"file"`
	Sheet     string               `json:"sheet,omitempty"`
	Record    string               `json:"record,omitempty"` // that holds it; none: a dry run
	Columns   []matrix.Taken       `json:"columns"`          // and which field each was taken for
	Controls  int                  `json:"controls"`
	Changes   []soc2.CompanyChange `json:"changes"`
	Proposals []proposedLinks      `json:"proposals"` // for those without a link
}

// proposedLinks are what is proposed for one of the company's controls.
type proposedLinks struct {
	ID       string              `json:"id"`
	Proposed []soc2.LinkProposal `json:"proposed"`
}

func (p *program) importControls(ctx context.Context, path string, f importFlags) (err error) {
	table, told, err := f.matrix.read(path)
	if err != nil {
		return err
	}
	s, err := p.openStored(ctx, f.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	h, err := p.heldIn(ctx, s, f.file, p.now())
	if err != nil {
		return err
	}
	read, problems := matrix.ReadControls(filepath.Base(path), table, told, h.catalogue)
	if err := matrix.All(problems); err != nil {
		return err
	}
	body, err := soc2.CompanyControlsBody(read.Controls)
	if err != nil {
		return err
	}
	out := importedControls{
		Schema: "controlwatch.controls-import/v1", File: filepath.Base(path), Sheet: read.Sheet, Columns: read.Columns,
		Controls: len(read.Controls), Changes: append([]soc2.CompanyChange{}, soc2.CompanyDiff(h.company, read.Controls)...), Proposals: []proposedLinks{},
	}
	proposer := soc2.NewProposer(h.catalogue)
	for _, c := range read.Controls {
		if _, linked := h.company.Link(c.ID); !linked {
			out.Proposals = append(out.Proposals, proposedLinks{c.ID, append([]soc2.LinkProposal{}, proposer.Propose(c)...)})
		}
	}
	if !f.dryRun {
		if out.Record, _, err = p.records(f.by, f.file)(ctx, s, store.Entry{Kind: soc2.EntryCompanyControls, Subject: out.File, Body: body}); err != nil {
			return err
		}
	}
	if f.output == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	return report.Lines(p.stdout, importLines(out), p.reportOptions())
}

// mostNamed is how many changes and proposals an import shows; JSON has all.
const mostNamed = 20

func importLines(o importedControls) []string {
	var lines []string
	add := func(text string, args ...any) { lines = append(lines, fmt.Sprintf(text, args...)) }
	where := o.File
	if o.Sheet != "" {
		where += ", sheet " + o.Sheet
	}
	add("%s: %d controls", where, o.Controls)
	lines = append(lines, takenLines(o.Columns)...)
	n := map[string]int{}
	for _, c := range o.Changes {
		n[c.Change]++
	}
	add("")
	add("%d added, %d changed, %d removed, %d as they were", n["added"], n["changed"], n["removed"], o.Controls-n["added"]-n["changed"])
	for i, c := range o.Changes {
		if i == mostNamed {
			add("  and %d more: -o json has all", len(o.Changes)-i)
			break
		}
		text := "  " + c.ID + ": " + c.Change
		if len(c.Fields) > 0 {
			text += ": " + strings.Join(c.Fields, ", ")
		}
		if len(c.Linked) > 0 {
			text += "; it is linked to " + strings.Join(c.Linked, ", ") + ": look at that again"
		}
		add("%s", text)
	}
	add("")
	if len(o.Proposals) > 0 {
		add("%d are linked to no control of the catalogue. Proposed, with points of 100; nothing is linked until a person says so:", len(o.Proposals))
	}
	for i, own := range o.Proposals {
		if i == mostNamed {
			add("  and %d more: -o json has all, and so has controlwatch controls company", len(o.Proposals)-i)
			break
		}
		lines = append(lines, proposalLines(own)...)
	}
	if o.Record == "" {
		add("A dry run: nothing was recorded.")
	} else {
		add("Recorded as %s. To link: controlwatch controls link OWN-ID CONTROL --by NAME", o.Record)
	}
	return lines
}

func proposalLines(own proposedLinks) []string {
	if len(own.Proposed) == 0 {
		return []string{"  " + own.ID + ": nothing is like it; controlwatch controls find WORDS looks further"}
	}
	lines := []string{"  " + own.ID}
	for _, l := range own.Proposed {
		why := "words: " + strings.Join(l.Words, ", ")
		if len(l.Criteria) > 0 {
			why = "both bear on " + strings.Join(l.Criteria, ", ") + "; " + why
		}
		lines = append(lines, fmt.Sprintf("    %d  %s (%s)", l.Score, l.Control, why))
	}
	return lines
}
