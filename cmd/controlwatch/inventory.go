package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

type inventoryFlags struct {
	config, asOf, output, file string

	system                          string
	kinds                           []string
	unowned, unclassified, unscoped bool
	dataFlow                        bool
}

func newInventory(p *program) *cobra.Command {
	var f inventoryFlags
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "List every asset with its system, owner, data and exposure",
		Long: `Inventory lists what the company has, from evidence: cloud resources, repositories,
applications, identities, keys, devices and vendors. Each comes with the systems of
the configuration's scope that claim it, its owner and how that is known, what it
runs for, the classes of data it holds, whether the internet reaches it, and its
main security configuration. An asset without a system or an owner, and one that can
hold data of a class nobody knows, is a gap.

The owner is the first that is known: a tag that names a team, a member of one or an
e-mail address (scope.tags says which tags; owner and team by default) · the
provider's own record (of devices, vendors and accounts) · the owner of the first
system that claims it · the first rule of scope.owners that applies. The environment
is the most serious of what tag and systems say; data is everything they say. Tags
place an asset and never take it out.

Without -c the scope is the one that the newest assessment by then was made with.

With --data-flow it draws how data flows instead: systems, third parties, identity
providers and the internet, what crosses between them, and whether it is encrypted in
transit: yes, no, or not seen. It is made of what the scope states (uses) and of what
evidence shows: load balancers, public stores and functions, webhooks, identity
providers, roles others can take on. Nothing in it proves that nothing else flows.

Exit codes: 0 listed, and every list of assets was seen · 2 could not list ·
3 listed, and some list was not seen to its end: the inventory is not complete`,
		Example: `  controlwatch inventory -c controlwatch.yaml
  controlwatch inventory -c controlwatch.yaml --system payments --kind Datastore
  controlwatch inventory --unowned --unclassified
  controlwatch inventory --data-flow -o mermaid > flow.mmd
  controlwatch inventory --data-flow -o svg -f flow.svg
  controlwatch inventory --as-of 2026-06-30 -o xlsx -f inventory.xlsx`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !f.dataFlow {
				return p.inventory(cmd.Context(), f)
			}
			if !cmd.Flags().Changed("output") {
				f.output = "mermaid"
			}
			return p.dataFlow(cmd.Context(), f)
		},
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that states the scope")
	cmd.Flags().StringVar(&f.asOf, "as-of", "now", "what the store held at "+momentForms)
	cmd.Flags().StringVar(&f.system, "system", "", "only what belongs to this system")
	cmd.Flags().StringSliceVar(&f.kinds, "kind", nil, "only these kinds of fact (repeat it, or a,b)")
	cmd.Flags().BoolVar(&f.unowned, "unowned", false, "only what has no owner")
	cmd.Flags().BoolVar(&f.unclassified, "unclassified", false, "only what can hold data of a class nobody knows")
	cmd.Flags().BoolVar(&f.unscoped, "unscoped", false, "only what no system claims")
	cmd.Flags().BoolVar(&f.dataFlow, "data-flow", false, "draw how data flows between systems, third parties and the internet")
	cmd.Flags().StringVarP(&f.output, "output", "o", "table", "table, csv, json or xlsx; with --data-flow mermaid (the default), svg or json")
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "write to this file, which must not exist yet, instead of standard output")
	_ = cmd.RegisterFlagCompletionFunc("kind", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return assetKindNames(), cobra.ShellCompDirectiveNoFileComp
	}) // the flag was added above
	return cmd
}

func assetKindNames() []string {
	names := make([]string, len(soc2.AssetKinds))
	for i, k := range soc2.AssetKinds {
		names[i] = string(k.Kind)
	}
	return names
}

