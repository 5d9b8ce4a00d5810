package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/soc2"
)

func newConfig(p *program) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Write, describe and check configuration files", Args: cobra.NoArgs}
	cmd.AddCommand(newConfigInit(p), newConfigSchema(p), &cobra.Command{
		Use:   "check FILE",
		Short: "Check a configuration file without touching any provider",
		Long: `Check reads the file as scan and run do, with every provider's settings, every
parameter and every decision, and names each problem with file, line and field.
It makes no network call and opens no store.`,
		Example: "  controlwatch config check controlwatch.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := config.Read(args[0], p.env)
			if err != nil {
				return err
			}
			seam, err := p.newSeam(c, nil)
			if err != nil {
				return err
			}
			_, sourcesErr := p.openSources(c, seam)
			_, judgeErr := newJudge(c)
			_, webErr := webOf(c)
			if err := errors.Join(sourcesErr, judgeErr, webErr); err != nil {
				return err
			}
			for _, d := range admin.Deciders(c) {
				if d.Apart != soc2.ApartKnown {
					fmt.Fprintf(p.stderr, "decision %s: that requester and approver are two people is not verified, only that their names differ; list both under identities\n", d.Decision)
				}
			}
			_, err = fmt.Fprintf(p.stdout, "%s: %d sources, %d decisions, nothing wrong found\n", args[0], len(c.Sources), len(c.Decisions))
			return err
		},
	})
	return cmd
}
