package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// acceptFlags are a decision as it is asked for.
type acceptFlags struct {
	file, kind, control, until        string
	selects                           []string
	parameter, source, setting, value string
	leaves, reason, compensating      string
	by                                signedBy
}

func newAccept(p *program) *cobra.Command {
	var f acceptFlags
	cmd := &cobra.Command{
		Use:   "accept CONTROL[/CHECK] RESOURCE --reason TEXT --until DATE --by NAME",
		Short: "Ask for a decision: to live with a finding, or anything else that narrows",
		Long: `Accept records that somebody asks to live with a failing finding, until a day. It is
a request until another person says yes (controlwatch approve ID), and in force from
then on. An accepted finding still fails, in every report; it is marked with who
accepted it, until when, why, and what is done instead. No acceptance removes,
shortens or back-dates a deviation. When it ends, what still fails comes back as drift.

CONTROL[/CHECK] and RESOURCE name a finding as explain and evidence show do. --control
decides on a whole control, and with --select on the resources that fit: provider,
account, region, type, id and name, of which the last two may hold wildcards.

Whatever lowers a bar or shrinks what is looked at is the same kind of record:

  --kind exclusion    take findings out of every count; they are counted as excluded
  --kind relaxation   --control ID --parameter NAME=VALUE: the catalogue's value is not used
  --kind skip         --source aws --setting regions: something is left unread
  --kind scope        --leave-out Availability: a category or a system is not in scope any more

The last three change nothing by themselves: the configuration does, and without such
a decision every report says "narrowed without a recorded decision".

--until is a day, to its end in UTC, or a time such as 2027-03-31T18:00:00+02:00.`,
		Example: `  controlwatch accept people-use-multi-factor-sign-in ada@example.com --reason "break-glass account" \
    --compensating "password in two sealed halves, use alarmed" --until 2027-03-31 --by "Ada Lovelace"
  controlwatch accept --control data-can-be-recovered --select account=123456789012 --select name='tmp-*' \
    --reason "scratch data, rebuilt daily" --until 2027-01-31 --by ada
  controlwatch accept --kind scope --leave-out Privacy --reason "no personal data is kept" --until 2027-12-31 --by ada`,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: completeControls,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			line, err := p.openPast(cmd.Context(), f.file)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, line.close()) }()
			return p.accept(cmd.Context(), line, args, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "config", "c", "", "configuration that names the store, its sources, and people under identities")
	flags.StringVar(&f.kind, "kind", string(soc2.Accept), "acceptance, exclusion, relaxation, skip or scope")
	flags.StringVar(&f.control, "control", "", "a whole control, or what --select picks of it")
	flags.StringArrayVar(&f.selects, "select", nil, "resources, as account=123456789012 (repeat it; all must fit)")
	flags.StringVar(&f.parameter, "parameter", "", "of a relaxation: NAME=VALUE")
	flags.StringVar(&f.source, "source", "", "of a skip: the provider")
	flags.StringVar(&f.setting, "setting", "", "of a skip: the setting")
	flags.StringVar(&f.value, "value", "", "of a skip: the setting's value, as JSON; without it any")
	flags.StringVar(&f.leaves, "leave-out", "", "of the scope: a Trust Services category or a system")
	flags.StringVar(&f.reason, "reason", "", "why (required)")
	flags.StringVar(&f.compensating, "compensating", "", "what is done instead: a control's id, or words")
	flags.StringVar(&f.until, "until", "", "when it ends (required)")
	f.by.add(cmd, "by", "who asks for it (required)")
	mustGive(cmd, "reason", "until", "by")
	return cmd
}

