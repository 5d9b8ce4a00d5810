package strictyaml

import (
	"encoding"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// checker compares a node with the type it will be decoded into. The library
// would tell of one problem only, and lets pass what it should not: it cuts 1.5
// to 1, reads a time it does not understand as no time, and a mapping with a key
// that is no text as an empty one.
type checker struct{ found }

// value checks one node. Null stands for a value left out, everywhere.
func (c *checker) value(n ast.Node, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Type() == ast.NullType || c.own(n, t, path) {
		return
	}
	switch t.Kind() {
	case reflect.Interface:
	case reflect.Struct:
		if c.is(n, t, path, ast.MappingType, ast.MappingValueType) {
			c.fields(n, t, path)
		}
	case reflect.Map:
		if !c.is(n, t, path, ast.MappingType, ast.MappingValueType) {
			return
		}
		for _, pair := range pairs(n) {
			key, _ := keyOf(pair)
			c.value(keyNode(pair), t.Key(), path)
			c.value(pair.Value, t.Elem(), join(path, key))
		}
	case reflect.Slice, reflect.Array:
		if !c.is(n, t, path, ast.SequenceType) {
			return
		}
		for i, item := range n.(*ast.SequenceNode).Values {
			c.value(item, t.Elem(), path+"["+strconv.Itoa(i)+"]")
		}
	default:
		c.scalar(n, t, path)
	}
}

func (c *checker) fields(n ast.Node, t reflect.Type, path string) {
	known := fields(t)
	for _, pair := range pairs(n) {
		key, _ := keyOf(pair)
		field, ok := known[key]
		if !ok {
			c.add(pair.Key, "", "unknown key %q; expected %s", key, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			continue
		}
		c.value(pair.Value, field, join(path, key))
	}
}

// own lets a type that reads itself say what is wrong; the value it reads into
// is thrown away.
func (c *checker) own(n ast.Node, t reflect.Type, path string) bool {
	var err error
	switch reader := reflect.New(t).Interface().(type) {
	case *time.Time:
		c.time(n, path)
		return true
	case *time.Duration:
		c.duration(n, path)
		return true
	case yaml.NodeUnmarshaler:
		err = reader.UnmarshalYAML(n)
	case yaml.NodeUnmarshalerContext:
		err = reader.UnmarshalYAML(within(c.file), n)
	case encoding.TextUnmarshaler:
		err = Text(n, reader.UnmarshalText)
	default:
		return false
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		c.add(n, path, "%s", p.Message)
	} else if err != nil {
		text, _ := written(n)
		c.add(n, path, "%s", without(text, err.Error()))
	}
	return true
}

func (c *checker) is(n ast.Node, t reflect.Type, path string, types ...ast.NodeType) bool {
	if slices.Contains(types, n.Type()) {
		return true
	}
	c.expected(n, t, path)
	return false
}

func (c *checker) expected(n ast.Node, t reflect.Type, path string) {
	c.add(n, path, "expected %s, found %s", wanted(t), kind(n))
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// fields are the keys a struct has a place for, as the library names them.
func fields(t reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for f := range t.Fields() {
		tag := f.Tag.Get("yaml")
		if tag == "" {
			tag = f.Tag.Get("json")
		}
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-" || !f.IsExported() && !f.Anonymous:
		case slices.Contains(strings.Split(options, ","), "inline"):
			inner := f.Type
			for inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			maps.Copy(known, fields(inner))
		case name == "":
			known[strings.ToLower(f.Name)] = f.Type
		default:
			known[name] = f.Type
		}
	}
	return known
}
