package evaluators

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evaluators/strictyaml"
	"github.com/controlwatch/controlwatch/evidence"
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
	Body    ast.Node        `yaml:"body"`
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
	list, ok := doc.Body().(*ast.SequenceNode)
	if !ok {
		return nil, doc.AtNode(doc.Body(), "expected a list of cases")
	}
	r := caseReader{doc: doc, control: control, names: map[string]bool{}}
	cases := make([]testCase, 0, len(list.Values))
	var problems []error
	for _, n := range list.Values {
		c, err := r.read(n)
		problems = append(problems, err)
		cases = append(cases, c)
	}
	return cases, errors.Join(problems...)
}

type caseReader struct {
	doc     *strictyaml.Document
	control soc2.Control
	names   map[string]bool
}

func (r *caseReader) read(n ast.Node) (testCase, error) {
	c := testCase{line: n.GetToken().Position.Line, Now: caseNow}
	if err := r.doc.DecodeAt(n, &c); err != nil {
		return c, err
	}
	wrong := func(format string, args ...any) error {
		return r.doc.AtNode(n, "case %q: %s", c.Name, fmt.Sprintf(format, args...))
	}
	kind, err := r.kindOf(c.Check)
	switch {
	case strings.TrimSpace(c.Name) == "":
		return c, r.doc.AtNode(n, "a case without a name")
	case r.names[c.Name]:
		return c, wrong("another case has this name")
	case err != nil:
		return c, wrong("%v", err)
	case !has(n, "expect"):
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
		fact, err := r.fact(n, f, kind, i)
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

// has says whether a mapping holds a key: an outcome left out must not read as
// the zero outcome.
func has(n ast.Node, name string) bool {
	m, ok := n.(*ast.MappingNode)
	return ok && slices.ContainsFunc(m.Values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == name })
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

func (r *caseReader) fact(n ast.Node, f caseFact, kind evidence.Kind, i int) (evidence.Fact, error) {
	wrong := func(at ast.Node, format string, args ...any) (evidence.Fact, error) {
		return evidence.Fact{}, r.doc.AtNode(at, "fact %d: %s", i+1, fmt.Sprintf(format, args...))
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
	if f.Body != nil {
		if err := r.doc.DecodeAt(f.Body, body); err != nil {
			return evidence.Fact{}, err
		}
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
