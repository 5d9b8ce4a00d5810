package evaluators

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"
)

// named is what an expression names: fields by path, "self.rules.port" for the
// port of any rule, and literals, which are what a value must come near to turn
// a verdict.
type named struct {
	fields  []string
	texts   []string
	numbers []int64
}

// parsed is an expression with its macros as calls, so that it reads as written.
func parsed(source string) (*ast.AST, error) {
	p, err := parser.NewParser(parser.Macros(), parser.PopulateMacroCalls(false))
	if err != nil {
		return nil, fmt.Errorf("prepare parser: %w", err)
	}
	tree, problems := p.Parse(common.NewTextSource(source))
	if len(problems.GetErrors()) > 0 {
		return nil, fmt.Errorf("parse %q: %s", source, problems.ToDisplayString())
	}
	return tree, nil
}

func namedIn(tree *ast.AST) named {
	var n named
	n.visit(tree.Expr(), map[string]string{"self": "self", "resource": "resource"})
	n.fields = sortedOnce(n.fields)
	n.texts = sortedOnce(n.texts)
	return n
}

func sortedOnce(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// visit notes fields at their full length; bound says what each variable stands for.
func (n *named) visit(x ast.Expr, bound map[string]string) {
	if path := pathOf(x, bound); path != "" {
		n.fields = append(n.fields, path)
		return
	}
	switch x.Kind() {
	case ast.LiteralKind:
		switch v := x.AsLiteral().(type) {
		case types.String:
			n.texts = append(n.texts, string(v))
		case types.Int:
			n.numbers = append(n.numbers, int64(v))
		default:
		}
	case ast.ListKind:
		for _, e := range x.AsList().Elements() {
			n.visit(e, bound)
		}
	case ast.MapKind:
		for _, e := range x.AsMap().Entries() {
			n.visit(e.AsMapEntry().Key(), bound)
			n.visit(e.AsMapEntry().Value(), bound)
		}
	case ast.SelectKind:
		n.visit(x.AsSelect().Operand(), bound)
	case ast.CallKind:
		n.call(x.AsCall(), bound)
	default:
	}
}

func (n *named) call(c ast.CallExpr, bound map[string]string) {
	if loop(c) {
		over := pathOf(c.Target(), bound)
		if over == "" {
			n.visit(c.Target(), bound)
			over = rangeOf(c.Target(), bound)
		}
		inner := map[string]string{c.Args()[0].AsIdent(): over}
		for name, path := range bound {
			if name != c.Args()[0].AsIdent() {
				inner[name] = path
			}
		}
		before := len(n.fields)
		for _, arg := range c.Args()[1:] {
			n.visit(arg, inner)
		}
		// A loop that names nothing of what it goes over asks of its length.
		if over != "" && !slices.ContainsFunc(n.fields[before:], func(f string) bool { return strings.HasPrefix(f, over) }) {
			n.fields = append(n.fields, over)
		}
		return
	}
	if c.IsMemberFunction() {
		n.visit(c.Target(), bound)
	}
	for _, arg := range c.Args() {
		n.visit(arg, bound)
	}
}

func loop(c ast.CallExpr) bool {
	return c.IsMemberFunction() && len(c.Args()) >= 2 && c.Args()[0].Kind() == ast.IdentKind &&
		slices.Contains([]string{"all", "exists", "exists_one", "filter", "map"}, c.FunctionName())
}

// rangeOf is the field whose elements a chain of filters gives.
func rangeOf(x ast.Expr, bound map[string]string) string {
	for x.Kind() == ast.CallKind && x.AsCall().FunctionName() == "filter" && loop(x.AsCall()) {
		x = x.AsCall().Target()
	}
	return pathOf(x, bound)
}

// pathOf is the path of a field; empty for anything else.
func pathOf(x ast.Expr, bound map[string]string) string {
	switch x.Kind() {
	case ast.IdentKind:
		return bound[x.AsIdent()]
	case ast.SelectKind:
		if p := pathOf(x.AsSelect().Operand(), bound); p != "" {
			return p + "." + x.AsSelect().FieldName()
		}
	case ast.CallKind:
		if c := x.AsCall(); c.FunctionName() == operators.Index {
			return pathOf(c.Args()[0], bound)
		}
	default:
	}
	return ""
}
