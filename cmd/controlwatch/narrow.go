package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

// filterFlags adds the flags that narrow what is shown and counted.
func filterFlags(cmd *cobra.Command, f *soc2.Filter) {
	cmd.Flags().StringSliceVar(&f.Providers, "provider", nil, "only what is at these providers (repeat it, or a,b)")
	cmd.Flags().StringSliceVar(&f.Controls, "control", nil, "only these controls")
	cmd.Flags().StringSliceVar(&f.Criteria, "criteria", nil, "only controls that bear on these criteria, as CC6.1")
	cmd.Flags().StringSliceVar(&f.Accounts, "account", nil, "only what is in these accounts, organisations or tenants")
	complete := func(list func() []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return list(), cobra.ShellCompDirectiveNoFileComp
		}
	}
	for name, list := range map[string]func() []string{"provider": providerNames, "control": controlIDs, "criteria": criterionIDs} {
		_ = cmd.RegisterFlagCompletionFunc(name, complete(list)) // the flag was added above
	}
}

func controlIDs() []string {
	cat, err := catalogue.Load()
	if err != nil {
		return nil
	}
	var ids []string
	for _, c := range cat.Controls {
		ids = append(ids, c.ID+"\t"+c.Title)
	}
	return ids
}

func criterionIDs() []string {
	cat, err := catalogue.Load()
	if err != nil {
		return nil
	}
	var ids []string
	for _, c := range cat.Criteria {
		ids = append(ids, c.ID+"\t"+c.Title)
	}
	return ids
}

// knownFilter refuses names there are not: a misspelt one would show nothing, and
// nothing looks like no gap. It puts criteria into upper case.
func knownFilter(f *soc2.Filter, cat soc2.Catalogue) error {
	var controls, criteria []string
	for _, c := range cat.Controls {
		controls = append(controls, c.ID)
	}
	for _, c := range cat.Criteria {
		criteria = append(criteria, c.ID)
	}
	for i := range f.Criteria {
		f.Criteria[i] = strings.ToUpper(f.Criteria[i])
	}
	return errors.Join(
		unknown("--provider", "provider", f.Providers, providerNames()),
		unknown("--control", "control", f.Controls, controls),
		unknown("--criteria", "criterion", f.Criteria, criteria),
	)
}

const mostListed = 61

// unknown says which names are not among those there are, and which there are.
func unknown(flag, what string, asked, known []string) error {
	var errs []error
	for _, name := range asked {
		if slices.Contains(known, name) {
			continue
		}
		list, more := known, ""
		if len(list) > mostListed {
			list, more = near(name, known), "; `controlwatch controls list` shows them all"
		}
		there := "there is " + strings.Join(list, ", ")
		if len(list) == 0 {
			there = "there is none like it"
		}
		if len(known) == 0 {
			there = "there is none at all"
		}
		errs = append(errs, fmt.Errorf("%s: there is no %s %q: %s%s", flag, what, name, there, more))
	}
	return errors.Join(errs...)
}

// near gives the names that share a word with one, at most a handful.
func near(name string, known []string) []string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	score := func(candidate string) (n int) {
		for _, w := range words {
			if len(w) > 2 && strings.Contains(candidate, w) {
				n += len(w)
			}
		}
		return n
	}
	var out []string
	for _, k := range known {
		if score(k) > 0 {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return score(b) - score(a) })
	return out[:min(len(out), 8)]
}

// narrow gives the part that was asked for. Places are known only now.
func narrow(a soc2.Assessment, f soc2.Filter, cat soc2.Catalogue) (soc2.Assessment, error) {
	if f.Empty() {
		return a, nil
	}
	var providers, accounts []string
	for _, feed := range a.Feeds {
		providers = append(providers, feed.ID.Scope.Provider)
		if f.Place(feed.ID.Scope.Provider, feed.ID.Scope.Account) || len(f.Accounts) > 0 {
			accounts = append(accounts, feed.ID.Scope.Account)
		}
	}
	if err := errors.Join(
		unknown("--provider", "evidence of provider", f.Providers, distinct(providers)),
		unknown("--account", "account", f.Accounts, distinct(accounts)),
	); err != nil {
		return a, err
	}
	return soc2.Narrow(a, f, cat)
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}
