package strictyaml

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// expected gives the keys that are known where an unknown one stands.
func expected(body ast.Node, at *token.Token, root reflect.Type, base string) []string {
	f := &finder{at: at}
	ast.Walk(f, body)
	if f.path == "" {
		return nil
	}
	t := root
	for _, step := range steps(strings.TrimPrefix(parent(f.path), base)) {
		if t = below(t, step); t == nil {
			return nil
		}
	}
	t = element(t)
	if t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for i := range t.NumField() {
		if name := key(t.Field(i)); name != "-" {
			keys = append(keys, name)
		}
	}
	slices.Sort(keys)
	return keys
}

// finder looks for the key at a position.
type finder struct {
	at   *token.Token
	path string
}

// Visit is called for every node.
func (f *finder) Visit(n ast.Node) ast.Visitor {
	if m, ok := n.(*ast.MappingValueNode); ok && m.Key.GetToken().Position.Offset == f.at.Position.Offset {
		f.path = m.Key.GetPath()
		if f.path == "" || f.path == m.GetPath() {
			f.path = m.Value.GetPath()
		}
	}
	return f
}

var step = regexp.MustCompile(`[^.\[\]$']+`)

func steps(path string) []string { return step.FindAllString(path, -1) }

func below(t reflect.Type, name string) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return t.Elem()
	case reflect.Struct:
		for i := range t.NumField() {
			if key(t.Field(i)) == name {
				return t.Field(i).Type
			}
		}
	default:
	}
	return nil
}

func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func key(f reflect.StructField) string {
	for _, tag := range []string{"yaml", "json"} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" {
			return name
		}
	}
	return strings.ToLower(f.Name)
}
