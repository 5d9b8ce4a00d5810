package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newReview(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "review",
		Short: "Review access: decide keep, revoke or change, and follow until it is seen done",
		Long: `Review carries an access review from the list to the proven revocation:

  1. start takes who can reach what (controlwatch access) as the population, records
     it with its digest and what may be missing from it, and writes a sheet.
  2. Reviewers fill in the column decision: keep, revoke or change. import takes the
     sheet back, with who decided.
  3. close ends the deciding.
  4. status follows what was decided. Something is revoked only when every list that
     would show it was seen to its end after the decision, and it is not there; the
     pulls that prove it are named. What cannot be seen cannot be told, however long
     it is not seen.

Each step is a record of the evidence log.`,
	}
	cmd.AddCommand(newReviewStart(p), newReviewImport(p), newReviewClose(p), newReviewStatus(p))
	return cmd
}

type reviewStartFlags struct {
	config, name, system, output string
	privileged                   bool
	reviewers                    []string
	days                         int
	by                           signedBy
}

func newReviewStart(p *program) *cobra.Command {
	var f reviewStartFlags
	cmd := &cobra.Command{
		Use:   "start --name NAME --reviewer WHO… --by WHO",
		Short: "Begin an access review, and write the sheet to decide on",
		Long: `Start records the population of the review as the store knows it now, and writes
the sheet. A reviewer must be somebody else than whose access it is; name as many as
it takes. Whom the configuration (-c) knows under several names is one person.

Exit codes: 0 begun · 2 could not begin · 3 begun, and there may be access that is
not in the list`,
		Example: `  controlwatch review start --name q3-2026 --reviewer ada@example.com --reviewer grace@example.com --by noor@example.com -o q3.xlsx
  controlwatch review start --name admins-q3 --privileged --reviewer ada@example.com --by noor@example.com -o q3.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.reviewStart(cmd.Context(), f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that states the scope")
	cmd.Flags().StringVar(&f.name, "name", "", "name of the review, such as q3-2026 (required)")
	cmd.Flags().StringVar(&f.system, "system", "", "only what belongs to this system")
	cmd.Flags().BoolVar(&f.privileged, "privileged", false, "only what administers, or may")
	cmd.Flags().StringArrayVar(&f.reviewers, "reviewer", nil, "who decides (required; repeat it)")
	cmd.Flags().IntVar(&f.days, "days", 7, "days within which a revocation must be seen")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write the sheet to this new file, .xlsx or .csv; standard output as CSV without it")
	f.by.add(cmd, "by", "who begins it (required)")
	mustGive(cmd, "name", "reviewer", "by")
	return cmd
}

// sheetFormat is by the name of the file.
func sheetFormat(file string) (func(io.Writer, *soc2.Review) error, error) {
	switch ext := strings.ToLower(filepath.Ext(file)); {
	case file == "" || ext == ".csv":
		return report.ReviewSheetCSV, nil
	case ext == ".xlsx":
		return report.ReviewSheetXLSX, nil
	}
	return nil, fmt.Errorf("--output: %q is no sheet; expected a name that ends with .xlsx or .csv", file)
}

func (f *reviewStartFlags) check() error {
	var errs []error
	if f.name = strings.TrimSpace(f.name); f.name == "" {
		errs = append(errs, errors.New("--name: missing; such as q3-2026"))
	}
	if strings.ContainsFunc(f.name, func(r rune) bool { return r < ' ' }) || len(f.name) > 200 {
		errs = append(errs, errors.New("--name: expected a short text on one line"))
	}
	for i, r := range f.reviewers {
		if f.reviewers[i] = strings.TrimSpace(r); f.reviewers[i] == "" {
			errs = append(errs, errors.New("--reviewer: empty"))
		}
	}
	if f.days < 1 {
		errs = append(errs, fmt.Errorf("--days: %d is no number of days; expected 1 or more", f.days))
	}
	return errors.Join(errs...)
}

func (p *program) reviewStart(ctx context.Context, f reviewStartFlags) (err error) {
	write, err := sheetFormat(f.output)
	if err := errors.Join(err, f.check()); err != nil {
		return err
	}
	line, at, err := p.openScoped(ctx, f.config, "now")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	if err := line.knownSystem(f.system); err != nil {
		return err
	}
	all, err := p.reviews(ctx, line.store, f.config)
	if err != nil {
		return err
	}
	if _, err := all.Named(f.name); err == nil {
		return fmt.Errorf("--name: there is an access review %q; give this one another name", f.name)
	}
	access, err := line.assessor.Access(ctx, line.store, at)
	if err != nil {
		return err
	}
	start := soc2.StartReview(&access, soc2.AccessFilter{System: f.system, Privileged: f.privileged}, f.reviewers, f.days)
	if start.Count == 0 {
		return errors.New("nothing is picked to be reviewed: `controlwatch access` with the same flags shows what there is")
	}
	if start.SampleData, err = line.store.SampleData(ctx); err != nil {
		return err
	}
	body, err := json.Marshal(start)
	if err != nil {
		return err
	}
	// The sheet comes first: a review whose sheet could not be written is not begun.
	if err := p.writeOut("--output", f.output, func(w io.Writer) error { return write(w, &soc2.Review{Name: f.name, Start: start}) }); err != nil {
		return err
	}
	id, actor, err := p.records(f.by, f.config)(ctx, line.store, store.Entry{Kind: soc2.EntryReview, Subject: f.name, Body: body})
	if err != nil {
		if f.output != "" {
			err = errors.Join(err, os.Remove(f.output)) // of a review that was not begun
		}
		return err
	}
	fmt.Fprintf(p.stderr, "%s: access review %s begun by %s: %d items, digest sha256:%s, to be decided by %s\n",
		id, report.Safe(f.name), report.Safe(actor.String()), start.Count, start.Digest, strings.Join(f.reviewers, ", "))
	if !start.Complete {
		fmt.Fprintf(p.stderr, "NOT COMPLETE: there may be access that is not in the list: %s; `controlwatch access` says where\n", counted(len(start.Holes), "hole"))
		return exitError{exitIncomplete}
	}
	return nil
}

// reviews reads all access reviews. Records that do not count are told on standard error.
func (p *program) reviews(ctx context.Context, s *store.Store, file string) (soc2.Reviews, error) {
	all, problems, err := p.reviewsTold(ctx, s, file)
	for _, problem := range problems {
		fmt.Fprintln(p.stderr, report.Text(problem.Error()))
	}
	return all, err
}

func (p *program) reviewsTold(ctx context.Context, s *store.Store, file string) (soc2.Reviews, []error, error) {
	people, err := p.people(file)
	if err != nil {
		return nil, nil, err
	}
	var records []soc2.Recorded
	for e, err := range s.Entries(ctx, soc2.EntryReview) {
		if err != nil {
			return nil, nil, err
		}
		records = append(records, e.Recorded())
	}
	all, problems := soc2.ReadReviews(records, onePerson(people))
	return all, problems, nil
}

// reviewRecord records a step of a review.
func (p *program) reviewRecord(ctx context.Context, s *store.Store, name, file string, by signedBy, step any) (string, evidence.Actor, error) {
	body, err := json.Marshal(step)
	if err != nil {
		return "", evidence.Actor{}, err
	}
	return p.records(by, file)(ctx, s, store.Entry{Kind: soc2.EntryReview, Subject: name, Body: body})
}

func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
