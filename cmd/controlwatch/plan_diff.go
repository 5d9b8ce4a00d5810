package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newPlanDiff(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "diff V1 V2|now",
		Short: "Show how the plan changed: what slipped, by whom and why",
		Long: `Diff compares two versions of the plan, by number or id as plan versions shows
them, or a version with the plan as it is now. A date that is later than it was is
slippage, with who set it and why, or which rule did.`,
		Example: "  controlwatch plan diff 1 now\n  controlwatch plan diff 1 2 -o json",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			made, _, line, err := p.planNow(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer line.close() //nolint:errcheck // nothing was written
			var plans [2]soc2.Plan
			for n, arg := range args {
				if plans[n], err = made.version(arg, n == 1); err != nil {
					return err
				}
			}
			if plans[1].At.Before(plans[0].At) {
				return fmt.Errorf("%s is later than %s: give the earlier one first", args[0], args[1])
			}
			d := soc2.DiffPlans(plans[0], plans[1])
			if output == "json" {
				return report.PlanDiffJSON(p.stdout, d)
			}
			return report.PlanDiffText(p.stdout, d, p.reportOptions())
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose scope, rules and store count")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func (m planned) version(arg string, orNow bool) (soc2.Plan, error) {
	if arg == "now" && orNow {
		return m.plan, nil
	}
	for _, v := range m.versions {
		if arg == v.ID || arg == strconv.Itoa(v.Number) {
			return v.Plan, nil
		}
	}
	return soc2.Plan{}, fmt.Errorf("there is no version %q of the plan: `controlwatch plan versions` lists the %d there are", arg, len(m.versions))
}

func newPlanProgress(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use:   "progress",
		Short: "Show what opened, closed and reopened by week, and when no gap may be left",
		Long: `Progress tells from what the store noted which controls' gaps opened, closed and
reopened by week, how many are left (the burn-down), how long it took to close them
by severity, and a forecast with its bounds.

The forecast draws weeks to come from the weeks there were, at most 26, two thousand
times, until no gap is left: half end by the date given, eight of ten within the
bounds. It cannot be told from less than six weeks, or where as much opens as closes.
A gap that left what is judged, by scope or another catalogue, was not mended and
is not counted as closed; what was not seen is in no number but its own.`,
		Example: "  controlwatch plan progress -c controlwatch.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			made, a, line, err := p.planNow(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer line.close() //nolint:errcheck // nothing was written
			progress := soc2.ProgressOf(&a, made.drift, made.began, soc2.GapSeverities(made.analysis.Gaps))
			if output == "json" {
				return report.ProgressJSON(p.stdout, progress)
			}
			return report.ProgressText(p.stdout, progress, p.reportOptions())
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose scope, rules and store count")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}
