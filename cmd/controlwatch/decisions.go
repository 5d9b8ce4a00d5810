package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// decisionFlags are what decisions are listed by.
type decisionFlags struct{ file, output, within string }

func (f *decisionFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration whose sources, parameters and decisions count")
	cmd.Flags().StringVarP(&f.output, "output", "o", "table", "table or json")
	cmd.Flags().StringVar(&f.within, "within", "", "what ends within this time is said to expire soon, such as 14d (default: warn_before_expiry of the configuration, 30d)")
}

func newDecisions(p *program) *cobra.Command {
	var f decisionFlags
	list := func(cmd *cobra.Command, _ []string) error { return p.listDecisions(cmd.Context(), f, "") }
	cmd := &cobra.Command{
		Use:   "decisions",
		Short: "List every decision to accept, exclude, relax, skip or leave out, and what it picks",
		Long: `Decisions lists all that was decided: with -c those of the configuration, and those
recorded by controlwatch accept. Each is requested, in force, expired, withdrawn,
refused or unreadable. Of those in force it is said which end soon, which pick nothing
now (unused), and which pick a finding that another one picks too: both are named, and
the one that ends first governs what is said of the finding.

A decision of the configuration was approved by whatever reviews changes of that file;
whose name stands there is not verified. Last comes what narrows without a decision:
parameters that are not the catalogue's, settings that leave something unread,
categories that were in scope and are not any more.`,
		Example: `  controlwatch decisions -c controlwatch.yaml
  controlwatch decisions show e512.0
  controlwatch decisions withdraw e512.0 --by "Ada Lovelace" --reason "fixed"`,
		Args: cobra.NoArgs,
		RunE: list,
	}
	f.add(cmd)
	cmd.AddCommand(newDecisionsList(p), newDecisionsShow(p), newDecisionsWithdraw(p))
	return cmd
}

func newDecisionsList(p *program) *cobra.Command {
	var f decisionFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List them, as decisions alone does", Args: cobra.NoArgs,
		Example: `  controlwatch decisions list -c controlwatch.yaml --within 60d`,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.listDecisions(cmd.Context(), f, "") },
	}
	f.add(cmd)
	return cmd
}

func newDecisionsShow(p *program) *cobra.Command {
	var f decisionFlags
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one, with everything that it picks now", Args: cobra.ExactArgs(1),
		Example: `  controlwatch decisions show e512.0`,
		RunE:    func(cmd *cobra.Command, args []string) error { return p.listDecisions(cmd.Context(), f, args[0]) },
	}
	f.add(cmd)
	return cmd
}

// How many findings are named of each decision: in a list, and of one alone.
const (
	namedInList = 5
	namedAlone  = 10_000
)

func (p *program) listDecisions(ctx context.Context, f decisionFlags, only string) (err error) {
	if f.output != "table" && f.output != "json" {
		return fmt.Errorf("--output: %q is not a format; expected table or json", f.output)
	}
	var within config.Span
	if f.within != "" {
		if err := within.UnmarshalText([]byte(f.within)); err != nil {
			return fmt.Errorf("--within: %w", err)
		}
	}
	line, err := p.openPast(ctx, f.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	line.assessor.Expiring = cmp.Or(time.Duration(within), line.assessor.Expiring)
	line.assessor.Naming = namedInList
	if only != "" {
		line.assessor.Naming = namedAlone
	}
	a, err := line.assessor.AsOf(ctx, line.store, p.now())
	if err != nil {
		return err
	}
	if only != "" {
		a.Narrowings = nil
		a.Decisions = slices.DeleteFunc(a.Decisions, func(s soc2.DecisionState) bool { return s.ID != only })
		if len(a.Decisions) == 0 {
			return fmt.Errorf("there is no decision %q; `controlwatch decisions` lists them, those of a configuration with -c", report.Safe(only))
		}
	}
	committed, err := p.committed(ctx, f.file)
	if err != nil {
		return err
	}
	if f.output == "json" {
		return report.DecisionsJSON(p.stdout, &a, committed)
	}
	return report.DecisionList(p.stdout, &a, committed, p.reportOptions())
}

func newDecisionsWithdraw(p *program) *cobra.Command {
	var by signedBy
	var file, reason string
	cmd := &cobra.Command{
		Use:   "withdraw ID --by NAME",
		Short: "End a recorded decision now; what it marked comes back",
		Long: `Withdraw ends a decision, or a request for one, from now on. Nobody else has to agree:
it only ever shows more. What it was in force for stays recorded. A decision of the
configuration ends when it is taken out of that file.`,
		Example: `  controlwatch decisions withdraw e512.0 --by "Ada Lovelace" --reason "fixed on 12 March"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			if err := p.withdrawable(cmd.Context(), s, args[0], file); err != nil {
				return err
			}
			body, err := soc2.WithdrawalBody(strings.TrimSpace(reason))
			if err != nil {
				return err
			}
			id, actor, err := p.records(by, file)(cmd.Context(), s, store.Entry{Kind: soc2.EntryDecisionWithdrawn, Subject: args[0], Body: body})
			if id != "" {
				fmt.Fprintf(p.stdout, "%s: %s is withdrawn by %s\n", id, args[0], report.Safe(actor.String()))
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	by.add(cmd, "by", "who ends it (required)")
	mustGive(cmd, "by")
	return cmd
}

func (p *program) withdrawable(ctx context.Context, s *store.Store, id, file string) error {
	if file != "" {
		cfg, err := config.Read(file, p.env)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(cfg.Decisions, func(d config.Decision) bool { return d.ID == id }) {
			return fmt.Errorf("%s is a decision of %s: take it out there", report.Safe(id), file)
		}
	}
	known, err := s.Decisions(ctx, p.now(), nil)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(known, func(k soc2.KnownDecision) bool { return k.ID == id })
	switch {
	case i < 0:
		return fmt.Errorf("there is no recorded decision %q; `controlwatch decisions` lists them", report.Safe(id))
	case !known[i].Withdrawn.IsZero():
		return fmt.Errorf("%s was withdrawn already, by %s", id, report.Safe(known[i].EndedBy.Name))
	case known[i].Life(p.now()) == soc2.DecisionExpired:
		return fmt.Errorf("%s ended on %s", id, known[i].Expires.UTC().Format(time.RFC3339))
	}
	return nil
}
