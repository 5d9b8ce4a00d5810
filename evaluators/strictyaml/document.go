// Package strictyaml reads YAML that must mean what its author thinks: unknown
// and repeated keys are errors, and every error says where it is and what was
// expected there.
package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is one thing wrong in one file.
type Problem struct {
	File    string
	Line    int // from 1; 0: the whole file
	Column  int
	Message string
	Snippet string // the place, with a mark; may be empty
}

func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	text := at + ": " + p.Message
	if p.Snippet != "" {
		text += "\n" + strings.TrimRight(p.Snippet, "\n")
	}
	return text
}

// Document is one parsed file.
type Document struct {
	Name string
	file *ast.File
}

// maxSize bounds a file, so that a bomb of aliases stays small.
const maxSize = 4 << 20

// Parse reads the structure of a file of one document. Aliases are replaced by
// what they stand for.
func Parse(name string, data []byte) (*Document, error) {
	if len(data) > maxSize {
		return nil, Problem{File: name, Message: fmt.Sprintf("is larger than %d bytes", maxSize)}
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, problem(name, err)
	}
	switch {
	case len(file.Docs) > 1 && file.Docs[1].Body != nil:
		return nil, Problem{File: name, Message: "holds several documents: expected one"}
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		return nil, Problem{File: name, Message: "is empty"}
	}
	body, size := (&inline{anchors: map[string]anchored{}}).node(file.Docs[0].Body)
	if size > maxNodes {
		return nil, Problem{File: name, Message: fmt.Sprintf("holds more than %d values once its aliases are replaced", maxNodes)}
	}
	file.Docs[0].Body = body
	return &Document{Name: name, file: file}, nil
}

// Decode reads the document into a value. A key the value has no place for is an
// error.
func (d *Document) Decode(into any) error {
	return d.DecodeAt(d.Body(), into)
}

// Body is the document's root.
func (d *Document) Body() ast.Node { return d.file.Docs[0].Body }

// DecodeAt reads a part of the document.
func (d *Document) DecodeAt(n ast.Node, into any) error {
	if at := fraction(n, reflect.TypeOf(into)); at != nil {
		return d.AtNode(at, "%s has a fraction: expected a whole number", at)
	}
	return d.explain(yaml.NodeToValue(n, into, yaml.Strict()), reflect.TypeOf(into), n.GetPath())
}

// At says that something is wrong with what a path leads to, "$.checks[0].pass".
// A path that leads nowhere means its nearest parent.
func (d *Document) At(path, format string, args ...any) Problem {
	p := Problem{File: d.Name, Message: fmt.Sprintf(format, args...)}
	for ; path != "" && path != "$"; path = parent(path) {
		if n := d.find(path); n != nil {
			p.Line, p.Column = n.GetToken().Position.Line, n.GetToken().Position.Column
			break
		}
	}
	return p
}

// AtNode says that something is wrong with a part of the document.
func (d *Document) AtNode(n ast.Node, format string, args ...any) Problem {
	p := Problem{File: d.Name, Message: fmt.Sprintf(format, args...)}
	if n != nil && n.GetToken() != nil {
		p.Line, p.Column = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	return p
}

func (d *Document) find(path string) ast.Node {
	p, err := yaml.PathString(path)
	if err != nil {
		return nil
	}
	n, err := p.FilterFile(d.file)
	if err != nil || n == nil || n.GetToken() == nil {
		return nil
	}
	return n
}

func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}

func (d *Document) explain(err error, root reflect.Type, base string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return Problem{File: d.Name, Message: "is empty"}
	}
	p := problem(d.Name, err)
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		if keys := expected(d.Body(), unknown.GetToken(), root, base); len(keys) > 0 {
			p.Message += ": expected one of " + strings.Join(keys, ", ")
		}
	}
	return p
}

func problem(name string, err error) Problem {
	p := Problem{File: name, Message: err.Error()}
	var y yaml.Error
	if errors.As(err, &y) {
		p.Message = y.GetMessage()
		if t := y.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
		if _, snippet, ok := strings.Cut(y.FormatError(false, true), "\n"); ok {
			p.Snippet = snippet
		}
	}
	return p
}
