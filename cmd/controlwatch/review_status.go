package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newReviewStatus(p *program) *cobra.Command {
	var file, asOf, output string
	cmd := &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show how far an access review is, and which revocations are proven",
		Long: `Status says of each item whether it is undecided, kept, or decided to be revoked or
changed, and then what evidence shows since: revoked or changed, with the pulls that
prove it · still there · not looked at since · cannot be told, because what would
show it was not seen. The proof named is the earliest that the store's assessments
have. Access that came or changed since the review began is listed apart. Without a
name it lists the reviews.

Exit codes: 0 nothing is open · 1 something is undecided, or decided and not seen
done · 2 could not tell anything · 3 some record or item cannot be told`,
		Example: `  controlwatch review status
  controlwatch review status q3-2026
  controlwatch review status q3-2026 --as-of 2026-10-01 -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			if len(args) == 0 {
				return p.reviewList(cmd.Context(), file)
			}
			return p.reviewStatus(cmd.Context(), args[0], file, asOf, output)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that states the scope, and people under identities")
	cmd.Flags().StringVar(&asOf, "as-of", "now", "what the store held at "+momentForms)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func (p *program) reviewList(ctx context.Context, file string) error {
	s, err := p.openStored(ctx, file)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing was written
	all, err := p.reviews(ctx, s, file)
	if err != nil {
		return err
	}
	return report.ReviewList(p.stdout, all, p.reportOptions())
}

func (p *program) reviewStatus(ctx context.Context, name, file, asOf, output string) error {
	line, at, err := p.openScoped(ctx, file, asOf)
	if err != nil {
		return err
	}
	defer line.close() //nolint:errcheck // nothing was written
	all, problems, err := p.reviewsTold(ctx, line.store, file)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		fmt.Fprintln(p.stderr, report.Text(problem.Error()))
	}
	review, err := all.Named(name)
	if err != nil {
		return err
	}
	status, err := line.reviewed(ctx, review, at)
	if err != nil {
		return err
	}
	if output == "json" {
		err = report.ReviewStatusJSON(p.stdout, status)
	} else {
		err = report.ReviewStatusTable(p.stdout, status, p.reportOptions())
	}
	if err != nil {
		return err
	}
	counts := report.ReviewCountsOf(status)
	switch {
	case len(problems) > 0 || slices.ContainsFunc(status.Items, func(i soc2.ReviewItem) bool { return i.State == soc2.ReviewCannotTell }):
		return exitError{exitIncomplete}
	case counts.Open+counts.Undecided > 0:
		return exitError{exitGap}
	}
	return nil
}

// reviewed says how far a review is, and finds the earliest proof of what is done by
// halving the assessments since: what each of them shows is true whatever the others do.
func (l *past) reviewed(ctx context.Context, r *soc2.Review, at time.Time) (soc2.ReviewStatus, error) {
	r = r.AsOf(at)
	asOf := func(at time.Time) (soc2.ReviewStatus, error) {
		access, err := l.assessor.Access(ctx, l.store, at)
		if err != nil {
			return soc2.ReviewStatus{}, err
		}
		return r.Status(&access), nil
	}
	status, err := asOf(at)
	if err != nil {
		return status, err
	}
	made, err := l.store.Made(ctx, r.At, at)
	if err != nil {
		return status, err
	}
	seen := map[int]soc2.ReviewStatus{}
	for i := range status.Items {
		if !status.Items[i].Done() {
			continue
		}
		low, high := 0, len(made) // of those from high on it is known to be done
		for low < high {
			middle := (low + high) / 2
			then, known := seen[middle]
			if !known {
				if then, err = asOf(made[middle].At); err != nil {
					return status, err
				}
				seen[middle] = then
				status.Prove(then)
			}
			if then.Items[i].Done() {
				high = middle
			} else {
				low = middle + 1
			}
		}
	}
	return status, nil
}
