package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/internal/matrix"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newControlsImportFindings(p *program) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import-findings FILE.xlsx|FILE.csv --by NAME",
		Short: "Import what an earlier audit or review found",
		Long: `Import-findings reads a sheet of earlier findings: a heading in the first row and a
finding in each row below. The fields, and some of the headings taken for them:

  about        Control, Criterion: an id of the catalogue, the company's own, or CC6.1 (required)
  description  Finding, Observation, Exception (required)
  severity     Rating, Risk: low, medium, high or critical
  date         Found on, Report date: a day such as 2025-10-31
  status       State, Remediation status: in its own words

They are shown with their controls as "found before", and are no verdict of today. Another
import of a file of the same name takes the place of the one before. What cannot be read
is refused, all of it at once, and then nothing is imported.`,
		Example: `  controlwatch controls import-findings soc2-2025-findings.xlsx --dry-run
  controlwatch controls import-findings findings.csv --map Observation=description --by "Ada Lovelace"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return p.importFindings(cmd.Context(), args[0], f)
		},
	}
	f.add(cmd)
	return cmd
}

// importedFindings is an import as JSON.
type importedFindings struct {
	Schema   string             `json:"schema"` // controlwatch.findings-import/v1
	File     string             `json:"file"`
	Sheet    string             `json:"sheet,omitempty"`
	Record   string             `json:"record,omitempty"` // that holds it; none: a dry run
	Columns  []matrix.Taken     `json:"columns"`
	Findings []soc2.PastFinding `json:"findings"`
}

func (p *program) importFindings(ctx context.Context, path string, f importFlags) (err error) {
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
	read, problems := matrix.ReadFindings(filepath.Base(path), table, told, h.catalogue, func(id string) bool {
		_, there := h.has(id)
		return there
	})
	if err := matrix.All(problems); err != nil {
		return err
	}
	body, err := soc2.PastFindingsBody(read.Findings)
	if err != nil {
		return err
	}
	out := importedFindings{Schema: "controlwatch.findings-import/v1", File: filepath.Base(path), Sheet: read.Sheet, Columns: read.Columns, Findings: read.Findings}
	if !f.dryRun {
		if out.Record, _, err = p.records(f.by, f.file)(ctx, s, store.Entry{Kind: soc2.EntryPastFindings, Subject: out.File, Body: body}); err != nil {
			return err
		}
	}
	if f.output == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	lines := append([]string{fmt.Sprintf("%s: %d findings", out.File, len(out.Findings))}, takenLines(out.Columns)...)
	if out.Record == "" {
		lines = append(lines, "A dry run: nothing was recorded.")
	} else {
		lines = append(lines, "Recorded as "+out.Record+". controlwatch controls show CONTROL shows them as found before.")
	}
	return report.Lines(p.stdout, lines, p.reportOptions())
}
