package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/store"
)

func newErase(p *program) *cobra.Command {
	var file, who, approver, kind, output string
	var e store.Erasure
	cmd := &cobra.Command{
		Use:   "erase --resource ID --reason TEXT --by NAME --approved-by NAME",
		Short: "Erase what is kept of a person, leaving the log verifiable",
		Long: `Erase removes, under a tombstone, the body of every version of every fact of a
resource, and the redacted answers and records of older pulls that name it. The bytes
are overwritten in the file, the file is written anew where no daemon has it open, the
log still verifies, and what is read of that time says that something was erased.

What the resource is called is taken from its facts: its id, its name, its address.
Give what else it is called with --also. Then the whole store is searched, and each
place that still names it is listed with the reason: lines of the log, which cannot be
made again without it; facts of other resources, to be erased by their own id; the
record of a feed's newest pull, which the next pull replaces. Copies of the store are
not searched.

It is refused while the resource is still there, since the next pull would bring it
back, and while a hold covers any of it. Two people are needed.`,
		Example: `  controlwatch erase --resource 00u1ero7vZFVEIYLWPBN --reason "request 17" --by "Ada Lovelace" --approved-by "Grace Hopper"
  controlwatch erase --resource personio/16 --also pavel.private@example.org --reason "request 17" --by ada --approved-by grace -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			e.Kind, e.By, e.ApprovedBy = evidence.Kind(kind), evidence.Actor{Name: who}, evidence.Actor{Name: approver}
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: %q is not a format; expected text or json", output)
			}
			s, err := p.openWriting(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			done, err := s.Erase(cmd.Context(), e)
			if done.ID == "" {
				return err
			}
			compacted := false
			if _, running, scheduler := s.Scheduler(); err == nil && scheduler == nil && !running {
				_, err = s.Compact(cmd.Context())
				compacted = err == nil
			}
			return errors.Join(err, p.tellErased(done, compacted, output))
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration that names the store")
	cmd.Flags().StringVar(&e.Resource, "resource", "", "the provider's id (required)")
	cmd.Flags().StringVar(&e.Provider, "provider", "", "only of this provider")
	cmd.Flags().StringVar(&kind, "kind", "", "only of this kind, as User")
	cmd.Flags().StringArrayVar(&e.Also, "also", nil, "what else it is called, as an address or a full name; may be given several times")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	cmd.Flags().StringVar(&e.Reason, "reason", "", "why; no personal data (required)")
	cmd.Flags().StringVar(&who, "by", "", "who asks for it (required)")
	cmd.Flags().StringVar(&approver, "approved-by", "", "who approves it: somebody else (required)")
	mustGive(cmd, "resource", "reason", "by", "approved-by")
	return cmd
}

// erasedOut is controlwatch.erase/v1.
type erasedOut struct {
	Schema    string `json:"schema"`
	Compacted bool   `json:"compacted"`
	store.Erased
}

// tellErased says what was erased and where the resource is still named.
func (p *program) tellErased(done store.Erased, compacted bool, output string) error {
	if output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(erasedOut{"controlwatch.erase/v1", compacted, done})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d facts and %d names of %d resources, %d bodies of answers and %d records of pulls are erased, %d bytes (record %s)\n",
		done.Bodies, done.Names, done.Resources, done.Answers, done.Pulls, done.Bytes, done.ID)
	if done.Shared > 0 {
		fmt.Fprintf(&b, "%d facts are left: something else has the same\n", done.Shared)
	}
	if !compacted {
		b.WriteString("The file was not written anew, and may hold copies of what was moved about in it: stop the daemon and run \"controlwatch store compact\".\n")
	}
	if len(done.Left) == 0 {
		b.WriteString("Nothing in the store names it any more.\n")
	} else {
		b.WriteString("STILL NAMED IN\n")
	}
	for _, left := range done.Left {
		fmt.Fprintf(&b, "  %d %s: %s\n", left.Count, left.Where, left.Why)
		if len(left.Examples) > 0 {
			fmt.Fprintf(&b, "    %s\n", report.Safe(strings.Join(left.Examples, ", ")))
		}
	}
	b.WriteString("Copies of the store, exports and what was sent elsewhere were not searched.\n")
	_, err := io.WriteString(p.stdout, b.String())
	return err
}
