package strictyaml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want string }{
		"broken syntax":                  {"name: [a\n", "f.yaml:1:7: sequence end token ']' not found"},
		"a key twice":                    {"name: a\nname: b\n", `f.yaml:2:1: key "name" is there already, on line 1; remove one`},
		"a key twice, once in quotes":    {"any:\n  a: 1\n  'a': 2\n", `f.yaml:3:3: key "a" is there already, on line 2; remove one`},
		"a key twice in braces":          {"any: {a: 1, a: 2}\n", `f.yaml:1:13: key "a" is there already, on line 1; remove one`},
		"a key that says nothing":        {"any:\n  ~: 1\n", "f.yaml:2:3: expected a text as key"},
		"an alias as key":                {"name: &n x\nany:\n  *n : 1\n", "f.yaml:3:3: expected a text as key"},
		"a merge key":                    {"any: &a {x: 1}\nby_key:\n  a:\n    <<: *a\n", "f.yaml:4:5: a merge key (<<) is not understood; write the keys out"},
		"two documents":                  {"name: a\n---\nname: b\n", "f.yaml:2:1: holds several documents, expected one; remove this line `---`"},
		"a document behind an empty one": {"---\n---\nname: b\n", "f.yaml:2:1: holds several documents, expected one; remove this line `---`"},
		"a document behind the end":      {"name: a\n...\nname: b\n", "f.yaml:3:1: something follows the end of the document; remove the line `...`"},
		"a directive":                    {"%YAML 1.2\n---\nname: a\n", "f.yaml:1:1: a directive (%) is not understood; remove it, or put a text that starts with % in quotes"},
		"a tag":                          {"count: !!int '1.5'\n", "f.yaml:1:8: a tag (!) is not understood; remove it, or put a text that starts with ! in quotes"},
		"a tag the library falls over":   {"tags: !!null.csv\n", "f.yaml:1:7: a tag (!) is not understood; remove it, or put a text that starts with ! in quotes"},
		"a tag in brackets":              {"any: [!x]\n", "f.yaml:1:7: a tag (!) is not understood; remove it, or put a text that starts with ! in quotes"},
		"a tag that ends the file":       {"name: !x", "f.yaml:1:7: a tag (!) is not understood; remove it, or put a text that starts with ! in quotes"},
		"an alias of nothing":            {"name: *n\n", "f.yaml:1:7: an alias (*) of nothing above it; put a text that starts with * in quotes"},
		"an alias of itself":             {"any: &a\n  b: *a\n", "f.yaml:2:6: an alias (*) of nothing above it; put a text that starts with * in quotes"},
		"two problems":                   {"name: *n\ncount: 1\ncount: 2\n", "f.yaml:3:1: key \"count\" is there already, on line 2; remove one\nf.yaml:1:7: an alias (*) of nothing above it; put a text that starts with * in quotes"},
		"a file too large to have been written by hand": {strings.Repeat("#", strictyaml.MaxBytes+1), "f.yaml: is 4194305 bytes long, the limit is 4194304"},
		"more values than the library can take":         {"any: [" + strings.Repeat("a,", 60_000) + "]", "f.yaml: holds more than 100000 values"},
		"more brackets than the library can take":       {strings.Repeat("[", 50_000), "f.yaml:1:101: is nested more than 100 deep"},
		"more lists in one line than it can take":       {strings.Repeat("- ", 1<<10) + "x", "f.yaml:1:201: is nested more than 100 deep"},
		"more explicit keys than it can take":           {strings.Repeat("? ", 1<<10) + "x", "f.yaml:1:201: is nested more than 100 deep"},
		"more indentation than it can take":             {indented(101), "f.yaml:101:102: is nested more than 100 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := strictyaml.Parse("f.yaml", []byte(c.src))
			require.EqualError(t, err, c.want)
			for _, one := range strictyaml.Each(err) {
				_, ok := errors.AsType[*strictyaml.Problem](one)
				require.True(t, ok, "%T", one)
			}
		})
	}
}

