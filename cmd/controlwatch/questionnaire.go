package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

type questionnaireFlags struct {
	file, section, export, from string
	open                        bool
	by                          signedBy
}

func newQuestionnaire(p *program) *cobra.Command {
	var f questionnaireFlags
	cmd := &cobra.Command{
		Use:   "questionnaire --by NAME",
		Short: "Go through all attested controls, section by section, and answer them",
		Long: `Questionnaire asks what ` + "`controlwatch attest`" + ` records, section by section of the
checklist that precedes an audit: it shows the question, what should be attached and
the last answer. Each answer is recorded at once, so that it can be stopped at any
moment (q) and gone on with; --open leaves out what counts for a while yet.

Who prefers a sheet exports it as XLSX or CSV, fills in the last columns, and imports
it: all of it in one record of the log, or nothing, with row and column of everything
that is wrong. Files are named relative to the sheet.`,
		Example: `  controlwatch questionnaire --open --by ada@example.com -c controlwatch.yaml
  controlwatch questionnaire --section 4 --by ada@example.com
  controlwatch questionnaire --export questions.xlsx --open
  controlwatch questionnaire --import questions.xlsx --by ada@example.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.export != "" && f.from != "":
				return errors.New("--export and --import: one at a time")
			case f.export == "" && strings.TrimSpace(f.by.name) == "":
				return errors.New("--by: missing; say whose answers these are")
			case f.from != "":
				return p.importAnswers(cmd.Context(), f)
			}
			questions, a, err := p.questions(cmd.Context(), f)
			if err != nil {
				return err
			}
			if f.export != "" {
				return p.exportQuestions(f.export, questions, a.config.Zone())
			}
			return p.askAll(cmd.Context(), f, a, questions)
		},
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration that names store, time zone, systems and people")
	cmd.Flags().StringVar(&f.section, "section", "", "only this section, 1 to 11")
	cmd.Flags().BoolVar(&f.open, "open", false, "only what is not simply performed")
	cmd.Flags().StringVar(&f.export, "export", "", "write the questions to this .xlsx or .csv file")
	cmd.Flags().StringVar(&f.from, "import", "", "record the answers of this .xlsx or .csv file")
	f.by.add(cmd, "by", "who performed what is answered")
	return cmd
}

// questions are the attested controls by section, each once.
func (p *program) questions(ctx context.Context, f questionnaireFlags) ([]report.Question, *attester, error) {
	sections, err := catalogue.Sections()
	if err != nil {
		return nil, nil, err
	}
	if f.section != "" && !slices.ContainsFunc(sections, func(s catalogue.ChecklistItem) bool { return s.ID == f.section }) {
		return nil, nil, fmt.Errorf("--section: there is no %q; expected 1 to %d", f.section, len(sections))
	}
	a, err := p.newAttester(f.file)
	if err != nil {
		return nil, nil, err
	}
	told, err := p.standings(ctx, attestationsFlags{file: f.file, soon: int(soc2.DefaultSoon.Hours() / 24)})
	if err != nil {
		return nil, nil, err
	}
	var all []report.Question
	asked := map[string]bool{}
	for _, section := range sections {
		for _, s := range told.Standings {
			key := soc2.AttestationSubject(s.Control.ID, s.System)
			if asked[key] || !slices.Contains(section.Controls, s.Control.ID) {
				continue
			}
			asked[key] = true
			if (f.section == "" || f.section == section.ID) && (!f.open || unanswered(s)) {
				all = append(all, report.Question{Section: section.ID + " " + section.Title, Standing: s})
			}
		}
	}
	return all, a, nil
}

// unanswered is what an answer of its performer would change: not what only waits for
// another person's word.
func unanswered(s soc2.AttestationStanding) bool {
	waits := s.State == soc2.AttestedIncomplete && slices.Equal(s.Lacks, []string{soc2.LacksReview})
	return s.State != soc2.AttestedPerformed && !waits
}

func (p *program) exportQuestions(file string, all []report.Question, zone *time.Location) error {
	write := report.QuestionnaireCSV
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
	case ".xlsx":
		write = report.QuestionnaireXLSX
	default:
		return fmt.Errorf("--export %s: expected a name that ends in .xlsx or .csv", file)
	}
	var b bytes.Buffer
	if err := write(&b, all, zone); err != nil {
		return err
	}
	f, err := newFile("--export", file)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("--export: %w", err)
	}
	fmt.Fprintf(p.stdout, "%s: %d questions\n", file, len(all))
	return nil
}

// importAnswers records all answers of a sheet, or none.
func (p *program) importAnswers(ctx context.Context, f questionnaireFlags) error {
	a, err := p.newAttester(f.file)
	if err != nil {
		return err
	}
	src, err := os.Open(f.from)
	if err != nil {
		return fmt.Errorf("--import: %w", err)
	}
	defer src.Close() //nolint:errcheck // read only
	answers, err := report.QuestionnaireAnswers(src, strings.EqualFold(filepath.Ext(f.from), ".xlsx"))
	if err != nil {
		return fmt.Errorf("--import %s: %w", f.from, err)
	}
	if len(answers) == 0 {
		return fmt.Errorf("--import %s: no row has an answer; nothing is recorded", f.from)
	}
	var entries []store.Entry
	var errs []error
	rows := map[string]int{}
	columns := map[string]string{"performed_at": "performed"}
	for _, answer := range answers {
		var files []string
		for _, name := range answer.Files {
			if !filepath.IsAbs(name) {
				name = filepath.Join(filepath.Dir(f.from), name)
			}
			files = append(files, name)
		}
		e, err := a.entry(answer.Written, f.by.name, files)
		for _, problem := range soc2.Problems(err) {
			column := problem.Field
			if other, ok := columns[column]; ok {
				column = other
			}
			errs = append(errs, fmt.Errorf("%s: row %d, column %s: %s", f.from, answer.Row, column, problem.What))
		}
		if err != nil {
			continue
		}
		key := e.Subject + " " + string(e.Body)
		if first, twice := rows[key]; twice {
			errs = append(errs, fmt.Errorf("%s: row %d: says the same as row %d", f.from, answer.Row, first))
		}
		rows[key] = answer.Row
		entries = append(entries, e)
	}
	if len(errs) > 0 {
		return errors.Join(append(errs, errors.New("nothing is recorded"))...)
	}
	ids, err := a.record(ctx, f.file, f.by, entries...)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s: %d answers recorded, %s to %s\n", f.from, len(ids), ids[0], ids[len(ids)-1])
	return nil
}

// askAll asks one question after the other. Each answer is recorded before the next.
func (p *program) askAll(ctx context.Context, f questionnaireFlags, a *attester, all []report.Question) error {
	ask := &asker{out: p.stdout, in: bufio.NewReader(p.stdin)}
	section, answered := "", 0
	for n, q := range all {
		if q.Section != section {
			section = q.Section
			fmt.Fprintf(p.stdout, "\nSection %s\n", section)
		}
		saved, stop, err := p.askOne(ctx, f, a, ask, q)
		if err != nil {
			return fmt.Errorf("%d answers are recorded: %w", answered, err)
		}
		if saved {
			answered++
		}
		if stop {
			fmt.Fprintf(p.stdout, "\nstopped: %d answers recorded, %d questions left; with --open it goes on there\n", answered, len(all)-n)
			return nil
		}
	}
	fmt.Fprintf(p.stdout, "\n%d questions, %d answers recorded\n", len(all), answered)
	return nil
}

func (p *program) askOne(ctx context.Context, f questionnaireFlags, a *attester, ask *asker, q report.Question) (saved, stop bool, err error) {
	s := q.Standing
	zone := a.config.Zone()
	lines := []string{"", s.Control.Title + " (" + soc2.AttestationSubject(s.Control.ID, s.System) + ")", s.Control.AttestationAsked.Question}
	for _, e := range s.Control.AttestationAsked.Evidence {
		lines = append(lines, "  attach: "+e)
	}
	last := "  last answer: none"
	if s.ID != "" {
		last = fmt.Sprintf("  last answer: %s, performed %s by %s (%s)", s.Result, s.Performed.In(zone).Format(time.DateOnly), s.By, s.State)
	}
	for _, line := range append(lines, last) {
		fmt.Fprintln(p.stdout, report.Text(line)) // whole: it is what is answered
	}
	for {
		result := strings.ToLower(ask.ask("result: met, met-with-findings, not-met, no-occurrence; empty skips, q stops", ""))
		if ask.err != nil || result == "q" {
			return false, true, nil //nolint:nilerr // who answers has gone: what was answered is recorded
		}
		if result == "" {
			return false, false, nil
		}
		w := soc2.WrittenAttestation{Control: s.Control.ID, System: s.System, Result: result}
		w.Performed = ask.ask("performed on", a.now.In(zone).Format(time.DateOnly))
		w.Covers = ask.ask("covers, first and last day as 2026-07-01/2026-09-30", "")
		w.Population, w.Tested, w.Deviation = threeNumbers(ask.ask("population/tested/deviations, as 84/20/0; empty: not stated", ""))
		w.Note = ask.ask("note", "")
		var files []string
		for name := range strings.SplitSeq(ask.ask("files, separated by semicolons", ""), ";") {
			if name = strings.TrimSpace(name); name != "" {
				files = append(files, name)
			}
		}
		if ask.err != nil {
			return false, true, nil //nolint:nilerr // half an answer is none
		}
		e, err := a.entry(w, f.by.name, files)
		if err != nil {
			fmt.Fprintf(p.stdout, "%v\nnothing is recorded; once more\n", err)
			continue
		}
		ids, err := a.record(ctx, f.file, f.by, e)
		if err != nil {
			return false, false, err
		}
		return true, false, p.attested(a, w, ids[0], len(files))
	}
}

func threeNumbers(text string) (population, tested, deviations string) {
	if text == "" {
		return "", "", ""
	}
	parts := append(strings.SplitN(text, "/", 3), "", "")
	return parts[0], parts[1], parts[2]
}
