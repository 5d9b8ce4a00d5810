package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
)

func newControlsLint(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check the form of control files: fields, expressions, criteria, rows",
		Long: `Lint reads the controls in DIR as the program does and names everything that is
wrong with file, line and column: unknown keys, misspelt fields in expressions,
criteria that do not exist, mappings without a reason, parameters nobody uses,
two controls that test the same. It runs no case; that is ` + "`controls test`" + `.
Without DIR it checks the shipped catalogue.`,
		Example: "  controlwatch controls lint ./our-controls",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			fsys, err := controlFiles(args)
			if err != nil {
				return err
			}
			cat, err := catalogue.Read(fsys)
			if err != nil {
				return err
			}
			if _, err := evaluators.New(cat, nil); err != nil {
				return err
			}
			checks, attested := 0, 0
			for _, c := range cat.Controls {
				checks += len(c.Checks)
				if c.AttestationAsked != nil {
					attested++
				}
			}
			_, err = fmt.Fprintf(p.stdout, "%d controls, %d checks, %d attested: nothing wrong found\n", len(cat.Controls), checks, attested)
			return err
		},
	}
}
