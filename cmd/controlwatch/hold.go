package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// windowFlags are days from one to another, and who speaks of them.
type windowFlags struct {
	config, from, to, who string
}

func (f *windowFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that names store and time zone")
	cmd.Flags().StringVar(&f.from, "from", "", "first day, such as 2026-01-01")
	cmd.Flags().StringVar(&f.to, "to", "", "last day; it is in it")
	cmd.Flags().StringVar(&f.who, "by", "", "who does it (required)")
	mustGive(cmd, "by")
}

func mustGive(cmd *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // the flag is defined beside the call
		}
	}
}

// window is the days, in the configuration's time zone; without them, its period's.
func (p *program) window(f windowFlags) (soc2.Interval, error) {
	cfg := config.Default()
	if f.config != "" {
		var err error
		if cfg, err = config.Read(f.config, p.env); err != nil {
			return soc2.Interval{}, err
		}
	}
	if f.from == "" && f.to == "" && cfg.Period.Configured() {
		f.from, f.to = cfg.Period.From, cfg.Period.To
	}
	if f.from == "" || f.to == "" {
		return soc2.Interval{}, errors.New("--from and --to are missing: give the first day and the last, as --from 2026-01-01 --to 2026-06-30")
	}
	from, to, err := config.Days(f.from, f.to, cfg.Zone())
	if err != nil {
		return soc2.Interval{}, fmt.Errorf("--%w", err)
	}
	return soc2.Interval{From: from, To: to}, nil
}

func newHold(p *program) *cobra.Command {
	var f windowFlags
	var reason string
	cmd := &cobra.Command{
		Use:   "hold --from DAY --to DAY --reason TEXT --by NAME",
		Short: "Keep all evidence of a time, whatever the retention says (legal hold)",
		Long: `Nothing that was valid at any moment of a hold is pruned or erased until the hold
is released. Holds are in the evidence log, with who set them and why; whoever sets
one cannot release it.`,
		Example: `  controlwatch hold --from 2026-01-01 --to 2026-03-31 --reason "case 4711" --by "Ada Lovelace"
  controlwatch hold list
  controlwatch hold release e512.0 --reason "settled" --by "Grace Hopper"`,
		Args: cobra.NoArgs,
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
			id, err := s.SetHold(cmd.Context(), window, reason, evidence.Actor{Name: f.who})
			if id != "" {
				fmt.Fprintf(p.stdout, "hold %s: nothing of %s is pruned or erased\n", id, daysText(window.From, window.To))
			}
			return err
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why (required)")
	mustGive(cmd, "reason")
	cmd.AddCommand(newHoldList(p), newHoldRelease(p))
	return cmd
}

// holdsOut is controlwatch.holds/v1.
type holdsOut struct {
	Schema string       `json:"schema"`
	Holds  []store.Hold `json:"holds"`
}

func newHoldList(p *program) *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use: "list", Short: "List holds, released ones too", Args: cobra.NoArgs,
		Example: `  controlwatch hold list -o json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			s, err := p.openStored(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer s.Close() //nolint:errcheck // nothing was written
			holds, err := s.Holds(cmd.Context())
			if err != nil {
				return err
			}
			if output == "json" {
				encoder := json.NewEncoder(p.stdout)
				encoder.SetIndent("", "  ")
				return encoder.Encode(holdsOut{"controlwatch.holds/v1", append([]store.Hold{}, holds...)})
			}
			if len(holds) == 0 {
				fmt.Fprintln(p.stdout, "no hold was ever set")
			}
			for _, h := range holds {
				state := "in force"
				if h.Released != nil {
					state = fmt.Sprintf("released %s by %s%s", h.Released.At.Format(time.DateOnly), h.Released.By, cmp.Or(prefixed(": ", h.Released.Reason), ""))
				}
				fmt.Fprintf(p.stdout, "%s  %s  set %s by %s: %s  (%s)\n", h.ID, daysText(h.From, h.To), h.At.Format(time.DateOnly), h.By, h.Reason, state)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func newHoldRelease(p *program) *cobra.Command {
	var file, who, reason string
	cmd := &cobra.Command{
		Use: "release ID", Short: "End a hold, by somebody else than who set it", Args: cobra.ExactArgs(1),
		Example: `  controlwatch hold release e512.0 --reason "settled" --by "Grace Hopper"`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := p.openWriting(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			if err := s.ReleaseHold(cmd.Context(), args[0], reason, evidence.Actor{Name: who}); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "hold %s is released\n", args[0])
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&who, "by", "", "who does it (required)")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	mustGive(cmd, "by")
	return cmd
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// daysText is a window as people read it: to is not in it.
func daysText(from, to time.Time) string {
	return from.UTC().Format(time.RFC3339) + " until " + to.UTC().Format(time.RFC3339)
}