func indented(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestParseTakes(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"one document":                    "name: a\n",
		"a document with its first line":  "# by hand\n---\nname: a\n",
		"a document with its last line":   "name: a\n...\n# done\n",
		"a line of dashes inside a text":  "name: a\ntags:\n  b: |\n    ---\n",
		"as much indentation as can be":   "any:\n" + indented(99),
		"a long list":                     "name: a\nlist:\n" + strings.Repeat("- [1]\n", 1000),
		"as many lists beside each other": "list: [" + strings.Repeat("[],", 1000) + "]\n",
		"an explicit key":                 "? name\n: a\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := strictyaml.Parse("f.yaml", []byte(src))
			require.NoError(t, err)
			require.False(t, n.Empty())
		})
	}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	t.Run("stand for what they name", func(t *testing.T) {
		t.Parallel()
		n, err := strictyaml.Parse("f.yaml", []byte("parts:\n  - &p {size: 1, on: true}\n  - *p\nby_key:\n  a: *p\n"))
		require.NoError(t, err)
		var d document
		require.NoError(t, n.Decode(&d))
		require.Equal(t, document{Parts: []part{{1, true}, {1, true}}, ByKey: map[string]part{"a": {1, true}}}, d)
		var p part
		require.NoError(t, n.At("by_key", "a").Decode(&p), "every part can be read by itself")
		require.Equal(t, part{1, true}, p)
	})
	t.Run("of aliases stay small", func(t *testing.T) {
		t.Parallel()
		var src strings.Builder
		src.WriteString("any:\n  a0: &a0 [x]\n")
		for i := range 8 {
			fmt.Fprintf(&src, "  a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 8), i)
		}
		_, err := strictyaml.Parse("f.yaml", []byte(src.String()))
		require.EqualError(t, err, "f.yaml: holds too many values once its aliases are replaced; write out what is needed")
	})
}

// Whatever is wrong, and wherever, the value beside it does not get out.
func TestProblemsNeverQuoteValues(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"count: hunter2", "count: [hunter2]", "tags: hunter2", "on: hunter2", "parts: [hunter2]", "by_key: {a: hunter2}",
		"when: hunter2", "lasts: hunter2", "level: hunter2", "level: ' hunter2'", "level: \"hunter2\\n\"", "ratio: hunter2", "secret: hunter2",
		"name: !hunter2", "name: *hunter2", "name: &hunter2", "name: @hunter2", "name: %hunter2", "name: `hunter2", "name: |hunter2",
		"name: 'hunter2", "name: \"hunter2", "name: \"hunter2\\q\"", "name: hunter2: b", "name: {a: hunter2", "name: [hunter2", "name: b\nhunter2",
		"%hunter2\n---\n", "\tname: hunter2", "name: a\n bad: hunter2\n", "count: 99999999999999999999999 hunter2", "name: !!hunter2 x", "- hunter2\nname: x",
		"name: x\n--- hunter2", "name: >hunter2\n  x", "name: {hunter2", "name: &a &hunter2 x", "name: hunter2]]: [",
	} {
		t.Run(src, func(t *testing.T) {
			t.Parallel()
			err := strictyaml.Decode("f.yaml", []byte(src), &document{})
			require.Error(t, err)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, src := range []string{"name: a\ncount: 1\n", "parts: [{size: 1}]\nany: {a: [b, {c: 1.5}]}\n", "a: !!null.csv", "x: &x [1]\ny: *x", "? a\n: b", "- |\n x\n", "any: {<<: 1}"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		err := strictyaml.Decode("f.yaml", src, &document{})
		for _, one := range strictyaml.Each(err) {
			_, ok := errors.AsType[*strictyaml.Problem](one)
			require.True(t, ok, "%T", one)
			require.NotContains(t, one.Error(), "indentation", "the library fell over")
		}
	})
}