func (p *program) inventory(ctx context.Context, f inventoryFlags) error {
	write, err := p.inventoryFormat(f.output)
	if err != nil {
		return err
	}
	if err := unknown("--kind", "kind of asset", f.kinds, assetKindNames()); err != nil {
		return err
	}
	line, at, err := p.openScoped(ctx, f.config, f.asOf)
	if err != nil {
		return err
	}
	defer line.close() //nolint:errcheck // nothing was written
	scope := line.assessor.Scope
	if f.system != "" {
		var systems []string
		for _, s := range scope.Systems {
			systems = append(systems, s.ID)
		}
		if err := unknown("--system", "system", []string{f.system}, systems); err != nil {
			return err
		}
	}
	in := &report.Inventory{At: at, Systems: scope.Systems, Filter: f.filter()}
	if in.SampleData, err = line.store.SampleData(ctx); err != nil {
		return err
	}
	var unseen []soc2.ScopedHole
	in.Each = func(each func(soc2.InventoryItem) error) error {
		feeds, err := line.assessor.Inventory(ctx, line.store, at, each)
		unseen = soc2.UnseenAssets(feeds, at)
		return err
	}
	in.Unseen = func() []soc2.ScopedHole { return unseen }
	if err := p.writeOut("--file", f.file, func(w io.Writer) error { return write(w, in) }); err != nil {
		return err
	}
	if len(unseen) > 0 {
		return exitError{exitIncomplete}
	}
	return nil
}

func (f inventoryFlags) filter() soc2.InventoryFilter {
	out := soc2.InventoryFilter{System: f.system}
	for _, k := range f.kinds {
		out.Kinds = append(out.Kinds, evidence.Kind(k))
	}
	for _, m := range []struct {
		asked   bool
		missing soc2.Missing
	}{{f.unowned, soc2.MissingOwner}, {f.unclassified, soc2.MissingClassification}, {f.unscoped, soc2.MissingSystem}} {
		if m.asked {
			out.Missing = append(out.Missing, m.missing)
		}
	}
	return out
}

func (p *program) inventoryFormat(name string) (func(io.Writer, *report.Inventory) error, error) {
	switch name {
	case "table":
		return func(w io.Writer, in *report.Inventory) error {
			return report.InventoryTable(w, in, p.reportOptionsFor(w))
		}, nil
	case "csv":
		return report.InventoryCSV, nil
	case "json":
		return report.InventoryJSON, nil
	case "xlsx":
		return report.InventoryXLSX, nil
	}
	return nil, fmt.Errorf("--output: %q is not a format; expected table, csv, json or xlsx", name)
}

// openScoped opens the store to be read as of a moment. Without a configuration the
// scope is the one that the newest assessment by then was made with.
func (p *program) openScoped(ctx context.Context, file, asOf string) (line *past, at time.Time, err error) {
	if at, err = momentOf(asOf, p.now()); err != nil {
		return nil, at, fmt.Errorf("--as-of: %w", err)
	}
	if line, err = p.openPast(ctx, file); err != nil {
		return nil, at, err
	}
	err = line.known(ctx, p, at)
	if err == nil && file == "" {
		_, err = line.keptScope(ctx, at)
	}
	if err != nil {
		line.close() //nolint:errcheck // nothing was written
		return nil, at, err
	}
	return line, at, nil
}

// keptScope takes the scope that was kept with the newest assessment by a time, and
// says when that was; zero: none was kept, or none was stated.
func (l *past) keptScope(ctx context.Context, at time.Time) (time.Time, error) {
	made, err := l.store.Made(ctx, l.began, at)
	if err != nil || len(made) == 0 {
		return time.Time{}, err
	}
	newest := slices.MaxFunc(made, func(a, b store.Made) int { return a.At.Compare(b.At) })
	kept, err := l.store.Basis(ctx, newest)
	if err != nil || kept == nil {
		return time.Time{}, err
	}
	basis, err := soc2.ReadBasis(kept)
	if err != nil || basis.Scope == nil {
		return time.Time{}, err
	}
	if l.assessor.Scope = *basis.Scope; !basis.Scope.Stated() {
		return time.Time{}, nil
	}
	return newest.At, nil
}
