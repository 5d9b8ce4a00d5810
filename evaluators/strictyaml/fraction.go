package strictyaml

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// fraction finds a number with a fraction where a whole number belongs: the
// decoder would cut it off without a word.
func fraction(n ast.Node, t reflect.Type) ast.Node {
	t = element(t)
	switch n := n.(type) {
	case *ast.FloatNode:
		if k := t.Kind(); k >= reflect.Int && k <= reflect.Uint64 {
			return n
		}
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for _, v := range n.Values {
			if found := fraction(v, t.Elem()); found != nil {
				return found
			}
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			if found := fraction(v, t); found != nil {
				return found
			}
		}
	case *ast.MappingValueNode:
		if inside := below(t, strings.Trim(n.Key.GetToken().Value, `"'`)); inside != nil && t.Kind() != reflect.Slice {
			return fraction(n.Value, inside)
		}
	}
	return nil
}
