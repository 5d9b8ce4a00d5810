package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Text parses a scalar with a type's own reader, from the type's
// UnmarshalYAML(ast.Node), so that its complaint has a place. What the complaint
// quotes of the value is taken out.
func Text(n ast.Node, parse func([]byte) error) error {
	text, ok := written(n)
	if !ok {
		return Node{AST: n}.Problem("expected a text, found %s", kind(n))
	}
	if err := parse([]byte(text)); err != nil {
		return Node{AST: n}.Problem("%s", without(text, err.Error()))
	}
	return nil
}

// written is a scalar as it is written, without quotes.
func written(n ast.Node) (string, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return s.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// scalar checks a node that one of the basic types will take. Texts may stand for
// numbers, because what an environment variable gives is a text.
func (c *checker) scalar(n ast.Node, t reflect.Type, path string) {
	text, ok := written(n)
	if !ok {
		c.expected(n, t, path)
		return
	}
	isText := n.Type() == ast.StringType || n.Type() == ast.LiteralType
	switch k := t.Kind(); {
	case k == reflect.String:
		if s, scalar := n.(ast.ScalarNode); scalar && !isText && fmt.Sprint(s.GetValue()) != text {
			c.add(n, path, "would not be read as it is written, being %s; put it in quotes", kind(n))
		}
	case k == reflect.Bool:
		if n.Type() != ast.BoolType {
			c.expected(n, t, path)
		}
	case k >= reflect.Int && k <= reflect.Uint64:
		c.whole(n, t, path)
	case k == reflect.Float32 || k == reflect.Float64:
		if _, err := strconv.ParseFloat(text, 64); isText && err != nil || n.Type() == ast.BoolType {
			c.expected(n, t, path)
		}
	}
}

// whole checks a whole number: 0x1f and 1_000 are some, 1.5 and 1e3 are not.
func (c *checker) whole(n ast.Node, t reflect.Type, path string) {
	text, _ := written(n)
	signed := t.Kind() < reflect.Uint
	var err error
	switch {
	case n.Type() == ast.IntegerType && signed:
		_, err = strconv.ParseInt(text, 0, t.Bits())
	case n.Type() == ast.IntegerType:
		_, err = strconv.ParseUint(strings.TrimPrefix(text, "+"), 0, t.Bits())
	case n.Type() == ast.StringType || n.Type() == ast.LiteralType:
		// The library reads a text by way of a float64, and no negative one.
		bits := min(t.Bits(), 53)
		if signed {
			bits = min(t.Bits()-1, 53)
		}
		_, err = strconv.ParseUint(text, 10, bits)
	default:
		err = strconv.ErrSyntax
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		c.add(n, path, "is too large or too small")
	case err != nil:
		c.expected(n, t, path)
	}
}

func (c *checker) time(n ast.Node, path string) {
	text, _ := written(n)
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		return
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		c.add(n, path, "expected a time such as 2026-11-16T09:00:00Z")
	}
}

func (c *checker) duration(n ast.Node, path string) {
	text, _ := written(n)
	if _, err := time.ParseDuration(text); err != nil || n.Type() != ast.StringType {
		c.add(n, path, "expected a duration such as 15m or 24h")
	}
}

// wanted names what a type takes.
func wanted(t reflect.Type) string {
	switch k := t.Kind(); {
	case k == reflect.Slice || k == reflect.Array:
		return "a list"
	case k == reflect.Map || k == reflect.Struct:
		return "a mapping"
	case k == reflect.Bool:
		return "true or false"
	case k >= reflect.Int && k <= reflect.Uint64:
		return "a whole number"
	case k == reflect.Float32 || k == reflect.Float64:
		return "a number"
	}
	return "a text"
}

// kind names what stands in the file.
func kind(n ast.Node) string {
	switch n.Type() {
	case ast.StringType, ast.LiteralType:
		return "a text"
	case ast.IntegerType:
		return "a whole number"
	case ast.FloatType, ast.InfinityType, ast.NanType:
		return "a decimal number"
	case ast.BoolType:
		return "true or false"
	case ast.SequenceType:
		return "a list"
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	}
	return "nothing"
}