func (p *program) accept(ctx context.Context, line *past, args []string, f acceptFlags) error {
	now := p.now()
	d, err := f.decision(line.judge.catalogue)
	if err == nil {
		err = line.finding(ctx, &d, args, now)
	}
	if err != nil {
		return err
	}
	d.Requester = strings.TrimSpace(f.by.name)
	if err := acceptable(d, line.judge.catalogue, now); err != nil {
		return err
	}
	picks, err := line.picks(ctx, d, now)
	if err != nil {
		return err
	}
	d.Requester = cmp.Or(f.person(p), d.Requester)
	body, err := d.Body()
	if err != nil {
		return err
	}
	id, actor, err := p.records(f.by, f.file)(ctx, line.store, store.Entry{Kind: soc2.EntryDecision, Subject: cmp.Or(d.Control, d.Source, d.Leaves), Body: body})
	if id != "" {
		fmt.Fprintf(p.stdout, "%s: %s asks for a decision, %s: %s, until %s. %s\nIt is in force when another person approves it: controlwatch approve %s --by NAME\n",
			id, report.Safe(actor.String()), d.Kind, report.Safe(d.Subject()), d.Expires.UTC().Format(time.RFC3339), picks, id)
	}
	return err
}

// person is the name that a signature will be recorded under, which is that of
// identities.
func (f acceptFlags) person(p *program) string {
	if f.by.key == "" || f.file == "" {
		return ""
	}
	people, err := p.people(f.file)
	if err != nil {
		return ""
	}
	one, _ := people.Find(f.by.name)
	return one.Name
}

func (f acceptFlags) decision(cat soc2.Catalogue) (soc2.Decision, error) {
	d := soc2.Decision{
		Kind: soc2.DecisionKind(f.kind), Control: f.control, Source: f.source, Setting: f.setting, Leaves: f.leaves,
		Reason: strings.TrimSpace(f.reason), Compensating: strings.TrimSpace(f.compensating),
	}
	if !slices.Contains(soc2.DecisionKinds, d.Kind) {
		return d, fmt.Errorf("--kind: %q is none; expected acceptance, exclusion, relaxation, skip or scope", f.kind)
	}
	var until config.Date
	if err := until.UnmarshalText([]byte(f.until)); err != nil {
		return d, fmt.Errorf("--until: %q is no day: expected one such as 2027-03-31, or a time with its zone such as 2027-03-31T18:00:00+02:00", f.until)
	}
	d.Expires = time.Time(until)
	if f.control != "" {
		control, check, err := checkNamed(cat, f.control)
		if err != nil {
			return d, fmt.Errorf("--control: %w", err)
		}
		d.Control, d.Check = control.ID, check
	}
	given := map[string]bool{}
	for _, s := range f.selects {
		if err := selectBy(&d.Select, s, given); err != nil {
			return d, fmt.Errorf("--select: %w", err)
		}
	}
	if f.value != "" {
		var v any
		if err := json.Unmarshal([]byte(f.value), &v); err != nil {
			return d, fmt.Errorf("--value: %q is not JSON: a text stands in quotes", f.value)
		}
		d.Value = plainJSON(v)
	}
	if f.parameter == "" {
		return d, nil
	}
	name, text, found := strings.Cut(f.parameter, "=")
	if !found {
		return d, fmt.Errorf("--parameter: expected NAME=VALUE, such as max_age_days=120, not %q", f.parameter)
	}
	d.Parameter = name
	err := relaxed(&d, cat, text)
	return d, err
}

// relaxed reads the value of a parameter in the parameter's own type.
func relaxed(d *soc2.Decision, cat soc2.Catalogue, text string) error {
	var control soc2.Control
	for _, c := range cat.Controls {
		if c.ID == d.Control {
			control = c
		}
	}
	def, has := control.Parameters[d.Parameter]
	if !has {
		return nil // Problems says so
	}
	value := any(text)
	if _, isText := def.(string); !isText {
		var parsed any
		if err := json.Unmarshal([]byte(text), &parsed); err != nil {
			return fmt.Errorf("--parameter: %q is no value as %s has it (%s)", text, d.Parameter, plainJSON(def))
		}
		value = parsed
		if n, ok := parsed.(float64); ok && n == float64(int64(n)) {
			value = int64(n)
		}
	}
	if _, err := evaluators.New(soc2.Catalogue{Controls: []soc2.Control{control}}, map[string]map[string]any{d.Control: {d.Parameter: value}}); err != nil {
		return fmt.Errorf("--parameter: %w", err)
	}
	d.Value = plainJSON(value)
	if d.Value == plainJSON(def) {
		return fmt.Errorf("--parameter: %s is %s in the catalogue: there is nothing to decide", d.Parameter, d.Value)
	}
	return nil
}

