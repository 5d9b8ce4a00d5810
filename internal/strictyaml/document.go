// Package strictyaml reads YAML the way every file a person writes for
// controlwatch is read: what the file says is either understood as it is written
// or is an error that names file, line, column, field, what was expected and
// what to do. It reads less than YAML has: one document, no tags, no directives,
// no merge keys. Messages never quote the file's lines or values, which may hold
// secrets; keys they do name.
package strictyaml

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// MaxBytes bounds a file: nobody writes a larger one by hand.
const MaxBytes = 4 << 20

// Parse reads the structure of a file of one document, and puts what aliases
// stand for in their place. An empty file gives a Node without AST. The error is
// a Problem, or several joined.
func Parse(file string, src []byte) (n Node, err error) {
	defer recovered(file, &err)
	if len(src) > MaxBytes {
		return Node{}, &Problem{File: file, Message: fmt.Sprintf("is %d bytes long, the limit is %d", len(src), MaxBytes)}
	}
	text := string(src)
	if !strings.HasSuffix(text, "\n") {
		text += "\n" // the library loses a tag that ends the file, with its value
	}
	tokens := lexer.Tokenize(text)
	if err := scan(file, tokens); err != nil {
		return Node{}, err
	}
	// Keys given twice are refused below: the library looks at some mappings only.
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return Node{}, foreign(file, err)
	}
	n = Node{File: file}
	for _, d := range parsed.Docs {
		if d.Body == nil {
			continue
		}
		if n.AST != nil {
			return Node{}, Node{File: file, AST: d.Body}.Problem("holds several documents, expected one")
		}
		n.AST = d.Body
	}
	if n.AST == nil {
		return n, nil
	}
	in := inliner{found: found{file: file}, anchors: map[string]anchored{}}
	n.AST, _ = in.node(n.AST)
	return n, in.err()
}

// Decode parses a file and decodes it.
func Decode(file string, src []byte, into any) error {
	n, err := Parse(file, src)
	if err != nil {
		return err
	}
	return n.Decode(into)
}

// fill lets the library decode what the checker found nothing wrong with.
func fill(n Node, into any) error {
	err := yaml.NewDecoder(strings.NewReader(""), yaml.Strict()).DecodeFromNodeContext(within(n.File), n.AST, into)
	if err != nil {
		return foreign(n.File, err)
	}
	return nil
}

// recovered turns a panic of the library, which some broken files cause, into a
// Problem: one file must not cost the others.
func recovered(file string, err *error) {
	if recover() != nil {
		*err = &Problem{File: file, Message: "cannot be read as YAML; check its brackets, quotes and indentation"}
	}
}

// foreign gives the place of an error of the library. Its texts may hold parts of
// the file: of those only what stands outside quotes is kept.
func foreign(file string, err error) error {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	p := &Problem{File: file, Message: "cannot be read as YAML"}
	if located, ok := errors.AsType[yaml.Error](err); ok {
		if t := located.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
	}
	if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok {
		p.Message = strings.TrimRight(quoted.ReplaceAllString(syntax.Message, ""), ": ")
	}
	return p
}

type fileKey struct{}

// within tells a Node that is decoded which file it is from.
func within(file string) context.Context {
	return context.WithValue(context.Background(), fileKey{}, file)
}

// UnmarshalYAML keeps a part of the file for later.
func (n *Node) UnmarshalYAML(ctx context.Context, part ast.Node) error {
	n.File, _ = ctx.Value(fileKey{}).(string)
	n.AST = part
	return nil
}
