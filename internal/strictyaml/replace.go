package strictyaml

import "github.com/goccy/go-yaml/ast"

// Replace gives a copy of the node in which every text went through change; keys
// and the node itself stay as they are. Each error of change gets the place of
// its text.
func (n Node) Replace(change func(text string) (string, error)) (Node, error) {
	r := replacer{found: found{file: n.File}, change: change}
	if n.AST != nil {
		n.AST = r.node(n.AST)
	}
	return n, r.err()
}

type replacer struct {
	found
	change func(string) (string, error)
}

func (r *replacer) node(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.StringNode:
		return r.text(n, n)
	case *ast.LiteralNode:
		c := *n
		c.Value = r.text(n.Value, n)
		return &c
	case *ast.MappingNode:
		c := *n
		c.Values = make([]*ast.MappingValueNode, len(n.Values))
		for i, pair := range n.Values {
			c.Values[i] = r.pair(pair)
		}
		return &c
	case *ast.MappingValueNode:
		return r.pair(n)
	case *ast.SequenceNode:
		c := *n
		c.Values = make([]ast.Node, len(n.Values))
		for i, item := range n.Values {
			c.Values[i] = r.node(item)
		}
		return &c
	}
	return n
}

func (r *replacer) pair(p *ast.MappingValueNode) *ast.MappingValueNode {
	c := *p
	c.Value = r.node(p.Value)
	return &c
}

func (r *replacer) text(s *ast.StringNode, at ast.Node) *ast.StringNode {
	text, err := r.change(s.Value)
	if err != nil {
		r.add(at, "", "%v", err)
	}
	c := *s
	c.Value = text
	return &c
}
