package strictyaml

import "github.com/goccy/go-yaml/ast"

// inliner puts what an anchor names where an alias stands, so that every part of
// a file can be decoded by itself, and refuses keys that say nothing or the same
// twice.
type inliner struct {
	found
	anchors map[string]anchored
}

type anchored struct {
	node ast.Node
	size int
}

// node gives what stands for a node, and how many values that is: aliases of
// aliases make a small file large.
func (in *inliner) node(n ast.Node) (ast.Node, int) {
	size := 1
	switch n := n.(type) {
	case *ast.AnchorNode:
		value, size := in.node(n.Value)
		in.anchors[n.Name.GetToken().Value] = anchored{value, size}
		return value, size
	case *ast.AliasNode:
		if a, ok := in.anchors[n.Value.GetToken().Value]; ok {
			return a.node, a.size
		}
		in.add(n, "", "an alias (*) of nothing above it; put a text that starts with * in quotes")
	case *ast.MappingNode:
		in.keys(n.Values)
		for _, pair := range n.Values {
			size += in.pair(pair)
		}
	case *ast.MappingValueNode:
		in.keys([]*ast.MappingValueNode{n})
		size += in.pair(n)
	case *ast.SequenceNode:
		for i, item := range n.Values {
			value, more := in.node(item)
			n.Values[i] = value
			size += more
		}
	}
	if size > maxValues {
		in.list = []error{&Problem{File: in.file, Message: "holds too many values once its aliases are replaced; write out what is needed"}}
		size = maxValues + 1
	}
	return n, size
}

func (in *inliner) pair(p *ast.MappingValueNode) int {
	value, size := in.node(p.Value)
	p.Value = value
	return size + 1
}

func (in *inliner) keys(all []*ast.MappingValueNode) {
	lines := map[string]int{}
	for _, pair := range all {
		key, ok := keyOf(pair)
		switch {
		case pair.Key.IsMergeKey():
			in.add(pair.Key, "", "a merge key (<<) is not understood; write the keys out")
		case !ok:
			in.add(pair.Key, "", "expected a text as key")
		case lines[key] > 0:
			in.add(pair.Key, "", "key %q is there already, on line %d; remove one", key, lines[key])
		default:
			lines[key] = position(pair.Key).Line
		}
	}
}
