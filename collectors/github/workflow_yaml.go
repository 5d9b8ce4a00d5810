package github

import (
	"errors"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// block is a value of a YAML file: a text, or entries, or items. A null is a
// block with nothing in it.
type block struct {
	text    string
	entries map[string]*block
	items   []*block
}

// mostValues bounds what aliases of aliases can grow to.
const mostValues = 50_000

// readYAML reads a file into texts. Numbers and switches stay as they are
// written: no part of a workflow that is looked at is anything but text. Errors
// do not quote the file, which can hold secrets.
func readYAML(text []byte) (*block, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, errors.New("it is no YAML")
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, errors.New("it does not hold one document")
	}
	r := yamlReader{anchors: map[string]ast.Node{}}
	return r.value(file.Docs[0].Body)
}

type yamlReader struct {
	anchors map[string]ast.Node
	open    []string // anchors being read: one may not hold itself
	values  int
}

func (r *yamlReader) value(n ast.Node) (*block, error) {
	if r.values++; r.values > mostValues {
		return nil, errors.New("it holds too many values")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(n.Values)
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		b := &block{items: []*block{}}
		for _, item := range n.Values {
			v, err := r.value(item)
			if err != nil {
				return nil, err
			}
			b.items = append(b.items, v)
		}
		return b, nil
	case *ast.AnchorNode:
		name := n.Name.GetToken().Value
		r.anchors[name] = n.Value
		return r.within(name, n.Value)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		target, ok := r.anchors[name]
		if !ok || slices.Contains(r.open, name) {
			return nil, errors.New("it refers to an anchor that is not above it")
		}
		return r.within(name, target)
	case *ast.TagNode:
		return r.value(n.Value)
	case *ast.LiteralNode:
		return &block{text: n.Value.Value}, nil
	case *ast.StringNode:
		return &block{text: n.Value}, nil
	case *ast.NullNode:
		return &block{}, nil
	case ast.ScalarNode:
		return &block{text: n.GetToken().Value}, nil
	}
	return nil, errors.New("it holds something that is no value")
}

func (r *yamlReader) within(name string, n ast.Node) (*block, error) {
	r.open = append(r.open, name)
	defer func() { r.open = r.open[:len(r.open)-1] }()
	return r.value(n)
}

func (r *yamlReader) mapping(pairs []*ast.MappingValueNode) (*block, error) {
	b := &block{entries: map[string]*block{}}
	for _, pair := range pairs {
		v, err := r.value(pair.Value)
		if err != nil {
			return nil, err
		}
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			// GitHub refuses a workflow with merge keys: it never runs.
			return nil, errors.New("it holds a merge key")
		}
		key, err := r.value(pair.Key)
		if err != nil {
			return nil, err
		}
		if _, dup := b.entries[key.text]; dup {
			return nil, errors.New("it holds a key twice")
		}
		b.entries[key.text] = v
	}
	return b, nil
}

// at gives an entry; a block with nothing in it where there is none.
func (b *block) at(keys ...string) *block {
	for _, key := range keys {
		next, ok := b.entries[key]
		if !ok {
			return &block{}
		}
		b = next
	}
	return b
}

// list gives the texts of a text, of items or of entries' keys: GitHub takes any
// of the three for triggers, and the first two for runners.
func (b *block) list() []string {
	texts := []string{}
	if b.text != "" {
		texts = append(texts, b.text)
	}
	for _, item := range b.items {
		texts = append(texts, item.text)
	}
	for key := range b.entries {
		texts = append(texts, key)
	}
	slices.Sort(texts)
	return texts
}
