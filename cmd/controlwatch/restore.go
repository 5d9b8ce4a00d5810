package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

type restoreFlags struct {
	config, into, who, checkpoint, output string
	replace                               bool
	keys                                  []string
}

func newRestore(p *program) *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use:   "restore FILE --into PATH --by NAME",
		Short: "Put the store back from a copy, verified first",
		Long: `Restore verifies the copy in FILE as "controlwatch verify" does and puts it at PATH,
for its owner only. It records in the restored log from what, by whom and at which
root. A store that is at PATH is refused; with --replace it is moved aside, and kept.

What was committed after the copy was made is lost to the restored store. What is
known of it is told: from the store that was replaced, and from a checkpoint that was
kept elsewhere (--checkpoint). Others who hold later checkpoints will see that the log
went back.

The key that signs the log must be there first: at PATH.key, in CONTROLWATCH_LOG_KEY,
or where the configuration (-c) says.

Exit codes: 0 restored, and nothing is known to be lost · 1 restored, and something is
lost · 2 not restored`,
		Example: `  controlwatch restore /backup/controlwatch-2026-07-01.db --into /var/lib/controlwatch/controlwatch.db --replace --by "Ada Lovelace"`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.restore(cmd.Context(), args[0], f) },
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that names the log's key, where it is another than PATH.key")
	cmd.Flags().StringVar(&f.into, "into", "", "where the store goes (required)")
	cmd.Flags().StringVar(&f.who, "by", "", "who does it (required)")
	cmd.Flags().BoolVar(&f.replace, "replace", false, "move a store that is there aside")
	cmd.Flags().StringVar(&f.checkpoint, "checkpoint", "", "file of a checkpoint that was kept elsewhere")
	cmd.Flags().StringArrayVar(&f.keys, "key", nil, "public key of the log, known from elsewhere; may be given several times")
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "text or json")
	mustGive(cmd, "into", "by")
	return cmd
}

// restoredOut is controlwatch.restore/v1.
type restoredOut struct {
	Schema string `json:"schema"`
	store.Restored
}

func (p *program) restore(ctx context.Context, from string, f restoreFlags) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: %q is not a format; expected text or json", f.output)
	}
	paths := []string{from, f.into}
	for i, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		paths[i] = absolute
	}
	o := store.RestoreOptions{
		From: paths[0], Into: paths[1], Replace: f.replace, By: evidence.Actor{Name: f.who},
		Options: store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(f.config, "sqlite:"+paths[1])},
		Verify:  store.VerifyOptions{Keys: f.keys, Progress: p.stages()},
	}
	if f.checkpoint != "" {
		var err error
		if o.Anchor, err = os.ReadFile(f.checkpoint); err != nil {
			return fmt.Errorf("--checkpoint: %w", err)
		}
	}
	r, err := store.Restore(ctx, o)
	if err != nil {
		return err
	}
	if f.output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(restoredOut{"controlwatch.restore/v1", r})
	} else {
		p.tellRestored(r)
	}
	if err == nil && len(r.Lost) > 0 {
		err = exitError{exitGap}
	}
	return err
}

func (p *program) tellRestored(r store.Restored) {
	fmt.Fprintf(p.stdout, "%s is restored from %s: %d commits, %d leaves, verified (record %s)\nroot %s\n", r.Path, r.From, r.Commits, r.Leaves, r.ID, r.Root)
	if r.Replaced != "" {
		fmt.Fprintf(p.stdout, "the store that was there is at %s\n", r.Replaced)
	}
	if len(r.Lost) == 0 {
		fmt.Fprintln(p.stdout, "Nothing is known to be lost; what was committed after the copy was made, and is told by nothing here, is.")
		return
	}
	fmt.Fprintln(p.stdout, "LOST TO THIS STORE")
	for _, lost := range r.Lost {
		fmt.Fprintln(p.stdout, "  "+lost)
	}
}
