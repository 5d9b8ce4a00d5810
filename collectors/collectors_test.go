package collectors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestEveryProviderIsListed(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, p := range Providers {
		listed = append(listed, p.Name)
	}
	require.ElementsMatch(t, foldersWithProvider(t, os.DirFS(".")), listed,
		"each folder with a Provider has one line in collectors.go, and the provider is named like its folder")
	for _, name := range listed {
		require.True(t, testsContain(t, os.DirFS(name), "collectorstest.Run("),
			"no test file in collectors/%s contains collectorstest.Run(: add a conformance_test.go that runs the suite on its collectors", name)
	}
}

func testsContain(t *testing.T, fsys fs.FS, text string) bool {
	t.Helper()
	files, err := fs.Glob(fsys, "*_test.go")
	require.NoError(t, err)
	return slices.ContainsFunc(files, func(name string) bool {
		src, err := fs.ReadFile(fsys, name)
		require.NoError(t, err)
		return strings.Contains(string(src), text)
	})
}

// foldersWithProvider are the folders whose Go files declare a variable Provider.
func foldersWithProvider(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	files, err := fs.Glob(fsys, "*/*.go")
	require.NoError(t, err)
	var folders []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := fs.ReadFile(fsys, name)
		require.NoError(t, err)
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		require.NoError(t, err)
		if slices.ContainsFunc(f.Decls, declaresProvider) {
			folders = append(folders, path.Dir(name))
		}
	}
	return folders
}

func declaresProvider(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	return ok && g.Tok == token.VAR && slices.ContainsFunc(g.Specs, func(s ast.Spec) bool {
		v, ok := s.(*ast.ValueSpec)
		return ok && slices.ContainsFunc(v.Names, func(n *ast.Ident) bool { return n.Name == "Provider" })
	})
}

func TestProvidersAreSound(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, p := range Providers {
		t.Run(p.Name, func(t *testing.T) {
			require.NotEmpty(t, p.Title)
			require.NotNil(t, p.Settings, "Settings")
			require.NotNil(t, p.Open, "Open")
			require.NotEmpty(t, p.Collectors)
			owner := map[string]string{}
			for _, c := range append([]evidence.Collector{p.Discovery}, p.Collectors...) {
				require.True(t, strings.HasPrefix(c.Name, p.Name), "collector %s is named after its provider", c.Name)
				require.False(t, names[c.Name], "two collectors are called %s", c.Name)
				names[c.Name] = true
				require.Len(t, slices.Compact(slices.Sorted(slices.Values(c.Reads))), len(c.Reads), "%s declares a read twice", c.Name)
				for _, pop := range c.Populations {
					requirePopulation(t, p, c, pop)
					require.Empty(t, owner[pop.Type], "%s is owned twice", pop.Type)
					owner[pop.Type] = c.Name
				}
			}
			require.Empty(t, p.Discovery.Populations, "discovery owns nothing")
			for _, c := range p.Collectors {
				require.NotEmpty(t, c.Doc, c.Name)
				require.NotEmpty(t, c.Populations, c.Name)
			}
		})
	}
}

func requirePopulation(t *testing.T, p connect.Provider, c evidence.Collector, pop evidence.Population) {
	t.Helper()
	_, known := evidence.KindOf(pop.Kind)
	require.True(t, known, "%s owns the unknown kind %q", c.Name, pop.Kind)
	require.True(t, strings.HasPrefix(pop.Type, p.Name+"."), "type %s is named after its provider", pop.Type)
}
