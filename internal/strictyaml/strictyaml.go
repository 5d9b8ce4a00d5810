// Package strictyaml reads YAML the way every file a person writes for
// controlwatch is read: unknown and duplicate keys and wrong types are errors
// that name file, line, column, what was expected and what to do. Messages
// never quote the file's lines, which may hold secrets.
package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxBytes bounds a file: aliases in a small file can stand for a huge value,
// and nobody writes a larger one by hand.
const MaxBytes = 4 << 20

// Problem is one thing wrong in a file.
type Problem struct {
	File         string
	Line, Column int // from 1; 0: not known
	Message      string
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Node is a part of a file that can be decoded later, by whoever knows its
// type, with the same errors.
type Node struct {
	File string
	AST  ast.Node
}

// Parse reads a file's first document. An empty file gives a Node without AST.
func Parse(file string, src []byte) (Node, error) {
	if len(src) > MaxBytes {
		return Node{}, &Problem{File: file, Message: fmt.Sprintf("is %d bytes long, the limit is %d", len(src), MaxBytes)}
	}
	parsed, err := parser.ParseBytes(src, 0)
	if err != nil {
		return Node{}, problem(file, err, nil, nil)
	}
	if len(parsed.Docs) > 1 {
		return Node{}, &Problem{File: file, Message: fmt.Sprintf("holds %d documents, expected one; remove the lines `---`", len(parsed.Docs))}
	}
	if len(parsed.Docs) == 0 {
		return Node{File: file}, nil
	}
	return Node{File: file, AST: parsed.Docs[0].Body}, nil
}

// Decode parses a file and decodes it.
func Decode(file string, src []byte, into any) error {
	n, err := Parse(file, src)
	if err != nil {
		return err
	}
	return n.Decode(into)
}

// Decode reads the node into a struct, strictly. A node that is not there leaves it as it is.
func (n Node) Decode(into any) error {
	if n.AST == nil || n.AST.Type() == ast.NullType {
		return nil
	}
	if err := yaml.NodeToValue(n.AST, into, yaml.Strict()); err != nil {
		return problem(n.File, err, n.AST, reflect.TypeOf(into))
	}
	return nil
}

// Problem says something is wrong with this node.
func (n Node) Problem(format string, args ...any) error {
	p := &Problem{File: n.File, Message: fmt.Sprintf(format, args...)}
	if n.AST != nil {
		if t := n.AST.GetToken(); t != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
	}
	return p
}

// At is the node at a path of keys and indexes, or the closest node above it.
func (n Node) At(path ...any) Node {
	at := n
	for _, step := range path {
		var next ast.Node
		switch key := step.(type) {
		case string:
			next = child(at.AST, key)
		case int:
			if list, ok := at.AST.(*ast.SequenceNode); ok && key < len(list.Values) {
				next = list.Values[key]
			}
		}
		if next == nil {
			return at
		}
		at.AST = next
	}
	return at
}

func child(n ast.Node, key string) ast.Node {
	for _, kv := range pairs(n) {
		if kv.Key.GetToken().Value == key {
			return kv.Value
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

// Text parses a scalar with a type's own reader, from the type's
// UnmarshalYAML(ast.Node), so that its complaint has a place.
func Text(n ast.Node, parse func([]byte) error) error {
	if _, scalar := n.(ast.ScalarNode); !scalar {
		return Node{AST: n}.Problem("expected a text")
	}
	if err := parse([]byte(n.GetToken().Value)); err != nil {
		return Node{AST: n}.Problem("%v", err)
	}
	return nil
}

func problem(file string, err error, root ast.Node, into reflect.Type) error {
	var found *Problem
	if errors.As(err, &found) {
		found.File = file
		return found
	}
	var located yaml.Error
	if !errors.As(err, &located) {
		return &Problem{File: file, Message: err.Error()}
	}
	p := &Problem{File: file, Message: strings.ReplaceAll(located.GetMessage(), "unknown field", "unknown key")}
	if t := located.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
		var unknown *yaml.UnknownFieldError
		if errors.As(err, &unknown) && root != nil {
			if known := keysAt(root, into, p.Line, p.Column); len(known) > 0 {
				p.Message += "; expected " + strings.Join(known, ", ")
			}
		}
		var wrong *yaml.TypeError
		if errors.As(err, &wrong) {
			p.Message = fmt.Sprintf("expected %s, found %s", wanted(wrong.DstType), wrong.SrcType)
		}
	}
	return p
}

func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() != "" && t.Kind() != reflect.Struct {
		return strings.ToLower(t.Name())
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a mapping"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	}
	return t.String()
}

// keysAt walks the file and the type together to the mapping that holds the
// position, and gives the keys it may have.
func keysAt(n ast.Node, t reflect.Type, line, column int) []string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || n == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		fields := yamlFields(t)
		for _, kv := range pairs(n) {
			if pos := kv.Key.GetToken().Position; pos.Line == line && pos.Column == column {
				var keys []string
				for k := range fields {
					keys = append(keys, k)
				}
				sort.Strings(keys)
				return keys
			}
			if found := keysAt(kv.Value, fields[kv.Key.GetToken().Value], line, column); found != nil {
				return found
			}
		}
	case reflect.Slice:
		if list, ok := n.(*ast.SequenceNode); ok {
			for _, v := range list.Values {
				if found := keysAt(v, t.Elem(), line, column); found != nil {
					return found
				}
			}
		}
	case reflect.Map:
		for _, kv := range pairs(n) {
			if found := keysAt(kv.Value, t.Elem(), line, column); found != nil {
				return found
			}
		}
	}
	return nil
}

func yamlFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if strings.Contains(options, "inline") {
			for k, v := range yamlFields(f.Type) {
				fields[k] = v
			}
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		if name != "-" && f.IsExported() {
			fields[name] = f.Type
		}
	}
	return fields
}
