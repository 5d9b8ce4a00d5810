package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

type logFlags struct {
	config, from, to, by, output string
	kinds                        []string
}

func newLogCommand(p *program) *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Show what was done to controlwatch itself, and what people recorded",
		Long: `Log shows the administrators' log, oldest first, which is a part of the evidence
log: each start and stop of the daemon, one that ended without a stop, each scan,
another program (upgrade), each change of configuration, scope, schedule,
credentials (never their values), parameters, catalogue, decisions, retention,
keys and people, with before and after, and everything that people recorded:
samples, confirmations, exports.

Beside each is who did it and how that is known. "identity not verified" is an
account of the operating system, or a name that somebody gave: nothing shows that
it was that person. Of a changed file it is known what changed, when it was taken
up and which account runs the program, not who edited it; give --change-reference
and --approved-by, or in the configuration:

  change: {reference: CHG-17, requested_by: Ada Lovelace, approved_by: Grace Hopper}

One person for both is refused. A change of credentials is seen by a digest whose
key is not in the store; those that the machine gives by itself (a cloud's role) are
not seen: the pulls' records say who they belonged to.

Records begin with the version that introduced them.`,
		Example: `  controlwatch log --from -30d
  controlwatch log --kind upgrade,decisions-changed -o csv
  controlwatch log --from 2026-01-01 --to 2026-06-30 -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.showLog(cmd.Context(), f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&f.from, "from", "", "from this time on (a date in UTC, a time, -30d)")
	cmd.Flags().StringVar(&f.to, "to", "", "until this time; a date is its end")
	cmd.Flags().StringSliceVar(&f.kinds, "kind", nil, "only these kinds (repeat it, or a,b)")
	cmd.Flags().StringVar(&f.by, "by", "", "only of this actor, or of actors whose name holds this")
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "text, json or csv")
	return cmd
}

func (p *program) showLog(ctx context.Context, f logFlags) error {
	write, ok := map[string]func(soc2.Administration) error{
		"text": func(a soc2.Administration) error { return report.AdministrationText(p.stdout, a, p.reportOptions()) },
		"json": func(a soc2.Administration) error { return report.AdministrationJSON(p.stdout, a) },
		"csv":  func(a soc2.Administration) error { return report.AdministrationCSV(p.stdout, a) },
	}[f.output]
	if !ok {
		return fmt.Errorf("--output: %q is not a format; expected text, json or csv", f.output)
	}
	asked := admin.Asked{Kinds: f.kinds, By: f.by}
	var err error
	if f.from != "" {
		if asked.From, err = beginningOf(f.from, p.now()); err != nil {
			return fmt.Errorf("--from: %w", err)
		}
	}
	if f.to != "" {
		if asked.To, err = momentOf(f.to, p.now()); err != nil {
			return fmt.Errorf("--to: %w", err)
		}
		asked.To = asked.To.Add(time.Microsecond) // what is at it is in it
		if asked.To.Before(asked.From) {
			return fmt.Errorf("--to %s is before --from %s", f.to, f.from)
		}
	}
	s, err := p.openStored(ctx, f.config)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing was written
	done, err := admin.Acts(ctx, s, asked)
	if err != nil {
		return err
	}
	if len(done.Acts) == 0 && len(f.kinds) > 0 {
		fmt.Fprintf(p.stderr, "nothing of kind %v; kinds are %v, and those of samples, confirmations and the like\n", f.kinds, admin.Kinds)
	}
	return write(done)
}
