package evaluators

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Version is raised whenever the engine can judge the same evidence differently.
const Version = "2"

// Engine is a compiled catalogue under the parameters in force. It is safe for
// concurrent use.
type Engine struct {
	judge    soc2.Judge
	checks   []*check // in the order of the catalogue
	byKind   map[evidence.Kind][]*check
	attested []soc2.Control
	systems  []string // in scope, of which some controls are attested one by one
	inForce  map[string]map[string]any

	attestationShown []observed.Path
}

// check is one compiled check of one control.
type check struct {
	soc2.Check
	control     string
	severity    soc2.Severity
	env         *expression.Env
	when, pass  *expression.Program // when is nil: always
	shown       []observed.Path
	desired     string
	remediation map[string]string
}

// New compiles a catalogue. Parameters override the controls' defaults, by
// control and name; one that does not exist, or has another type than its
// default, is an error.
func New(cat soc2.Catalogue, parameters map[string]map[string]any) (*Engine, error) {
	e := &Engine{byKind: map[evidence.Kind][]*check{}}
	inForce := map[string]map[string]any{}
	e.inForce = inForce
	var problems []error
	if err := knownControls(cat, parameters); err != nil {
		problems = append(problems, err)
	}
	for _, c := range cat.Controls {
		values, err := override(c, parameters[c.ID])
		if err != nil {
			problems = append(problems, err)
			continue
		}
		inForce[c.ID] = values
		if c.AttestationAsked != nil {
			if _, err := validity(c.AttestationAsked.Validity); err != nil {
				problems = append(problems, fmt.Errorf("control %s: attestation: validity: %w", c.ID, err))
			}
			e.attested = append(e.attested, c)
		}
		compiled, err := compileControl(c, values)
		if err != nil {
			problems = append(problems, err)
		}
		for _, k := range compiled {
			e.checks = append(e.checks, k)
			e.byKind[k.Kind] = append(e.byKind[k.Kind], k)
		}
	}
	for _, checks := range e.byKind { // so that a resource's findings come sorted
		slices.SortStableFunc(checks, func(a, b *check) int {
			return cmp.Or(cmp.Compare(a.control, b.control), cmp.Compare(a.ID, b.ID))
		})
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	for _, text := range []string{"result", "performed_at", "performed_by", "reviewed_by", "system", "note", "files"} {
		p, err := observed.Parse(attestationKind, text)
		if err != nil {
			return nil, fmt.Errorf("show attestations: %w", err)
		}
		e.attestationShown = append(e.attestationShown, p)
	}
	canonical, err := json.Marshal(inForce)
	if err != nil {
		return nil, fmt.Errorf("digest parameters: %w", err)
	}
	e.judge = soc2.Judge{Catalogue: cat.Digest, Parameters: evidence.Digest(canonical), Engine: Version, Derive: derive.Version}
	return e, nil
}

// Judge names what judges: same judge and same evidence, same verdict.
func (e *Engine) Judge() soc2.Judge { return e.judge }

// InForce gives the parameters that are judged by, of every control. They must not
// be changed.
func (e *Engine) InForce() map[string]map[string]any { return e.inForce }

func knownControls(cat soc2.Catalogue, parameters map[string]map[string]any) error {
	for _, id := range slices.Sorted(maps.Keys(parameters)) {
		if !slices.ContainsFunc(cat.Controls, func(c soc2.Control) bool { return c.ID == id }) {
			return fmt.Errorf("parameters: there is no control %q: `controlwatch controls list` shows those there are", id)
		}
	}
	return nil
}

// override gives the control's parameters in force.
func override(c soc2.Control, overrides map[string]any) (map[string]any, error) {
	values := map[string]any{}
	for name, def := range c.Parameters {
		v, err := expression.Parameter(def)
		if err != nil {
			return nil, fmt.Errorf("control %s: parameter %s %w", c.ID, name, err)
		}
		values[name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		def, ok := values[name]
		if !ok {
			return nil, fmt.Errorf("control %s has no parameter %q: expected %s", c.ID, name, known(values))
		}
		v, err := expression.Override(def, overrides[name])
		if err != nil {
			return nil, fmt.Errorf("control %s: parameter %s %w", c.ID, name, err)
		}
		values[name] = v
	}
	return values, nil
}

func known(values map[string]any) string {
	if len(values) == 0 {
		return "none, it has no parameters"
	}
	return "one of " + strings.Join(slices.Sorted(maps.Keys(values)), ", ")
}
