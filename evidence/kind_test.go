package evidence_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// A field that is not a pointer, slice or map has no way to say "not seen", so
// it must say that it cannot be unseen.
func TestEveryFieldCanBeUnseen(t *testing.T) {
	t.Parallel()
	for _, k := range evidence.Kinds {
		t.Run(string(k.Kind), func(t *testing.T) {
			t.Parallel()
			checkFields(t, k.Type(), string(k.Kind), map[reflect.Type]bool{})
		})
	}
}

func checkFields(t *testing.T, typ reflect.Type, path string, seen map[reflect.Type]bool) {
	t.Helper()
	if seen[typ] {
		return
	}
	seen[typ] = true
	for f := range typ.Fields() {
		name := path + "." + f.Name
		require.True(t, f.IsExported(), "%s is unexported and would be lost in storage", name)
		require.NotEmpty(t, f.Tag.Get("json"), "%s has no JSON name", name)
		always := f.Tag.Get("seen") == "always"
		switch f.Type.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			if !always {
				require.Contains(t, f.Tag.Get("json"), ",omitzero", "%s: omitempty would lose an empty list, absence would be null", name)
			}
		default:
			require.True(t, always, "%s cannot be nil, so it needs `seen:\"always\"` or a pointer", name)
		}
		elem := f.Type
		for elem.Kind() == reflect.Pointer || elem.Kind() == reflect.Slice {
			elem = elem.Elem()
		}
		if elem.Kind() == reflect.Struct && elem != reflect.TypeFor[time.Time]() {
			checkFields(t, elem, name, seen)
		}
	}
}

// Forgetting to list a kind would make its facts undecodable.
func TestEveryKindIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, k := range evidence.Kinds {
		require.False(t, listed[string(k.Kind)], "%s is listed twice", k.Kind)
		require.Equal(t, string(k.Kind), k.Type().Name(), "a kind is named as its struct")
		require.NotEmpty(t, k.Doc)
		listed[string(k.Kind)] = true
	}
	for _, kind := range declaredKinds(t) {
		require.True(t, listed[kind], "%s is declared but not in evidence.Kinds (kind.go)", kind)
	}
}

func declaredKinds(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if ok && len(spec.Names) == 1 && strings.HasSuffix(spec.Names[0].Name, "Kind") && len(spec.Values) == 1 {
				if lit, ok := spec.Values[0].(*ast.CompositeLit); ok && isIdent(lit.Type, "KindInfo") {
					found = append(found, strings.ToUpper(spec.Names[0].Name[:1])+strings.TrimSuffix(spec.Names[0].Name[1:], "Kind"))
				}
			}
			return true
		})
	}
	require.NotEmpty(t, found)
	return found
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
