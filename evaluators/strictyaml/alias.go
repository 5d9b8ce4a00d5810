package strictyaml

import "github.com/goccy/go-yaml/ast"

// maxNodes bounds a document after its aliases were replaced: aliases of
// aliases make a small file large.
const maxNodes = 1_000_000

// inline puts what an anchor names where an alias stands, so that every part of
// a document can be decoded by itself.
type inline struct {
	anchors map[string]anchored
}

type anchored struct {
	node ast.Node
	size int
}

// node gives what stands for a node, and how many nodes that is.
func (in *inline) node(n ast.Node) (ast.Node, int) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		value, size := in.node(n.Value)
		in.anchors[n.Name.GetToken().Value] = anchored{value, size}
		return value, size
	case *ast.AliasNode:
		if a, ok := in.anchors[n.Value.GetToken().Value]; ok {
			return a.node, a.size
		}
	case *ast.TagNode:
		value, size := in.node(n.Value)
		n.Value = value
		return n, size + 1
	case *ast.MappingNode:
		total := 1
		for _, v := range n.Values {
			_, size := in.node(v)
			total = min(total+size, maxNodes+1)
		}
		return n, total
	case *ast.MappingValueNode:
		value, size := in.node(n.Value)
		n.Value = value
		return n, size + 1
	case *ast.SequenceNode:
		total := 1
		for i, v := range n.Values {
			value, size := in.node(v)
			n.Values[i] = value
			total = min(total+size, maxNodes+1)
		}
		return n, total
	}
	return n, 1
}
