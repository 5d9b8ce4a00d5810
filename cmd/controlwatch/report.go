package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/report/document"
)

// reportKind is a kind of report: what is asked of it is a value for programs and a
// document for people. Formats are none of its business.
type reportKind struct {
	name, short, long string
	build             func(ctx context.Context, p *program, r reporting) (document.Document, any, error)
	period            bool          // takes --from and --to
	extras            []reportExtra // formats of this kind only
}

// reportExtra is a format that only one kind has a use for.
type reportExtra struct {
	name  string
	write func(ctx context.Context, p *program, r reporting, w io.Writer, value any) error
}

// reportKinds lists them. A new one is a file in report/kinds, a file here that
// gathers what it needs, and a line.
var reportKinds = []reportKind{
	matrixKind,
	gapKind,
	riskKind,
	planKind,
	inventoryKind,
	accessKind,
	readinessKind,
	calendarKind,
	questionnaireKind,
	answersKind,
	descriptionKind,
}

// reportFlags are those of every kind.
type reportFlags struct {
	config, output, out, asOf, table, font, from, to string
	sample                                           bool
}

func newReport(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report KIND",
		Short: "Write a report: as a page to print, PDF, workbook, CSV, Markdown or JSON",
		Long: `Report judges what the store holds and writes it as the report asked for. Nothing
is looked at and nothing is kept. With -c the configuration's sources, parameters
and decisions judge; without it all that the store knows, by the catalogue's, within the
scope that the newest assessment was made with, which the report then says.

-o html is one file that needs nothing else, to be read, mailed or printed; pdf has
a cover and contents, in Latin, Greek and Cyrillic letters: others stand as numbers, or
in the font of --font; xlsx has a sheet for each table, with filters, numbers and
dates; md is for repositories and issue trackers. csv holds one table: the main one,
or that of --table. json is the report's own value, with a documented form.

--as-of judges what the store held at a time, with the catalogue and decisions of
today. --sample reports on the sample company, without credentials or a store.

Exit codes: 0 written · 2 could not be written. What a report shows does not change
them: use scan for that.`,
		Example: `  controlwatch report matrix
  controlwatch report matrix -o html --out matrix.html
  controlwatch report matrix -c controlwatch.yaml -o pdf --out matrix.pdf --as-of 2026-09-30
  controlwatch report matrix -o csv --table unmapped
  controlwatch report matrix --sample -o xlsx --out sample.xlsx`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, kind := range reportKinds {
		cmd.AddCommand(newReportKind(p, kind))
	}
	return cmd
}

func newReportKind(p *program, kind reportKind) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   kind.name,
		Short: kind.short,
		Long:  kind.long,
		Example: fmt.Sprintf(`  controlwatch report %[1]s
  controlwatch report %[1]s -o html --out %[1]s.html
  controlwatch report %[1]s --sample -o pdf --out %[1]s.pdf`, kind.name),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.report(cmd.Context(), kind, f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration whose sources, parameters and decisions judge; without it, all the store knows")
	cmd.Flags().StringVarP(&f.output, "output", "o", document.Formats[0].Name, reportFormats(kind))
	cmd.Flags().StringVar(&f.out, "out", "", "write the report to this file instead of standard output")
	cmd.Flags().StringVar(&f.asOf, "as-of", "", "judge what the store held at this time: a date, a time, or -7d")
	cmd.Flags().StringVar(&f.table, "table", "", "the one table that csv writes; without it, the main one")
	cmd.Flags().StringVar(&f.font, "font", "", "TrueType font (.ttf) for letters that those of the pdf lack, such as Chinese, Japanese, Korean or Hebrew ones")
	cmd.Flags().BoolVar(&f.sample, "sample", false, "report on the sample company")
	if kind.period {
		cmd.Flags().StringVar(&f.from, "from", "", "first day of the period, such as 2027-01-01; without it, the configuration's")
		cmd.Flags().StringVar(&f.to, "to", "", "last day of the period; it is in it")
	}
	cmd.MarkFlagsMutuallyExclusive("sample", "config")
	cmd.MarkFlagsMutuallyExclusive("sample", "as-of")
	return cmd
}

func reportFormats(kind reportKind) string {
	var names []string
	for _, f := range document.Formats {
		names = append(names, f.Name)
	}
	for _, e := range kind.extras {
		names = append(names, e.name)
	}
	return strings.Join(names, ", ") + " or json"
}

func (p *program) report(ctx context.Context, kind reportKind, f reportFlags) error {
	format, known := document.FormatOf(f.output)
	extra := slices.IndexFunc(kind.extras, func(e reportExtra) bool { return e.name == f.output })
	switch {
	case !known && f.output != "json" && extra < 0:
		return fmt.Errorf("--output: %q is not a format; expected %s", f.output, reportFormats(kind))
	case f.table != "" && f.output != "csv":
		return fmt.Errorf("--table picks the table of -o csv; -o %s holds all of them", f.output)
	case f.font != "" && f.output != "pdf":
		return errors.New("--font is for -o pdf; the other formats show letters in the reader's fonts")
	case format.Binary && f.out == "" && p.width > 0:
		return fmt.Errorf("-o %s is not for a terminal: add --out FILE", f.output)
	}
	var font []byte
	if f.font != "" {
		var err error
		if font, err = os.ReadFile(f.font); err != nil {
			return fmt.Errorf("--font: %w", err)
		}
	}
	steps := p.newSteps()
	defer steps.close()
	steps.at("judging what the store holds")
	r, err := p.newReporting(ctx, f)
	if r.line != nil {
		defer r.line.close() //nolint:errcheck // what was judged is in memory
	}
	if err != nil {
		return err
	}
	r.asked = f
	doc, value, err := kind.build(ctx, p, r)
	if err != nil {
		return err
	}
	if f.output == "csv" && f.table == "" {
		if others := doc.Tables(); len(others) > 1 {
			steps.close()
			fmt.Fprintf(p.stderr, "csv: table %s; --table gives another of %s\n", others[0], strings.Join(slices.Sorted(slices.Values(others[1:])), ", "))
		}
	}
	steps.at("writing " + f.output)
	return p.emitTo(f.out, func(w io.Writer) error {
		if extra >= 0 {
			return kind.extras[extra].write(ctx, p, r, w, value)
		}
		if !known {
			return document.JSON(w, value)
		}
		o := p.reportOptionsFor(w)
		return format.Write(w, doc, document.Options{Width: max(o.Width, report.MinWidth), Colour: o.Colour, Table: f.table, Font: font})
	})
}

// steps say what takes long: nothing within a second.
type steps struct {
	p     *program
	timer *time.Timer
}

func (p *program) newSteps() *steps { return &steps{p: p} }

func (s *steps) at(what string) {
	s.close()
	if s.p.terminal {
		s.timer = time.AfterFunc(time.Second, func() { fmt.Fprintln(s.p.stderr, what+" …") })
	}
}

func (s *steps) close() {
	if s.timer != nil {
		s.timer.Stop()
	}
}
