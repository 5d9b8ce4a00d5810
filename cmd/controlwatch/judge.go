package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// judge is the catalogue with this configuration's parameters and decisions.
type judge struct {
	catalogue soc2.Catalogue
	engine    *evaluators.Engine
	decisions []soc2.Decision
	scope     soc2.Scope
	confirm   soc2.Confirmation
	records   []store.Record
	people    func(a, b string) bool // whether two names are one person's
}

// shippedEngine judges by the catalogue's own parameters. One process may need it often,
// such as for each deed of the sample company's people.
var shippedEngine = sync.OnceValues(func() (*evaluators.Engine, error) {
	cat, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return evaluators.New(cat, nil)
})

func newJudge(c config.Config) (*judge, error) {
	cat, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("shipped catalogue: %w", err)
	}
	if err := knownControls(c, cat); err != nil {
		return nil, err
	}
	if err := knownScope(c, cat); err != nil {
		return nil, err
	}
	engine, err := shippedEngine()
	if err == nil && len(c.Controls.Parameters) > 0 {
		engine, err = evaluators.New(cat, c.Controls.Parameters)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: controls.parameters: %w", c.File, err)
	}
	j := &judge{catalogue: cat, engine: engine, people: onePerson(c.People()), confirm: soc2.Confirmation{Pulls: c.Confirm.Pulls, BySeverity: map[soc2.Severity]int{}}}
	for name, pulls := range c.Confirm.BySeverity {
		severity, err := soc2.ParseSeverity(name)
		if err != nil {
			return nil, fmt.Errorf("%s: confirm.by_severity: %w", c.File, err)
		}
		j.confirm.BySeverity[severity] = pulls
	}
	for _, d := range c.Decisions {
		j.decisions = append(j.decisions, configuredDecision(d))
	}
	if j.scope, err = scopeOf(c); err != nil {
		return nil, err
	}
	j.engine = j.engine.ForSystems(j.scope.Systems)
	j.records, err = records(c, cat)
	return j, err
}

// knownControls refuses decisions and parameters about controls there are not:
// a misspelt id would otherwise do nothing in silence.
func knownControls(c config.Config, cat soc2.Catalogue) error {
	known := func(id string) bool {
		return slices.ContainsFunc(cat.Controls, func(control soc2.Control) bool { return control.ID == id })
	}
	var errs []error
	for i, d := range c.Decisions {
		for _, problem := range configuredDecision(d).Problems(cat) {
			path := []any{"decisions", i}
			for step := range strings.SplitSeq(problem.Field, ".") {
				path = append(path, step)
			}
			errs = append(errs, c.Problem(path, "decisions[%d].%s: %s", i, problem.Field, problem.Text))
		}
	}
	for id := range c.Controls.Parameters {
		if !known(id) {
			errs = append(errs, c.Problem([]any{"controls", "parameters", id}, "controls.parameters: there is no control %q; see `controlwatch controls list`", id))
		}
	}
	return errors.Join(errs...)
}

// records are the inputs of judgement as bytes, so that a verdict can be
// replayed when catalogue and configuration have long moved on.
func records(c config.Config, cat soc2.Catalogue) ([]store.Record, error) {
	parts := []struct {
		kind  string
		value any
	}{
		{"parameters", c.Controls.Parameters},
		{"scope", c.Scope},
		{"confirm", c.Confirm},
		{"sources", c.Sources}, // without their settings, which may hold secrets
	}
	kept, err := catalogue.Encode(cat)
	if err != nil {
		return nil, err
	}
	out := []store.Record{{Kind: "catalogue", Digest: evidence.Digest(kept), Bytes: kept}}
	for _, part := range parts {
		b, err := json.Marshal(part.value)
		if err != nil {
			return nil, fmt.Errorf("keep %s: %w", part.kind, err)
		}
		out = append(out, store.Record{Kind: part.kind, Digest: evidence.Digest(b), Bytes: b})
	}
	return out, nil
}
