package expression

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Error is an expression that does not compile.
type Error struct {
	Line    int // from 1; 0: not known
	Column  int // from 1
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	at := fmt.Sprintf("column %d", e.Column)
	if e.Line > 1 {
		at = fmt.Sprintf("line %d, %s", e.Line, at)
	}
	return e.Message + " (" + at + " of the expression)"
}

// Compile checks an expression against the kind's fields and the parameters. It
// must give true or false.
func (e *Env) Compile(source string) (*Program, error) {
	checked, issues := e.cel.Compile(source)
	if err := issues.Err(); err != nil {
		return nil, e.compileError(issues)
	}
	fail := func(id int64, format string, args ...any) error {
		at := checked.NativeRep().SourceInfo().GetStartLocation(id)
		return &Error{Line: at.Line(), Column: at.Column() + 1, Message: fmt.Sprintf(format, args...)}
	}
	program := &Program{source: source}
	if err := inspect(checked.NativeRep(), program, fail); err != nil {
		return nil, err
	}
	if out := checked.OutputType(); out != cel.BoolType {
		return nil, fail(checked.NativeRep().Expr().ID(), "gives %s: expected true or false", out)
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if program.loops {
		options = append(options, cel.CostLimit(maxCost), cel.InterruptCheckFrequency(100))
	}
	planned, err := e.cel.Program(checked, options...)
	if err != nil {
		return nil, &Error{Message: err.Error()}
	}
	program.program = planned
	return program, nil
}

func (e *Env) compileError(issues *cel.Issues) error {
	var all []error
	for _, i := range issues.Errors() {
		all = append(all, &Error{Line: i.Location.Line(), Column: i.Location.Column() + 1, Message: e.explain(i.Message)})
	}
	return errors.Join(all...)
}

// explain turns CEL's words into ours where they would mislead.
func (e *Env) explain(message string) string {
	if strings.HasPrefix(message, "undeclared reference to 'params") {
		var names []string
		for name := range e.parameters {
			names = append(names, name)
		}
		slices.Sort(names)
		if len(names) == 0 {
			return "the control declares no parameters"
		}
		return message + ": expected one of " + strings.Join(names, ", ")
	}
	return strings.TrimSuffix(message, " (in container '')")
}

// inspect refuses what would blur unseen and absent, and notes what the
// expression uses.
func inspect(a *ast.AST, p *Program, fail func(int64, string, ...any) error) error {
	var refused error
	refuse := func(id int64, format string, args ...any) {
		if refused == nil {
			refused = fail(id, format, args...)
		}
	}
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.ComprehensionKind:
			p.loops = p.loops || nested(x)
		case ast.StructKind:
			refuse(x.ID(), "a %s cannot be made in an expression", x.AsStruct().TypeName())
		case ast.SelectKind:
			if x.AsSelect().IsTestOnly() {
				refuse(x.ID(), "has() is refused")
			}
		case ast.CallKind:
			inspectCall(a, x, refuse)
		default:
		}
		if r, ok := a.ReferenceMap()[x.ID()]; ok {
			p.clocked = p.clocked || r.Name == "now"
			if name, is := strings.CutPrefix(r.Name, "params."); is {
				p.parameters = append(p.parameters, name)
			}
		}
	}))
	slices.Sort(p.parameters)
	p.parameters = slices.Compact(p.parameters)
	return refused
}

// nested says whether a loop runs inside a loop. A single one is bounded by the
// size of a fact.
func nested(loop ast.Expr) bool {
	inside := 0
	ast.PostOrderVisit(loop, ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.ComprehensionKind {
			inside++
		}
	}))
	return inside > 1
}

func inspectCall(a *ast.AST, x ast.Expr, refuse func(int64, string, ...any)) {
	switch name := x.AsCall().FunctionName(); name {
	case "dyn", "type":
		refuse(x.ID(), "%s() is refused: it hides a misspelt field from the compiler", name)
	case operators.Equals, operators.NotEquals, operators.In:
		for _, arg := range x.AsCall().Args() {
			if t := a.GetType(arg.ID()); holdsStruct(t) {
				refuse(x.ID(), "whole structs cannot be compared (%s): compare their fields", t)
			}
		}
	}
}

func holdsStruct(t *types.Type) bool {
	if t == nil {
		return true
	}
	if t.Kind() == types.StructKind || t.Kind() == types.DynKind && len(t.Parameters()) > 0 {
		return true
	}
	return slices.ContainsFunc(t.Parameters(), holdsStruct)
}
