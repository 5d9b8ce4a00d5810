package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func newExplain(p *program) *cobra.Command {
	var file, asOf string
	cmd := &cobra.Command{
		Use:   "explain CONTROL[/CHECK] [RESOURCE]",
		Short: "Explain why a check says what it says of a resource",
		Long: `Explain shows what was read of a resource, by which collector, when, as whom and
with which calls; the condition it was judged by; what was not seen and why; what
is desired and how to get there; the criteria and why they care; what other tools
call the check; and the decision to live with it, if there is one.

RESOURCE is its name or id, or a part of one that fits no other resource. Without
it every resource the control judges is listed, what fails first.

It works from what the store held last, or at --as-of (a date, a time, -7d), and
looks at nothing. Without -c everything the store knows is judged, by the
catalogue's own parameters and without decisions; with it, as scan -c does.`,
		Example: `  controlwatch explain people-use-multi-factor-sign-in
  controlwatch explain people-use-multi-factor-sign-in ada@example.com -c controlwatch.yaml
  controlwatch explain devices-are-managed/device-is-encrypted C02XK --as-of 2026-10-31`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeControls,
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := p.explain(cmd.Context(), args, file, asOf)
			if err != nil {
				return err
			}
			return report.Explain(p.stdout, e, p.reportOptions())
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration whose sources, parameters and decisions judge")
	cmd.Flags().StringVar(&asOf, "as-of", "", "explain what the store held at this time")
	return cmd
}

func (p *program) explain(ctx context.Context, args []string, file, asOf string) (report.Explanation, error) {
	e := report.Explanation{At: p.now(), AsOf: asOf != "", Outcomes: map[soc2.Outcome]int{}}
	var err error
	if asOf != "" {
		if e.At, err = momentOf(asOf, p.now()); err != nil {
			return e, fmt.Errorf("--as-of: %w", err)
		}
	}
	cat, err := catalogue.Load()
	if err != nil {
		return e, err
	}
	var check string
	if e.Control, check, err = checkNamed(cat, args[0]); err != nil {
		return e, err
	}
	line, err := p.openPast(ctx, file)
	if err != nil {
		return e, err
	}
	defer line.close() //nolint:errcheck // nothing was written
	if err := line.known(ctx, p, e.At); err != nil {
		return e, err
	}
	if err := explainable(&e, cat, line.parameters[e.Control.ID]); err != nil {
		return e, err
	}
	found, err := line.findings(ctx, e.At, e.Control.ID, check)
	if err != nil {
		return e, err
	}
	resources := map[evidence.Key]bool{}
	for _, f := range found {
		e.Outcomes[f.Outcome]++
		resources[f.Resource.Key()] = true
	}
	e.Resources = len(resources)
	if len(args) == 2 {
		if found, err = ofResource(found, args[1], args[0]); err != nil {
			return e, err
		}
	}
	if len(args) == 2 || len(resources) == 1 {
		e.Findings = found
		return e, nil
	}
	slices.SortStableFunc(found, func(a, b report.Explained) int {
		return slices.Index(soc2.Outcomes, a.Outcome) - slices.Index(soc2.Outcomes, b.Outcome)
	})
	for _, f := range found {
		e.Listed = append(e.Listed, f.Finding)
	}
	return e, nil
}

// checkNamed reads CONTROL, CONTROL/CHECK or the id of a check.
func checkNamed(cat soc2.Catalogue, text string) (soc2.Control, string, error) {
	id, check, _ := strings.Cut(text, "/")
	control, err := controlOf(cat, id)
	if err != nil {
		ids := make([]string, len(cat.Controls))
		for i, c := range cat.Controls {
			ids[i] = c.ID
		}
		if alike := near(id, ids); len(alike) > 0 {
			err = fmt.Errorf("%w; like it are %s", err, strings.Join(alike, ", "))
		}
		return control, "", err
	}
	var checks []string
	for _, k := range control.Checks {
		checks = append(checks, k.ID)
	}
	if control.AttestationAsked != nil {
		checks = append(checks, soc2.AttestationCheck)
	}
	if control.ID != id && check == "" {
		check = id // it is a check's
	}
	if check != "" && !slices.Contains(checks, check) {
		return control, "", fmt.Errorf("control %s has no check %q: it has %s", control.ID, check, strings.Join(checks, ", "))
	}
	return control, check, nil
}

// explainable adds what the catalogue knows to an explanation.
func explainable(e *report.Explanation, cat soc2.Catalogue, overrides map[string]any) error {
	e.Criteria, e.Peers, e.Parameters = map[string]string{}, map[string][]string{}, map[string]any{}
	for _, c := range cat.Criteria {
		e.Criteria[c.ID] = c.Title
	}
	maps.Copy(e.Parameters, e.Control.Parameters)
	maps.Copy(e.Parameters, overrides)
	rows, err := catalogue.Rows()
	if err != nil {
		return err
	}
	add := func(check string, covers []string) {
		for _, row := range rows {
			if slices.Contains(covers, row.ID) {
				e.Peers[check] = append(e.Peers[check], slices.Concat([]string{row.ID + " · " + row.Title}, row.Peers, row.CIS)...)
			}
		}
	}
	for _, k := range e.Control.Checks {
		add(k.ID, k.Covers)
	}
	if a := e.Control.AttestationAsked; a != nil {
		add(soc2.AttestationCheck, a.Covers)
	}
	return nil
}

// findings gives those of a control, or of one of its checks, with what stands behind them.
func (l *past) findings(ctx context.Context, at time.Time, control, check string) ([]report.Explained, error) {
	view, err := l.store.Past(ctx, at, l.assessor.Sources)
	if err != nil {
		return nil, err
	}
	feeds := view.Evidence().Feeds
	if err := view.Close(); err != nil {
		return nil, err
	}
	conditions := map[string]string{}
	for _, c := range l.judge.catalogue.Controls {
		if c.ID == control {
			for _, k := range c.Checks {
				conditions[k.ID] = k.Pass + " " + k.When + " self." + strings.Join(k.Observed, " self.")
			}
		}
	}
	var found []report.Explained
	err = l.assessor.EachAsOf(ctx, l.store, at, func(j *evaluators.Judged) error {
		if !slices.ContainsFunc(j.Findings, func(f soc2.Finding) bool { return f.Control == control }) {
			return nil
		}
		j.Show()
		for _, f := range j.Findings {
			if f.Control != control || check != "" && f.Check != check {
				continue
			}
			f.Observed = slices.Clone(f.Observed)
			x := report.Explained{Finding: f, Holes: slices.Clone(f.Holes), Feeds: owning(feeds, f.Resource)}
			if fact, ok := j.Fact(); ok {
				x.Fact = &fact
				if err := readFields(&x, fact, conditions[f.Check]); err != nil {
					return err
				}
			}
			found = append(found, x)
		}
		return nil
	})
	return found, err
}

// owning gives the feeds that read a resource, or that should have.
func owning(feeds []evidence.FeedState, r evidence.Resource) []evidence.FeedState {
	var out []evidence.FeedState
	for _, f := range feeds {
		s := f.ID.Scope
		if s.Provider == r.Provider && s.Account == r.Account && (s.Region == "" || s.Region == r.Region) &&
			slices.ContainsFunc(f.Populations, func(p evidence.Population) bool { return p.Type == r.Type }) {
			out = append(out, f)
		}
	}
	return out
}

var selfField = regexp.MustCompile(`\bself\.([A-Za-z0-9_]+)`)

// readFields fills in the fields a condition reads, and those its report shows.
func readFields(x *report.Explained, fact evidence.Fact, condition string) error {
	x.Seen = fact.Seen
	b, err := json.Marshal(fact.Body)
	if err != nil {
		return fmt.Errorf("show %s: %w", fact.Resource.ID, err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return fmt.Errorf("show %s: %w", fact.Resource.ID, err)
	}
	done := map[string]bool{}
	for _, m := range selfField.FindAllStringSubmatch(condition, -1) {
		name := m[1]
		if done[name] {
			continue
		}
		done[name] = true
		field := report.ReadField{Name: name, Value: all[name]}
		if len(field.Value) == 0 {
			field.Value = json.RawMessage("null") // left out when it is nil
		}
		if string(field.Value) == "null" {
			field.Why = "no collector reads it"
			if h, ok := fact.Hole(name); ok {
				field.Why = string(h.Reason)
			}
		}
		x.Fields = append(x.Fields, field)
	}
	for name := range all {
		if !done[name] {
			x.Others++
		}
	}
	return nil
}

// ofResource picks one resource by its name or id, or by a part of one that fits
// no other.
func ofResource(found []report.Explained, text, of string) ([]report.Explained, error) {
	low := strings.ToLower(text)
	for _, fits := range []func(evidence.Resource) bool{
		func(r evidence.Resource) bool { return r.ID == text },
		func(r evidence.Resource) bool { return r.Name == text },
		func(r evidence.Resource) bool {
			return strings.Contains(strings.ToLower(r.Name), low) || strings.Contains(strings.ToLower(r.ID), low)
		},
	} {
		keys := map[evidence.Key]bool{}
		var out []report.Explained
		var names []string
		for _, x := range found {
			if !fits(x.Resource) {
				continue
			}
			if !keys[x.Resource.Key()] {
				r := x.Resource
				names = append(names, fmt.Sprintf("  %s %s (%s), id %s", report.Safe(r.Type), report.Safe(r.Label()), report.Safe(cmp.Or(strings.Trim(r.Account+" "+r.Region, " "), "no account")), report.Safe(r.ID)))
			}
			keys[x.Resource.Key()] = true
			out = append(out, x)
		}
		if len(keys) == 1 {
			return out, nil
		}
		if len(keys) > 1 {
			return nil, fmt.Errorf("%s fits %d resources: give one's id\n%s", report.Safe(text), len(keys), shortList(names))
		}
	}
	if len(found) == 0 {
		return nil, errors.New(of + " judges no resource: nothing of the kind was seen")
	}
	var names []string
	for _, x := range found {
		if name := "  " + report.Safe(x.Resource.Label()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return nil, fmt.Errorf("%s judges no resource called %s: it judges\n%s", of, report.Safe(text), shortList(names))
}

func shortList(names []string) string {
	const most = 12
	if len(names) > most {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("  and %d more", len(names)-most))
	}
	return strings.Join(names, "\n")
}
