package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
)

func newPeriodClose(p *program) *cobra.Command {
	var f windowFlags
	cmd := &cobra.Command{
		Use:   "close --from DAY --to DAY --by NAME",
		Short: "Mark an observation period closed, so that it may be pruned when it is old enough",
		Long: `A period that was ever configured keeps its evidence, whatever its age and whatever
is configured since, until it is marked closed: when the auditor's report is made and
nobody will ask for more. Closing one closes every period that lies inside of it. Who
closed it and when is in the evidence log.`,
		Example: `  controlwatch period close --from 2026-01-01 --to 2026-06-30 --by "Ada Lovelace"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			window, err := p.window(f)
			if err != nil {
				return err
			}
			s, err := p.openWriting(cmd.Context(), f.config)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			id, err := s.ClosePeriod(cmd.Context(), window, evidence.Actor{Name: f.who})
			if id != "" {
				fmt.Fprintf(p.stdout, "period %s is closed (record %s)\n", daysText(window.From, window.To), id)
			}
			return err
		},
	}
	f.add(cmd)
	return cmd
}
