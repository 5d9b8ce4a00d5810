package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

type accessFlags struct {
	config, asOf, output, file string
	person, system             string
	privileged                 bool
	unused                     int
}

func newAccess(p *program) *cobra.Command {
	var f accessFlags
	cmd := &cobra.Command{
		Use:   "access",
		Short: "List who can reach what, with privilege, grant path and last use",
		Long: `Access lists, from evidence, what every account can reach: the account itself,
administrator roles, policies and groups, permission sets, repositories, applications,
keys, installed apps, roles that somebody outside can take on. Accounts are joined to
people by the employments of every source; one that joins to nobody, and one of which
nothing shows whose it is, say so. The same thing given in several ways is one row
with every path.

What was not seen stays "not seen", with its reason. --privileged lists what
administers and what may: a privilege that was not seen can be any. --unused lists
what nobody is known to have used for so many days, where the last use was not seen
included. The last use is of the account, of the key or of the role, by day; no
provider tells it of each thing that was given.

First comes whether the list is complete: how many of the lists that access is known
from were seen to their end, and what hides more. controlwatch review has people
decide on it, and follows until a revocation is seen.

Exit codes: 0 listed, and nothing hides more · 2 could not list ·
3 listed, and there may be access that is not`,
		Example: `  controlwatch access
  controlwatch access --person ada@example.com
  controlwatch access --system payments --privileged -o xlsx -f access.xlsx
  controlwatch access --unused 90 --as-of 2026-06-30`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter := soc2.AccessFilter{Person: f.person, System: f.system, Privileged: f.privileged}
			if cmd.Flags().Changed("unused") {
				if f.unused < 1 {
					return fmt.Errorf("--unused: %d is no number of days; expected 1 or more", f.unused)
				}
				filter.Unused = &f.unused
			}
			return p.access(cmd.Context(), f, filter)
		},
	}
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "configuration that states the scope")
	cmd.Flags().StringVar(&f.asOf, "as-of", "now", "what the store held at "+momentForms)
	cmd.Flags().StringVar(&f.person, "person", "", "only what this person has: work address, or name of an account")
	cmd.Flags().StringVar(&f.system, "system", "", "only what belongs to this system")
	cmd.Flags().BoolVar(&f.privileged, "privileged", false, "only what administers, or may")
	cmd.Flags().IntVar(&f.unused, "unused", 0, "only what is not known to have been used for this many days")
	cmd.Flags().StringVarP(&f.output, "output", "o", "table", "table, csv, json or xlsx")
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "write to this file, which must not exist yet, instead of standard output")
	return cmd
}

func (p *program) access(ctx context.Context, f accessFlags, filter soc2.AccessFilter) error {
	write, err := p.accessFormat(f.output)
	if err != nil {
		return err
	}
	line, at, err := p.openScoped(ctx, f.config, f.asOf)
	if err != nil {
		return err
	}
	defer line.close() //nolint:errcheck // nothing was written
	if err := line.knownSystem(f.system); err != nil {
		return err
	}
	a := &report.Access{Filter: filter}
	if a.SampleData, err = line.store.SampleData(ctx); err != nil {
		return err
	}
	if a.Access, err = line.assessor.Access(ctx, line.store, at); err != nil {
		return err
	}
	if f.person != "" && !slices.ContainsFunc(a.Rows, func(r soc2.AccessRow) bool {
		return soc2.AccessFilter{Person: f.person}.Picks(&r, at)
	}) {
		fmt.Fprintf(p.stderr, "%s: nothing that was seen is theirs by that name; accounts that are not joined to a person may be\n", report.Safe(f.person))
	}
	if err := p.writeOut("--file", f.file, func(w io.Writer) error { return write(w, a) }); err != nil {
		return err
	}
	if !a.Complete() {
		return exitError{exitIncomplete}
	}
	return nil
}

// knownSystem refuses a system that the scope does not have.
func (l *past) knownSystem(name string) error {
	if name == "" {
		return nil
	}
	var systems []string
	for _, s := range l.assessor.Scope.Systems {
		systems = append(systems, s.ID)
	}
	return unknown("--system", "system", []string{name}, systems)
}

func (p *program) accessFormat(name string) (func(io.Writer, *report.Access) error, error) {
	switch name {
	case "table":
		return func(w io.Writer, a *report.Access) error { return report.AccessTable(w, a, p.reportOptionsFor(w)) }, nil
	case "csv":
		return report.AccessCSV, nil
	case "json":
		return report.AccessJSON, nil
	case "xlsx":
		return report.AccessXLSX, nil
	}
	return nil, fmt.Errorf("--output: %q is not a format; expected table, csv, json or xlsx", name)
}
