package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newReviewImport(p *program) *cobra.Command {
	var file string
	var by signedBy
	cmd := &cobra.Command{
		Use:   "import FILE --by REVIEWER",
		Short: "Take back a sheet, with the decisions of one reviewer",
		Long: `Import records the decisions of a sheet that review start wrote, in one record: all
of them or none. Rows that are missing, twice or unknown, columns that are not as
they were given out, and a decision on access of the reviewer's own are refused. A
decision that is empty decides nothing. Decisions that stand already are not recorded
again; another decision takes the place of an earlier one, which stays in the log.`,
		Example: `  controlwatch review import q3.xlsx --by ada@example.com
  controlwatch review import q3.csv --by ada -c controlwatch.yaml --sign-with ~/.ssh/id_ed25519`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.reviewImport(cmd.Context(), args[0], file, by)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store, and people under identities")
	by.add(cmd, "by", "whose decisions they are (required)")
	mustGive(cmd, "by")
	return cmd
}

func (p *program) reviewImport(ctx context.Context, sheet, file string, by signedBy) (err error) {
	b, err := os.ReadFile(sheet)
	if err != nil {
		return fmt.Errorf("read the sheet: %w", err)
	}
	s, err := p.openStored(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := p.reviews(ctx, s, file)
	if err != nil {
		return err
	}
	name, err := report.ReviewOfSheet(b)
	if err != nil {
		return fmt.Errorf("%s: %w", sheet, err)
	}
	review, err := all.Named(name)
	if err != nil {
		return fmt.Errorf("%s: %w", sheet, err)
	}
	decisions, err := report.ReadReviewSheet(b, review)
	if err != nil {
		return fmt.Errorf("%s: nothing was taken: %w", sheet, err)
	}
	if err := review.Barred(strings.TrimSpace(by.name)); err != nil {
		return fmt.Errorf("%s: nothing was taken: %w", sheet, err)
	}
	given := len(decisions)
	decisions = review.News(decisions)
	if given > 0 && len(decisions) == 0 {
		_, err = fmt.Fprintln(p.stdout, "nothing is new: every decision of the sheet stands already")
		return err
	}
	if err := review.Refusal(strings.TrimSpace(by.name), decisions); err != nil {
		return fmt.Errorf("%s: nothing was taken: %w", sheet, err)
	}
	id, actor, err := p.reviewRecord(ctx, s, name, file, by, soc2.ReviewDecided{Step: soc2.ReviewDecisions, Digest: evidence.Digest(b), Items: decisions})
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, d := range decisions {
		counts[d.Decision]++
	}
	left := len(review.Undecided())
	for _, d := range decisions {
		if _, decided := review.Word(d.Item); !decided {
			left--
		}
	}
	_, err = fmt.Fprintf(p.stdout, "%s: %s decides on %s of %s: %d keep, %d revoke, %d change; %d are left undecided\n", id, report.Safe(actor.String()),
		counted(len(decisions), "item"), report.Safe(name), counts[soc2.ReviewKeep], counts[soc2.ReviewRevoke], counts[soc2.ReviewChange], left)
	return err
}

func newReviewClose(p *program) *cobra.Command {
	var file, reason string
	var incomplete bool
	var by signedBy
	cmd := &cobra.Command{
		Use:   "close NAME --by WHO",
		Short: "End the deciding of an access review",
		Long: `Close records that a review is decided. While items are undecided it is refused;
with --incomplete and a --reason they are recorded as undecided. What was decided is
followed all the same: review status shows what is still to be seen.`,
		Example: `  controlwatch review close q3-2026 --by noor@example.com
  controlwatch review close q3-2026 --by noor@example.com --incomplete --reason "the owner of payments is away until May"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if reason = strings.TrimSpace(reason); incomplete && reason == "" {
				return errors.New("--reason: missing; say why items stay undecided")
			}
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			all, err := p.reviews(cmd.Context(), s, file)
			if err != nil {
				return err
			}
			review, err := all.Named(args[0])
			if err != nil {
				return err
			}
			if review.Closed != nil {
				return fmt.Errorf("it was closed by %s on %s", report.Safe(review.Closed.By.Name), review.Closed.At.UTC().Format("2006-01-02"))
			}
			left := review.Undecided()
			if len(left) > 0 && !incomplete {
				return fmt.Errorf("%s undecided, such as %s: decide, or close it with --incomplete and a --reason",
					counted(len(left), "item"), report.Safe(left[0]))
			}
			id, actor, err := p.reviewRecord(cmd.Context(), s, review.Name, file, by, soc2.ReviewClosing{Step: soc2.ReviewClosed, Undecided: left, Reason: reason})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "%s: %s closes %s, %d undecided\n", id, report.Safe(actor.String()), report.Safe(review.Name), len(left))
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store, and people under identities")
	cmd.Flags().BoolVar(&incomplete, "incomplete", false, "close it with items undecided")
	cmd.Flags().StringVar(&reason, "reason", "", "why items stay undecided")
	by.add(cmd, "by", "who closes it (required)")
	mustGive(cmd, "by")
	return cmd
}
