package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newPrune(p *program) *cobra.Command {
	var file, who, output string
	var dry bool
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove the bodies of evidence that is older than the retention",
		Long: `Prune removes the bodies of facts that were replaced or are gone, of records of
pulls, results of assessments and redacted answers of providers that newer ones
followed, once they were last valid longer ago than evidence.retention.keep of the configuration says (730 days
without one). The daemon does it once a day.

Never pruned, however old: what is current; what was valid at any moment of a legal
hold ("controlwatch hold") or of an observation period that is not marked closed
("controlwatch period close"); plans, catalogues, parameters, what people recorded
or attested. What is pruned of answers no longer counts towards their budget.

Rows, digests and lines of the log all stay, and a tombstone in the log says when
and by which rule each body went: "controlwatch verify" accounts for them.

The file does not shrink: what is free in it is used again. "controlwatch store
compact" makes it small.`,
		Example: `  controlwatch prune --dry-run -c controlwatch.yaml
  controlwatch prune -c controlwatch.yaml --by "Ada Lovelace"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.prune(cmd.Context(), file, who, output, dry) },
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names store, retention and period")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would be pruned")
	cmd.Flags().StringVar(&who, "by", "", "who does it (default: the program)")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// prunedOut is controlwatch.prune/v1.
type prunedOut struct {
	Schema string `json:"schema"`
	DryRun bool   `json:"dry_run"`
	store.Pruning
}

func (p *program) prune(ctx context.Context, file, who, output string, dry bool) (err error) {
	if output != "text" && output != "json" {
		return fmt.Errorf("--output: %q is not a format; expected text or json", output)
	}
	cfg := config.Default()
	if file != "" {
		if cfg, err = config.Read(file, p.env); err != nil {
			return err
		}
	}
	if cfg.Evidence.Retention.Never {
		return errors.New("evidence.retention.never is set: nothing is ever pruned")
	}
	retention, err := retentionOf(cfg)
	if err != nil {
		return err
	}
	s, err := p.openWriting(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	done, err := s.Prune(ctx, store.PruneOptions{Retention: retention, DryRun: dry, By: actorOf(who), Progress: p.stages()})
	if err != nil {
		return err
	}
	if output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(prunedOut{"controlwatch.prune/v1", dry, done})
	}
	verb := "pruned"
	if dry {
		verb = "would be pruned"
	}
	fmt.Fprintf(p.stdout, "%d bodies (%d bytes) %s by the rule %q: last valid before %s\n", done.Bodies, done.Bytes, verb, done.Rule, done.Before.Format(time.RFC3339))
	for _, what := range slices.Sorted(maps.Keys(done.Of)) {
		fmt.Fprintf(p.stdout, "  %d %s\n", done.Of[what], what)
	}
	for _, why := range done.Kept {
		fmt.Fprintf(p.stdout, "kept besides: %s\n", why)
	}
	return nil
}

// retentionOf is the retention that is configured, with the period under way.
func retentionOf(cfg config.Config) (store.Retention, error) {
	r := store.Retention{Keep: time.Duration(cfg.Evidence.Retention.Keep)}
	if cfg.Period.Configured() {
		from, to, err := cfg.Period.Window(cfg.Zone())
		if err != nil {
			return r, err
		}
		r.Periods = append(r.Periods, soc2.Interval{From: from, To: to})
	}
	return r, nil
}

// pruner prunes by a configuration; nil: it says that nothing is ever pruned.
func pruner(s *store.Store, cfg config.Config) func(context.Context) (store.Pruning, error) {
	if cfg.Evidence.Retention.Never {
		return nil
	}
	return func(ctx context.Context) (store.Pruning, error) {
		r, err := retentionOf(cfg)
		if err != nil {
			return store.Pruning{}, err
		}
		return s.Prune(ctx, store.PruneOptions{Retention: r})
	}
}

// actorOf is a person who says who they are, or the program.
func actorOf(name string) evidence.Actor {
	if name == "" {
		return evidence.Program
	}
	return evidence.Actor{Name: name}
}

// openWriting opens a store that must be there, to write into it.
func (p *program) openWriting(ctx context.Context, file string) (*store.Store, error) {
	dsn, err := p.storedDSN(file)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(file, dsn), Ephemeral: p.ephemeral})
}
