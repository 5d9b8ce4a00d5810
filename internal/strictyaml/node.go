package strictyaml

import (
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Node is a part of a file that can be decoded later, by whoever knows its
// type, with the same errors. A field of this type takes any value as it is.
type Node struct {
	File string
	AST  ast.Node
}

// Decode reads the node into a value. Everything wrong with it is said at once. A
// node that is not there leaves the value as it is.
func (n Node) Decode(into any) (err error) {
	defer recovered(n.File, &err)
	if n.Empty() {
		return nil
	}
	c := checker{found: found{file: n.File}}
	c.value(n.AST, reflect.TypeOf(into), "")
	if err := c.err(); err != nil {
		return err
	}
	return fill(n, into)
}

// Problem says something is wrong with this node.
func (n Node) Problem(format string, args ...any) error {
	p := &Problem{File: n.File, Message: fmt.Sprintf(format, args...)}
	if at := position(n.AST); at != nil {
		p.Line, p.Column = at.Line, at.Column
	}
	return p
}

// Line is where the node begins, from 1; 0: not known.
func (n Node) Line() int {
	if at := position(n.AST); at != nil {
		return at.Line
	}
	return 0
}

// At is the node at a path of keys and indexes, or the closest node above it.
func (n Node) At(path ...any) Node {
	for _, step := range path {
		var next ast.Node
		switch step := step.(type) {
		case string:
			next = child(n.AST, step)
		case int:
			if list, ok := n.AST.(*ast.SequenceNode); ok && step < len(list.Values) {
				next = list.Values[step]
			}
		}
		if next == nil {
			return n
		}
		n.AST = next
	}
	return n
}

// Empty says that nothing stands here, or null.
func (n Node) Empty() bool { return n.AST == nil || n.AST.Type() == ast.NullType }

// Has says whether a mapping gives a key a value; null is none.
func (n Node) Has(key string) bool { return !(Node{AST: child(n.AST, key)}).Empty() }

// Items are the items of a list; ok says that it is one.
func (n Node) Items() (items []Node, ok bool) {
	list, ok := n.AST.(*ast.SequenceNode)
	if !ok {
		return nil, false
	}
	for _, item := range list.Values {
		items = append(items, Node{File: n.File, AST: item})
	}
	return items, true
}

func child(n ast.Node, key string) ast.Node {
	for _, pair := range pairs(n) {
		if name, ok := keyOf(pair); ok && name == key {
			return pair.Value
		}
	}
	return nil
}

func pairs(n ast.Node) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	return nil
}

// keyOf is the text of a key, as it is written; other keys than scalars have none.
func keyOf(pair *ast.MappingValueNode) (string, bool) { return written(keyNode(pair)) }

func keyNode(pair *ast.MappingValueNode) ast.Node {
	if explicit, ok := pair.Key.(*ast.MappingKeyNode); ok { // ? key
		return explicit.Value
	}
	return pair.Key
}

// position is where a node begins. The library's own idea of a mapping's
// beginning is its first colon.
func position(n ast.Node) *token.Position {
	switch m := n.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return position(m.Values[0])
		}
	case *ast.MappingValueNode:
		return position(m.Key)
	}
	if t := n.GetToken(); t != nil {
		return t.Position
	}
	return nil
}
