package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

type attestationsFlags struct {
	file, output string
	due          bool
	soon         int // days
}

func newAttestations(p *program) *cobra.Command {
	var f attestationsFlags
	cmd := &cobra.Command{
		Use:     "attestations",
		Aliases: []string{"attestation"},
		Short:   "List attested controls by owner: what is due, overdue, or was never attested",
		Long: `Attestations lists every control that a person attests, with its last statement
and until when that counts, by owner, the most urgent first.

  not-met      the last statement says so: the control fails until a later one
  overdue      its validity is over: nothing shows any more that it was performed
  never        nobody ever attested it
  incomplete   attested, and a file, a review or a system is missing
  due          counts for seven days more at most
  soon         counts for not much longer (--soon, 30 days)
  performed    counts

Exit codes: 0 all count · 1 one is not met · 2 could not run · 3 one does not count`,
		Example: `  controlwatch attestations -c controlwatch.yaml
  controlwatch attestations --due --soon 60
  controlwatch attestations -o csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.attestations(cmd.Context(), f) },
	}
	list := &cobra.Command{Use: "list", Short: "The same", Args: cobra.NoArgs, Hidden: true, RunE: cmd.RunE}
	for _, c := range []*cobra.Command{cmd, list} {
		c.Flags().StringVarP(&f.file, "config", "c", "", "configuration that names store, sources, systems and time zone")
		c.Flags().StringVarP(&f.output, "output", "o", "table", "table, json or csv")
		c.Flags().BoolVar(&f.due, "due", false, "only what is not simply performed")
		c.Flags().IntVar(&f.soon, "soon", int(soc2.DefaultSoon.Hours()/24), "days before its end from which on it is listed as soon due")
	}
	cmd.AddCommand(list)
	return cmd
}

func (p *program) attestations(ctx context.Context, f attestationsFlags) error {
	write := map[string]func(report.Attestations) error{
		"table": func(a report.Attestations) error { return report.AttestationsTable(p.stdout, a, p.reportOptions()) },
		"json":  func(a report.Attestations) error { return report.AttestationsJSON(p.stdout, a) },
		"csv":   func(a report.Attestations) error { return report.AttestationsCSV(p.stdout, a) },
	}[f.output]
	if write == nil {
		return fmt.Errorf("--output: %q is not a format; expected table, json or csv", f.output)
	}
	if f.soon < 1 || f.soon > 3650 {
		return fmt.Errorf("--soon: %d: expected 1 to 3650 days", f.soon)
	}
	told, err := p.standings(ctx, f)
	if err != nil {
		return err
	}
	if err := write(told); err != nil {
		return err
	}
	worst := 0
	for _, s := range told.Standings {
		switch {
		case s.State == soc2.AttestedNotMet:
			return exitError{exitGap}
		case !s.State.Counts():
			worst = exitIncomplete
		}
	}
	if worst != 0 {
		return exitError{worst}
	}
	return nil
}

// standings reads how attested controls stand now.
func (p *program) standings(ctx context.Context, f attestationsFlags) (told report.Attestations, err error) {
	cfg := config.Default()
	if f.file != "" {
		if cfg, err = config.Read(f.file, p.env); err != nil {
			return told, err
		}
	}
	told = report.Attestations{At: p.now(), Zone: cfg.Zone(), Soon: time.Duration(f.soon) * 24 * time.Hour}
	line, err := p.openPast(ctx, f.file)
	if err != nil {
		return told, err
	}
	defer line.close() //nolint:errcheck // nothing was written
	if told.Standings, err = line.assessor.Attestations(ctx, told.Soon); err != nil {
		return told, err
	}
	if f.due {
		all := len(told.Standings)
		told.Standings = slices.DeleteFunc(told.Standings, func(s soc2.AttestationStanding) bool { return s.State == soc2.AttestedPerformed })
		told.LeftOut = all - len(told.Standings)
	}
	return told, nil
}
