package evaluators

import (
	"context"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// TestMutation changes what is judged, one field at a time, and what judges, one
// operand at a time. A field that a check names and that turns no passing case
// away is either not judged or not tested; so is an operand that can be left
// out. Derived fields are changed as such: what they are derived from is tested
// beside the rules.
func TestMutation(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	files, err := caseFiles(catalogue.Files())
	require.NoError(t, err)
	for _, file := range files {
		id := strings.TrimSuffix(path.Base(file), catalogue.CasesSuffix)
		i := slices.IndexFunc(cat.Controls, func(c soc2.Control) bool { return c.ID == id })
		require.GreaterOrEqual(t, i, 0, file)
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			control := cat.Controls[i]
			cases, err := readCases(catalogue.Files(), file, control)
			require.NoError(t, err)
			var wrong []string
			for _, k := range control.Checks {
				m := mutated{control: control, check: k}
				for _, c := range cases {
					if c.Check == k.ID && len(c.facts) > 0 && (c.Expect == soc2.Pass || c.Expect == soc2.Fail) {
						m.cases = append(m.cases, m.prepare(t, c))
					}
				}
				at := id + "/" + k.ID + " "
				wrong = append(wrong, unreasoned(turnsNothing, at, m.fieldsThatTurnNothing(t), "changes to it turn no passing case into one that fails")...)
				wrong = append(wrong, unreasoned(leftOut, at, m.operandsLeftOut(t), "without it every case comes out the same")...)
			}
			require.Empty(t, wrong, file)
		})
	}
	t.Run("reasons are of checks that exist", func(t *testing.T) {
		t.Parallel()
		for _, key := range slices.Concat(slices.Collect(maps.Keys(turnsNothing)), slices.Collect(maps.Keys(leftOut))) {
			at, _, _ := strings.Cut(key, " ")
			require.True(t, slices.ContainsFunc(cat.Controls, func(c soc2.Control) bool {
				return slices.ContainsFunc(c.Checks, func(k soc2.Check) bool { return c.ID+"/"+k.ID == at })
			}), key)
		}
	})
}

// unreasoned are those found and not reasoned, and those reasoned and not found.
func unreasoned(reasons map[string]string, at string, found []string, what string) []string {
	var wrong []string
	for _, f := range found {
		if reasons[at+f] == "" {
			wrong = append(wrong, at+f+": "+what+": add such a case, or the reason to mutation_reasons_test.go")
		}
	}
	for key := range reasons {
		if f, is := strings.CutPrefix(key, at); is && !slices.Contains(found, f) {
			wrong = append(wrong, key+": its reason in mutation_reasons_test.go is out of date")
		}
	}
	return wrong
}

// mutated is one check with its cases that pass or fail.
type mutated struct {
	control soc2.Control
	check   soc2.Check
	cases   []preparedCase
}

type preparedCase struct {
	testCase
	env        *expression.Env
	parameters map[string]any
	fact       evidence.Fact // derived
}

func (m mutated) prepare(t *testing.T, c testCase) preparedCase {
	t.Helper()
	p := preparedCase{testCase: c}
	var err error
	p.parameters, err = override(m.control, c.Parameters)
	require.NoError(t, err)
	if len(c.Parameters) == 0 {
		for _, other := range m.cases { // compiling anew takes longest
			if len(other.Parameters) == 0 {
				p.env = other.env
			}
		}
	}
	if p.env == nil {
		p.env, err = expression.New(m.check.Kind, p.parameters)
		require.NoError(t, err)
	}
	p.fact = derive.All(c.world())[0]
	return p
}

// answer is what a condition says of the fact as it is now.
func (p *preparedCase) answer(ctx context.Context, t *testing.T, pass *expression.Program) expression.Answer {
	t.Helper()
	s, err := p.env.Subject(p.fact.Body, &p.fact.Resource, p.Now)
	require.NoError(t, err)
	a, err := pass.Evaluate(ctx, s)
	require.NoError(t, err)
	return a
}

// programs compiles a condition once for each environment.
type programs map[*expression.Env]*expression.Program

func (all programs) of(env *expression.Env, source string) (*expression.Program, error) {
	if p, ok := all[env]; ok {
		return p, nil
	}
	p, err := env.Compile(source)
	all[env] = p
	return p, err
}

func (m mutated) fieldsThatTurnNothing(t *testing.T) []string {
	t.Helper()
	tree, err := parsed(m.check.Pass)
	require.NoError(t, err)
	names := namedIn(tree)
	require.NotEmpty(t, names.fields, m.check.ID)
	compiled := programs{}
	turned := map[string]bool{}
	for _, c := range m.cases {
		if c.Expect != soc2.Pass {
			continue
		}
		pass, err := compiled.of(c.env, m.check.Pass)
		require.NoError(t, err)
		require.True(t, c.answer(t.Context(), t, pass).Value, "%s: %s", m.check.ID, c.Name)
		for _, field := range names.fields {
			if turned[field] {
				continue
			}
			root, rest, _ := strings.Cut(field, ".")
			over := reflect.ValueOf(c.fact.Body)
			if root == "resource" {
				over = reflect.ValueOf(&c.fact.Resource)
			}
			var steps []string
			if rest != "" {
				steps = strings.Split(rest, ".")
			}
			v := mutator{now: c.Now, texts: slices.Clone(names.texts), numbers: slices.Clone(names.numbers)}
			v.parameters(c.parameters)
			v.ask = func() {
				a := c.answer(t.Context(), t, pass)
				turned[field] = turned[field] || a.Known && !a.Value || !a.Known && a.Err == nil && !v.hollow
			}
			v.of(over, steps)
		}
	}
	return slices.DeleteFunc(names.fields, func(f string) bool { return turned[f] })
}

// parameters are what values are compared with.
func (m *mutator) parameters(values map[string]any) {
	for _, value := range values {
		switch v := value.(type) {
		case string:
			m.texts = append(m.texts, v)
		case []string:
			m.texts = append(m.texts, v...)
		case int64:
			m.numbers = append(m.numbers, v)
		case float64:
			m.numbers = append(m.numbers, int64(v))
		}
	}
}

func (m mutated) operandsLeftOut(t *testing.T) []string {
	t.Helper()
	var same []string
	variants, err := withoutOperands(m.check.Pass)
	require.NoError(t, err)
	for operand, source := range variants {
		compiled := programs{}
		seen := slices.ContainsFunc(m.cases, func(c preparedCase) bool {
			pass, err := compiled.of(c.env, source)
			require.NoError(t, err, source)
			a := c.answer(t.Context(), t, pass)
			return !a.Known || a.Value != (c.Expect == soc2.Pass)
		})
		if !seen {
			same = append(same, operand)
		}
	}
	slices.Sort(same)
	return same
}
