package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// planFlags are what a plan is shown by.
type planFlags struct{ file, output, out string }

// planShown is a plan with what it was made from.
type planShown struct {
	planned
	assessment soc2.Assessment
	scope      soc2.Scope
}

var planFormats = map[string]func(*program, io.Writer, planShown) error{
	"table": func(p *program, w io.Writer, s planShown) error {
		return report.PlanText(w, s.plan, p.reportOptionsFor(w))
	},
	"json":     func(_ *program, w io.Writer, s planShown) error { return report.PlanJSON(w, s.plan) },
	"csv":      func(_ *program, w io.Writer, s planShown) error { return report.PlanCSV(w, s.plan) },
	"markdown": func(_ *program, w io.Writer, s planShown) error { return report.PlanMarkdown(w, s.plan) },
	"oscal": func(_ *program, w io.Writer, s planShown) error {
		return writePOAM(w, s.planned, s.assessment, s.scope)
	},
}

func newPlan(p *program) *cobra.Command {
	cmd := newPlanShow(p)
	cmd.Use = "plan"
	cmd.AddCommand(newPlanShow(p), newPlanSet(p), newPlanFreeze(p), newPlanVersions(p), newPlanDiff(p), newPlanProgress(p), newPlanSync(p))
	return cmd
}

func newPlanShow(p *program) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show how gaps are to be closed: who, until when, in which steps",
		Long: `Plan turns what the store holds into a remediation plan: one entry for each
control that does not hold, and for each criterion, control of the company and
asset list that lacks something. Nothing is pulled.

Each has an owner (of the system, of the asset, by a rule, or the role the
catalogue names; nobody is said to be nobody), a date (from when it opened, by
period.fix_within of its severity), steps with commands, effort as a rule of
thumb, what must come first, and what shows that it is done.

The status follows evidence and nothing else: open, in-progress, reopened,
accepted, closed, and unobserved, where it cannot be told. Nothing that was not
seen closes a gap. A person says with plan set who owns a gap and until when; plan
freeze keeps a version, which another person approves with controlwatch approve.

Words in capitals in a command are left to fill in: only what is certain, and
harmless to a shell, is put there.

Exit codes: 0 no gap is left to close · 1 a gap is · 2 could not tell · 3 no gap
but those of which it cannot be told`,
		Example: `  controlwatch plan
  controlwatch plan -c controlwatch.yaml -o csv --out plan.csv
  controlwatch plan -o oscal --out poam.json
  controlwatch plan set control:backups-are-made --owner ada --due 2026-08-31 --reason "new hardware" --by grace
  controlwatch plan freeze --by grace
  controlwatch plan diff 1 now`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, ok := planFormats[f.output]
			if !ok {
				return fmt.Errorf("--output: %q is not a format; expected %s", f.output, strings.Join(slices.Sorted(maps.Keys(planFormats)), ", "))
			}
			made, assessment, line, err := p.planNow(cmd.Context(), f.file)
			if err != nil {
				return err
			}
			defer line.close() //nolint:errcheck // nothing was written
			shown := planShown{made, assessment, line.judge.scope}
			if err := p.toFile(f.out, func(w io.Writer) error { return write(p, w, shown) }); err != nil {
				return err
			}
			return planExit(made.plan)
		},
	}
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration whose scope, rules, sources and decisions count")
	cmd.Flags().StringVarP(&f.output, "output", "o", "table", "table, json, csv, markdown or oscal (a plan of action and milestones)")
	cmd.Flags().StringVar(&f.out, "out", "", "write to this file instead of standard output")
	return cmd
}

func planExit(plan soc2.Plan) error {
	worst := 0
	for _, i := range plan.Items {
		if i.OutOfScope || !i.Live() {
			continue
		}
		if i.Status != soc2.PlanUnobserved {
			return exitError{exitGap}
		}
		worst = exitIncomplete
	}
	if worst != 0 || plan.Counting == 0 {
		return exitError{exitIncomplete}
	}
	return nil
}

// toFile writes to standard output or, whole or not at all, to a file.
func (p *program) toFile(file string, write func(io.Writer) error) error {
	if file == "" {
		return write(p.stdout)
	}
	tmp := file + ".part"
	f, err := os.Create(tmp)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer os.Remove(tmp) //nolint:errcheck // gone already when all went well
	if err := write(f); err != nil {
		f.Close() //nolint:errcheck // the error before it is the one to tell
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}
