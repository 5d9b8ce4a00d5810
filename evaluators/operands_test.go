package evaluators

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/parser"
)

// withoutOperands gives, for each operand of an "and" or "or" at any depth, the
// condition without it.
func withoutOperands(source string) (map[string]string, error) {
	variants := map[string]string{}
	operands := 0
	for n := 0; ; n++ {
		tree, err := parsed(source) // anew, since a variant is made in place
		if err != nil {
			return nil, err
		}
		drop := operandAt(tree.Expr(), n)
		if drop == nil {
			return variants, nil
		}
		text, err := parser.Unparse(drop.operand, tree.SourceInfo())
		if err != nil {
			return nil, fmt.Errorf("write operand %d of %q: %w", n, source, err)
		}
		drop.of.SetKindCase(drop.kept)
		variant, err := parser.Unparse(tree.Expr(), tree.SourceInfo())
		if err != nil {
			return nil, fmt.Errorf("write %q without %q: %w", source, text, err)
		}
		if _, again := variants[text]; again {
			operands++
			text = fmt.Sprintf("%s (%d)", text, operands)
		}
		variants[text] = variant
	}
}

type dropped struct{ of, operand, kept ast.Expr }

// operandAt is the nth operand that is no "and" or "or" of its parent's kind itself.
func operandAt(root ast.Expr, n int) *dropped {
	var found *dropped
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.CallKind || found != nil {
			return
		}
		c := x.AsCall()
		name := c.FunctionName()
		if name != operators.LogicalAnd && name != operators.LogicalOr {
			return
		}
		for i, operand := range c.Args() {
			if operand.Kind() == ast.CallKind && operand.AsCall().FunctionName() == name {
				continue
			}
			if n == 0 && found == nil {
				found = &dropped{of: x, operand: operand, kept: c.Args()[1-i]}
			}
			n--
		}
	}))
	return found
}
