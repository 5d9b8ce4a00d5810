package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newControlsShow(p *program) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "show CONTROL",
		Short: "Show one control: what it states, how it is tested, what to do",
		Long: `Show prints a control by its id, or the control that a check's id belongs to:
what it states and why, the criteria it bears on and what it leaves to a person,
its parameters, each check's condition, and how to mend what fails. Where a store is
given, also what the company does with it, in its own wording, the last conclusion on its
design, and what was found before.`,
		Example:           "  controlwatch controls show people-use-multi-factor-sign-in",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeControls,
		RunE: func(cmd *cobra.Command, args []string) error {
			cat, err := catalogue.Load()
			if err != nil {
				return err
			}
			control, err := controlOf(cat, args[0])
			if err != nil {
				return err
			}
			h, err := p.heldOfStore(cmd, file)
			if err != nil {
				return err
			}
			if err := report.ControlSheet(p.stdout, control, p.reportOptions()); err != nil || h == nil {
				return err
			}
			return report.Lines(p.stdout, h.lines(control), p.reportOptions())
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	return cmd
}

// controlOf finds a control by its id or by that of one of its checks.
func controlOf(cat soc2.Catalogue, id string) (soc2.Control, error) {
	for _, c := range cat.Controls {
		if c.ID == id {
			return c, nil
		}
	}
	for _, c := range cat.Controls {
		for _, k := range c.Checks {
			if k.ID == id {
				return c, nil
			}
		}
	}
	return soc2.Control{}, fmt.Errorf("there is no control or check %q: `controlwatch controls find %s` looks further, and `controlwatch controls company` has the company's own", id, id)
}

// completeControls offers the catalogue's ids to the shell.
func completeControls(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	cat, err := catalogue.Load()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var ids []string
	for _, c := range cat.Controls {
		ids = append(ids, c.ID+"\t"+c.Title)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
