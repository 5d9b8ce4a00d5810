package expression

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"cel.dev/cel-go/parser"

	"github.com/controlwatch/controlwatch/evidence"
)

// maxNodes bounds how large one expression may be.
const maxNodes = 2_000

// maxCost bounds one evaluation, in CEL's own deterministic units, so that the
// same evidence gives the same outcome on any machine. It is counted only where
// loops are nested, as counting doubles the time; the rest is bounded by
// maxNodes and the size of a fact.
const maxCost = 1_000_000

// Env compiles expressions over one kind of fact.
type Env struct {
	cel        *cel.Env
	root       *layout
	rootType   reflect.Type
	resource   *layout
	parameters map[string]ref.Val // by qualified name, "params.max_age_days"
}

// New prepares an environment for a kind and the parameters of a control. Each
// parameter is a typed variable of its own, so a misspelt one does not compile.
func New(kind evidence.Kind, parameters map[string]any) (*Env, error) {
	info, ok := evidence.KindOf(kind)
	if !ok {
		return nil, fmt.Errorf("kind %q does not exist: expected one of %s", kind, kindNames())
	}
	ls := &layouts{byName: map[string]*layout{}, byType: map[reflect.Type]*layout{}}
	root, err := ls.add(info.Type())
	if err != nil {
		return nil, fmt.Errorf("kind %s: %w", kind, err)
	}
	resource, err := ls.add(reflect.TypeFor[evidence.Resource]())
	if err != nil {
		return nil, fmt.Errorf("resource: %w", err)
	}
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("prepare types: %w", err)
	}
	e := &Env{root: root, rootType: info.Type(), resource: resource, parameters: map[string]ref.Val{}}
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(registry),
		cel.CustomTypeProvider(&provider{Provider: registry, layouts: ls}),
		ext.Strings(),
		cel.ClearMacros(),
		cel.Macros(macros()...),
		cel.ExpressionNodeLimit(maxNodes),
		cel.RegexProgramSizeLimit(1_000),
		cel.Variable("self", root.typ),
		cel.Variable("resource", resource.typ),
		cel.Variable("now", cel.TimestampType),
		daysFunction(),
	}
	for name, value := range parameters {
		typ, val, err := parameter(value)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		e.parameters["params."+name] = val
		options = append(options, cel.Variable("params."+name, typ))
	}
	if e.cel, err = cel.NewEnv(options...); err != nil {
		return nil, fmt.Errorf("kind %s: prepare CEL: %w", kind, err)
	}
	return e, nil
}

func kindNames() string {
	var names []string
	for _, k := range evidence.Kinds {
		names = append(names, string(k.Kind))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// macros are the standard ones, has() replaced by a refusal: it would turn what
// was not seen into "no".
func macros() []parser.Macro {
	refuse := parser.NewGlobalMacro("has", 1, func(eh parser.ExprHelper, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		return nil, eh.NewError(args[0].ID(), "has() is refused: what was not seen is unknown by itself, and must not read as absent")
	})
	kept := []parser.Macro{refuse}
	for _, m := range parser.AllMacros {
		if m.Function() != "has" {
			kept = append(kept, m)
		}
	}
	return kept
}

// daysFunction is days(n): n times 24 hours, since CEL durations stop at hours.
func daysFunction() cel.EnvOption {
	return cel.Function("days", cel.Overload("days_int", []*cel.Type{cel.IntType}, cel.DurationType,
		cel.UnaryBinding(func(v ref.Val) ref.Val {
			n, ok := v.(types.Int)
			if !ok {
				return types.MaybeNoSuchOverloadErr(v)
			}
			if n > 100_000 || n < -100_000 {
				return types.NewErr("days(%d) is out of range", int64(n))
			}
			return types.Duration{Duration: day * durationOf(n)}
		})))
}