func selectBy(s *soc2.Selector, text string, given map[string]bool) error {
	key, value, found := strings.Cut(text, "=")
	fields := map[string]*string{"provider": &s.Provider, "account": &s.Account, "region": &s.Region, "type": &s.Type, "id": &s.ID, "name": &s.Name}
	field, known := fields[key]
	switch {
	case !found || value == "" || !known:
		return fmt.Errorf("%q: expected provider, account, region, type, id or name, as account=123456789012", text)
	case given[key]:
		return fmt.Errorf("%s is given twice: a decision selects by one; record two decisions", key)
	}
	given[key] = true
	*field = value
	return nil
}

// finding makes a decision one on the finding that the arguments name, if any do.
func (l *past) finding(ctx context.Context, d *soc2.Decision, args []string, now time.Time) error {
	switch {
	case len(args) == 0:
		return nil
	case d.Control != "" || d.Select != (soc2.Selector{}):
		return errors.New("a finding, or --control and --select: not both")
	case d.Kind != soc2.Accept && d.Kind != soc2.Exclude:
		return fmt.Errorf("--kind %s: it is about no finding; see controlwatch accept --help", d.Kind)
	}
	control, check, err := checkNamed(l.judge.catalogue, args[0])
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return fmt.Errorf("which resource? Give its name or id after %s, or decide on the whole control with --control %s", args[0], args[0])
	}
	found, err := l.findings(ctx, now, control.ID, check)
	if err != nil {
		return err
	}
	if found, err = ofResource(found, args[1], args[0]); err != nil {
		return err
	}
	d.Control, d.Check = control.ID, check
	d.Resource = soc2.ResourceKey(found[0].Resource.Key())
	if d.Kind == soc2.Accept && !slices.ContainsFunc(found, func(x report.Explained) bool { return x.Outcome == soc2.Fail }) {
		return fmt.Errorf("%s of %s is %s: only what fails can be accepted", args[0], report.Safe(found[0].Resource.Label()), found[0].Outcome)
	}
	return nil
}

// acceptable refuses what could never be in force, or would decide on everything.
func acceptable(d soc2.Decision, cat soc2.Catalogue, now time.Time) error {
	var errs []error
	for _, problem := range d.Problems(cat) {
		errs = append(errs, fmt.Errorf("%s %s", problem.Field, problem.Text))
	}
	if d.ExpiredAlready(now) {
		errs = append(errs, fmt.Errorf("--until: %s has passed: it is %s", d.Expires.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)))
	}
	return errors.Join(errs...)
}

// picks says what a decision would pick now, and what else picks that.
func (l *past) picks(ctx context.Context, d soc2.Decision, now time.Time) (string, error) {
	if d.Kind != soc2.Accept && d.Kind != soc2.Exclude {
		return "It says why the configuration is as it is, or will be.", nil
	}
	n, others := 0, map[string]bool{}
	err := l.assessor.EachAsOf(ctx, l.store, now, func(j *evaluators.Judged) error {
		for i := range j.Findings {
			f := &j.Findings[i]
			if !d.Picks(f) {
				continue
			}
			n++
			if a := f.Acceptance; a != nil && d.Kind == soc2.Accept {
				others[a.ID] = true
			}
			if f.ExcludedBy != "" && d.Kind == soc2.Exclude {
				others[f.ExcludedBy] = true
			}
		}
		return nil
	})
	told := fmt.Sprintf("It picks %d findings now.", n)
	switch n {
	case 0:
		told = "It picks nothing now."
	case 1:
		told = "It picks 1 finding now."
	}
	if len(others) > 0 {
		var ids []string
		for id := range others {
			ids = append(ids, report.Safe(id))
		}
		slices.Sort(ids)
		told += " It overlaps " + strings.Join(ids, ", ") + ": of decisions on one finding the one that ends first governs."
	}
	return told, err
}
