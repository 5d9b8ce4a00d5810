package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/store"
)

func newStore(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Look after the place where evidence is kept",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newStoreRebuild(p), newStoreCompact(p))
	return cmd
}

func newStoreRebuild(p *program) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "rebuild",
		Short:   "Make the current facts again from their history",
		Example: `  controlwatch store rebuild -c controlwatch.yaml`,
		Long: `The store keeps which facts are current beside their history, to read them quickly.
Where "controlwatch verify" says that the two differ, the history is right, and
this makes the rest again from it. No evidence is changed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			dsn, err := p.storedDSN(file)
			if err != nil {
				return err
			}
			s, err := store.Open(cmd.Context(), dsn, store.Options{Clock: p.now, Version: buildVersion(), Key: p.logKeyIn(file, dsn)})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			return s.Rebuild(cmd.Context())
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	return cmd
}

func newStoreCompact(p *program) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "compact",
		Short:   "Give back to the disk what pruning has freed",
		Example: `  controlwatch store compact -c controlwatch.yaml`,
		Long: `What was pruned leaves room in the file that is used again, so it grows no more, but
does not shrink. This writes the file anew without that room. It needs as much room
again meanwhile, and no daemon.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			s, err := p.openWriting(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			freed, err := s.Compact(cmd.Context())
			if err == nil {
				fmt.Fprintf(p.stdout, "%s is smaller by %d bytes\n", s.Path(), freed)
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	return cmd
}
