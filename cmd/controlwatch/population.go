package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// populationFlags are what population and sample ask for alike.
type populationFlags struct {
	file, from, to      string
	providers, accounts []string
}

func (f *populationFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration whose sources say how old a pull may be")
	cmd.Flags().StringVar(&f.from, "from", "", "first day of the period, such as 2026-01-01, in UTC (required)")
	cmd.Flags().StringVar(&f.to, "to", "", "last day of the period; it is in (required)")
	cmd.Flags().StringSliceVar(&f.providers, "provider", nil, "only what is at these providers")
	cmd.Flags().StringSliceVar(&f.accounts, "account", nil, "only what is in these accounts, organisations or tenants")
}

func newPopulation(p *program) *cobra.Command {
	var flags populationFlags
	var output, file string
	cmd := &cobra.Command{
		Use:   "population KIND",
		Short: "List everything of a kind that existed in a period, and how the list was made",
		Long: `Population lists everything of a kind that existed, began or ended in a period,
from what was pulled then: accounts, buckets, leavers, merged changes. It is what a
sample is drawn from, so it comes with what it takes to test that it is whole: the
lists it is made of and their pulls, the source's own totals, who asked, the times
that nobody looked (holes), and how short something can have lived without being
seen. What may belong and is not proven to is in the list, marked NOT CERTAIN.

When something came or went is known between two pulls that saw all of its list:
both bounds are shown. Lists that people took out of other systems (HR, tickets,
devices) say who prepared them and which second person confirmed them.

KIND is one of
` + populationKinds() + `or the name of any kind of fact (controlwatch facts kinds).

The digest is the SHA-256 of what -o canonical prints; docs/sampling.md says more.

Exit codes: 0 listed, and its lists were looked at all the time · 2 could not list ·
3 listed, and there are holes in the period, or nothing was looked at`,
		Example: `  controlwatch population users --from 2026-01-01 --to 2026-06-30
  controlwatch population merged-changes --from 2026-01-01 --to 2026-06-30 -o xlsx -f changes.xlsx
  controlwatch population leavers --from 2026-01-01 --to 2026-06-30 -o canonical | sha256sum
  controlwatch population confirm personio/employment --by noor@example.com`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completePopulations,
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := populationFormat(p, output)
			if err != nil {
				return err
			}
			found, err := p.population(cmd.Context(), args[0], flags)
			if err != nil {
				return err
			}
			if err := p.writeOut("--file", file, func(w io.Writer) error { return write(w, found) }); err != nil {
				return err
			}
			if !found.Complete {
				return exitError{exitIncomplete}
			}
			return nil
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text, csv, json, xlsx or canonical (whose SHA-256 is the digest)")
	cmd.Flags().StringVarP(&file, "file", "f", "", "write to this file, which must not exist yet, instead of standard output")
	cmd.AddCommand(newPopulationConfirm(p))
	return cmd
}

func populationKinds() string {
	var b strings.Builder
	for _, k := range soc2.PopulationKinds {
		fmt.Fprintf(&b, "  %-16s%s\n", k.Name, k.Doc)
	}
	return b.String()
}

func completePopulations(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, k := range soc2.PopulationKinds {
		names = append(names, k.Name+"\t"+k.Doc)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func populationFormat(p *program, name string) (func(io.Writer, soc2.Population) error, error) {
	switch name {
	case "text":
		return func(w io.Writer, found soc2.Population) error { return report.Population(w, found, p.reportOptions()) }, nil
	case "csv":
		return report.PopulationCSV, nil
	case "json":
		return report.PopulationJSON, nil
	case "xlsx":
		return report.PopulationXLSX, nil
	case "canonical":
		return func(w io.Writer, found soc2.Population) error { return found.WriteCanonical(w) }, nil
	}
	return nil, fmt.Errorf("--output: %q is not a format; expected text, csv, json, xlsx or canonical", name)
}

// population opens the store and lists.
func (p *program) population(ctx context.Context, name string, flags populationFlags) (soc2.Population, error) {
	q, err := flags.query(name, p.now())
	if err != nil {
		return soc2.Population{}, err
	}
	line, err := p.openPast(ctx, flags.file)
	if err != nil {
		return soc2.Population{}, err
	}
	defer line.close() //nolint:errcheck // nothing was written
	return line.population(ctx, q)
}

func (f populationFlags) query(name string, now time.Time) (q soc2.PopulationQuery, err error) {
	if q.Of, err = soc2.PopulationOf(name); err != nil {
		return q, err
	}
	if f.from == "" || f.to == "" {
		return q, errors.New("--from and --to are required: a population is of a period, such as --from 2026-01-01 --to 2026-06-30")
	}
	if q.From, err = anyMoment(f.from, now, func(day time.Time) time.Time { return day }); err != nil {
		return q, fmt.Errorf("--from: %w", err)
	}
	if q.To, err = anyMoment(f.to, now, func(day time.Time) time.Time { return day.AddDate(0, 0, 1) }); err != nil {
		return q, fmt.Errorf("--to: %w", err)
	}
	if !q.From.Before(q.To) {
		return q, fmt.Errorf("--to: %s is not after --from %s", f.to, f.from)
	}
	if q.From.After(now) {
		return q, fmt.Errorf("--from: the period has not begun: it is %s", now.UTC().Format(time.RFC3339))
	}
	q.Providers, q.Accounts = f.providers, f.accounts
	return q, nil
}

// population lists what the store knows, with what second persons confirmed.
func (l *past) population(ctx context.Context, q soc2.PopulationQuery) (soc2.Population, error) {
	h, err := l.store.History(ctx, store.HistoryQuery{
		Kind: q.Of.Kind, From: q.From, To: q.To, Sources: l.assessor.Sources, MaxAge: config.DefaultMaxAge,
	})
	if err != nil {
		return soc2.Population{}, err
	}
	if err := knownPlaces(h, q); err != nil {
		return soc2.Population{}, err
	}
	if !q.Of.Dated() {
		// Entries lie in pulls after the period too: what began in it may be read later.
		if q.Events, err = l.store.History(ctx, store.HistoryQuery{Kind: "ChangeEvent", From: q.From, To: l.assessor.Clock(), Sources: l.assessor.Sources, MaxAge: config.DefaultMaxAge}); err != nil {
			return soc2.Population{}, err
		}
	}
	p := soc2.PopulationFrom(h, q)
	confirmed, err := confirmations(ctx, l.store)
	if err != nil {
		return soc2.Population{}, err
	}
	p.Confirm(confirmed)
	return p, nil
}

// knownPlaces refuses a provider or account that no list is of: a misspelt one
// would show an empty population.
func knownPlaces(h soc2.History, q soc2.PopulationQuery) error {
	var providers, accounts []string
	for _, l := range h.Lists {
		providers = append(providers, l.Feed.Scope.Provider)
		accounts = append(accounts, l.Feed.Scope.Account)
	}
	return errors.Join(
		unknown("--provider", "list of "+q.Of.Name+" from provider", q.Providers, distinct(providers)),
		unknown("--account", "account with a list of "+q.Of.Name, q.Accounts, distinct(accounts)),
	)
}

// actor is who a command is run by, as far as that can be known here.
func (p *program) actor(flag, given string) (string, error) {
	for _, name := range []string{given, p.env("USER"), p.env("LOGNAME")} {
		if name = strings.TrimSpace(name); name != "" {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s: missing; say who does this, for the record", flag)
}
