package evaluators

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
	"github.com/controlwatch/controlwatch/soc2"
)

// testCase is one case of a control: facts in, outcome out. The catalogue's
// README describes the form.
type testCase struct {
	Name        string           `yaml:"name"`
	Check       string           `yaml:"check"`
	Now         time.Time        `yaml:"now"`
	Parameters  map[string]any   `yaml:"parameters"`
	Facts       []caseFact       `yaml:"facts"` // the first is judged
	Populations []casePopulation `yaml:"populations"`
	Expect      soc2.Outcome     `yaml:"expect"`
	Reason      string           `yaml:"reason"`

	line  int
	facts []evidence.Fact
}

type caseFact struct {
	Type    string          `yaml:"type"`
	Kind    evidence.Kind   `yaml:"kind"`
	ID      string          `yaml:"id"`
	Name    string          `yaml:"name"`
	Account string          `yaml:"account"`
	Region  string          `yaml:"region"`
	Body    strictyaml.Node `yaml:"body"`
	Holes   []evidence.Hole `yaml:"holes"`
}

type casePopulation struct {
	Type    string          `yaml:"type"`
	Kind    evidence.Kind   `yaml:"kind"`
	Account string          `yaml:"account"`
	Hole    evidence.Reason `yaml:"hole"` // empty: seen to its end
}

// What a case leaves out.
const caseAccount = "111122223333"

var caseNow = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// readCases reads one file of cases, strictly.
func readCases(fsys fs.FS, name string, control soc2.Control) ([]testCase, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	doc, err := strictyaml.Parse(name, b)
	if err != nil {
		return nil, err
	}
	list, ok := doc.Items()
	if !ok {
		return nil, doc.Problem("expected a list of cases")
	}
	r := caseReader{control: control, names: map[string]bool{}}
	cases := make([]testCase, 0, len(list))
	var problems []error
	for _, n := range list {
		c, err := r.read(n)
		problems = append(problems, err)
		cases = append(cases, c)
	}
	return cases, errors.Join(problems...)
}

type caseReader struct {
	control soc2.Control
	names   map[string]bool
}

func (r *caseReader) read(n strictyaml.Node) (testCase, error) {
	c := testCase{line: n.Line(), Now: caseNow}
	if err := n.Decode(&c); err != nil {
		return c, err
	}
	wrong := func(format string, args ...any) error {
		return n.Problem("case %q: %s", c.Name, fmt.Sprintf(format, args...))
	}
	kind, err := r.kindOf(c.Check)
	switch {
	case strings.TrimSpace(c.Name) == "":
		return c, n.Problem("a case without a name")
	case r.names[c.Name]:
		return c, wrong("another case has this name")
	case err != nil:
		return c, wrong("%v", err)
	case !n.Has("expect"):
		return c, wrong("expect is missing")
	case c.Reason != "" && (c.Expect == soc2.Pass || c.Expect == soc2.Fail):
		return c, wrong("a %s has no reason", c.Expect)
	}
	r.names[c.Name] = true
	for i := range c.Populations {
		if err := c.Populations[i].complete(kind); err != nil {
			return c, wrong("population %d: %v", i+1, err)
		}
	}
	for i, f := range c.Facts {
		fact, err := factOf(n.At("facts", i), f, kind, i)
		if err != nil {
			return c, err
		}
		fact.Seen = c.Now
		c.facts = append(c.facts, fact)
	}
	if len(c.facts) == 0 && len(c.Populations) == 0 {
		return c, wrong("has neither facts nor populations")
	}
	return c, nil
}

func (r *caseReader) kindOf(check string) (evidence.Kind, error) {
	if check == soc2.AttestationCheck && r.control.AttestationAsked != nil {
		return attestationKind, nil
	}
	var ids []string
	for _, k := range r.control.Checks {
		if k.ID == check {
			return k.Kind, nil
		}
		ids = append(ids, k.ID)
	}
	return "", fmt.Errorf("control %s has no check %q: expected one of %s", r.control.ID, check, strings.Join(ids, ", "))
}

func (p *casePopulation) complete(kind evidence.Kind) error {
	if p.Kind == "" {
		p.Kind = kind
	}
	if p.Account == "" {
		p.Account = caseAccount
	}
	if !strings.Contains(p.Type, ".") {
		return fmt.Errorf("type %q: expected provider.service.kind", p.Type)
	}
	if _, ok := evidence.KindOf(p.Kind); !ok {
		return fmt.Errorf("kind %q does not exist", p.Kind)
	}
	if p.Hole != "" && !slices.Contains(evidence.Reasons, p.Hole) {
		return fmt.Errorf("hole %q: expected one of %v", p.Hole, evidence.Reasons)
	}
	return nil
}

func factOf(n strictyaml.Node, f caseFact, kind evidence.Kind, i int) (evidence.Fact, error) {
	wrong := func(at strictyaml.Node, format string, args ...any) (evidence.Fact, error) {
		return evidence.Fact{}, at.Problem("fact %d: %s", i+1, fmt.Sprintf(format, args...))
	}
	if f.Kind == "" {
		f.Kind = kind
	}
	info, ok := evidence.KindOf(f.Kind)
	if !ok {
		return wrong(n, "kind %q does not exist", f.Kind)
	}
	if f.ID == "" {
		f.ID = fmt.Sprintf("fact-%d", i+1)
	}
	if f.Account == "" {
		f.Account = caseAccount
	}
	provider, _, ok := strings.Cut(f.Type, ".")
	if !ok {
		return wrong(n, "type %q: expected provider.service.kind", f.Type)
	}
	body := info.New()
	if err := f.Body.Decode(body); err != nil {
		return evidence.Fact{}, err
	}
	if field := derivedField(body); field != "" {
		return wrong(f.Body, "%s is derived: give what it is derived from", field)
	}
	for _, h := range f.Holes {
		if !slices.Contains(evidence.Reasons, h.Reason) {
			return wrong(n, "hole %s: reason %q: expected one of %v", h.Field, h.Reason, evidence.Reasons)
		}
		if _, err := observed.Parse(f.Kind, h.Field); err != nil && !strings.Contains(h.Field, "[") {
			return wrong(n, "hole: %v", err)
		}
	}
	return evidence.Fact{
		Resource: evidence.Resource{Provider: provider, Account: f.Account, Region: f.Region, Kind: f.Kind, Type: f.Type, ID: f.ID, Name: f.Name},
		Body:     body, Holes: f.Holes,
	}, nil
}
