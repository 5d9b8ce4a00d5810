package github

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// A collector that is declared and not listed would never run, and a read that
// is not among the routes could never be named.
func TestEveryCollectorIsListed(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, c := range append([]evidence.Collector{discovery}, collectors...) {
		require.NotEmpty(t, c.Doc, c.Name)
		require.NotEmpty(t, c.Permissions, c.Name)
		require.False(t, slices.Contains(listed, c.Name), "%s is listed twice", c.Name)
		listed = append(listed, c.Name)
		for _, read := range c.Reads {
			require.Contains(t, reads, read, c.Name)
		}
	}
	declared := declaredCollectors(t)
	slices.Sort(listed)
	slices.Sort(declared)
	require.Equal(t, declared, listed, "a collector is declared in a file and missing from the list in provider.go: add it there")
}

func declaredCollectors(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			typ, ok := lit.Type.(*ast.SelectorExpr)
			if !ok || typ.Sel.Name != "Collector" {
				return true
			}
			for _, e := range lit.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Name" {
					found = append(found, strings.Trim(pair.Value.(*ast.BasicLit).Value, `"`))
				}
			}
			return true
		})
	}
	return found
}

// A name is put into paths, where ".." would lead to another operation.
func TestRepositoryNamesFormNoOtherPath(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"acme/one": true, "acme/.github": true, "acme": false, "acme/../user": false, "acme/one?x=1": false,
		"/one": false, "acme/": false, "acme/o ne": false, "acme/one#": false, "acme/..": false, "../x": false,
	} {
		require.Equal(t, ok, validFullName(name), name)
	}
}

type seenHeader struct{ value string }

func (s *seenHeader) RoundTrip(req *http.Request) (*http.Response, error) {
	s.value = req.Header.Get("Authorization")
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestTokenGoesToItsHostOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://api.github.com/user":        "Bearer secret",
		"https://api.github.com.evil/user":   "",
		"https://api.github.com:8443/user":   "",
		"https://elsewhere.example/api/user": "",
	} {
		var got seenHeader
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		require.NoError(t, err)
		resp, err := (&bearer{token: "secret", host: "api.github.com", next: &got}).RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, want, got.value, address)
		require.Empty(t, req.Header, "the caller's request is left as it is")
	}
}
