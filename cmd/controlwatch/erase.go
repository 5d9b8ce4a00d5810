package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

func newErase(p *program) *cobra.Command {
	var file, who, approver, kind string
	var e store.Erasure
	cmd := &cobra.Command{
		Use:   "erase --resource ID --reason TEXT --by NAME --approved-by NAME",
		Short: "Erase what is kept of a person, leaving the log verifiable",
		Long: `Erase removes the body of every version of every fact of a resource, under a
tombstone, and overwrites the bytes in the file. The log still verifies, and lists of
the time read as incomplete.

It does not remove: the provider's id of the resource and the name it had when a
finding on it changed, which are in lines of the log; redacted answers of the provider
and messages in records of pulls, which may name it; copies of the store. See "What an
erasure leaves" in docs/evidence-log.md.

It is refused while the resource is still there, since the next pull would bring it
back, and while a hold covers any of it. Two people are needed.`,
		Example: `  controlwatch erase --resource 00u1ero7vZFVEIYLWPBN --reason "request 17" --by "Ada Lovelace" --approved-by "Grace Hopper"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			e.Kind, e.By, e.ApprovedBy = evidence.Kind(kind), evidence.Actor{Name: who}, evidence.Actor{Name: approver}
			s, err := p.openWriting(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			done, err := s.Erase(cmd.Context(), e)
			if done.ID == "" {
				return err
			}
			fmt.Fprintf(p.stdout, "%d bodies (%d bytes) of %d resources are erased (record %s)\n", done.Bodies, done.Bytes, done.Resources, done.ID)
			if done.Shared > 0 {
				fmt.Fprintf(p.stdout, "%d are left: something else has the same\n", done.Shared)
			}
			fmt.Fprintln(p.stdout, "Its id and name stay in lines of the log, and answers of the provider and copies of the store may name it: see docs/evidence-log.md.")
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&e.Resource, "resource", "", "the provider's id (required)")
	cmd.Flags().StringVar(&e.Provider, "provider", "", "only of this provider")
	cmd.Flags().StringVar(&kind, "kind", "", "only of this kind, as User")
	cmd.Flags().StringVar(&e.Reason, "reason", "", "why; no personal data (required)")
	cmd.Flags().StringVar(&who, "by", "", "who asks for it (required)")
	cmd.Flags().StringVar(&approver, "approved-by", "", "who approves it: somebody else (required)")
	mustGive(cmd, "resource", "reason", "by", "approved-by")
	return cmd
}
