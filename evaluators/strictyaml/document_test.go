package strictyaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/strictyaml"
)

type box struct {
	Name  string         `yaml:"name"`
	Inner []inner        `yaml:"inner"`
	Any   map[string]any `yaml:"any"`
}

type inner struct {
	Size int64 `json:"size"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	read := func(text string) (box, error) {
		var b box
		d, err := strictyaml.Parse("f.yaml", []byte(text))
		if err == nil {
			err = d.Decode(&b)
		}
		return b, err
	}

	t.Run("aliases stand for what they name", func(t *testing.T) {
		t.Parallel()
		b, err := read("inner:\n  - &x {size: 1}\n  - *x\n")
		require.NoError(t, err)
		require.Equal(t, []inner{{1}, {1}}, b.Inner)
	})

	for name, c := range map[string]struct{ text, want string }{
		"an unknown key":          {"nam: x", `f.yaml:1:1: unknown field "nam": expected one of any, inner, name`},
		"an unknown key below":    {"inner:\n  - size: 1\n  - sise: 1\n", `f.yaml:3:5: unknown field "sise": expected one of size`},
		"a repeated key":          {"name: x\nname: y", `f.yaml:2:1: mapping key "name" already defined`},
		"a wrong type":            {"inner:\n  - size: big\n", "f.yaml:2:11: cannot unmarshal string"},
		"a fraction for a number": {"inner:\n  - size: 1.5\n", "f.yaml:2:11: 1.5 has a fraction: expected a whole number"},
		"an unknown alias":        {"inner: *y", "f.yaml:1:9: could not find alias"},
		"no YAML":                 {"name: [", "f.yaml:1:7:"},
		"nothing":                 {"", "f.yaml: is empty"},
		"two documents":           {"name: a\n---\nname: b\n", "f.yaml: holds several documents"},
		"too much":                {strings.Repeat("#", 5<<20), "is larger than"},
	} {
		t.Run(name+" is an error with its place", func(t *testing.T) {
			t.Parallel()
			_, err := read(c.text)
			require.ErrorContains(t, err, c.want)
		})
	}

	t.Run("aliases of aliases stay small", func(t *testing.T) {
		t.Parallel()
		var text strings.Builder
		text.WriteString("any:\n  a0: &a0 [x]\n")
		for i := range 30 {
			fmt.Fprintf(&text, "  a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 8), i)
		}
		_, err := read(text.String())
		require.ErrorContains(t, err, "values once its aliases are replaced")
	})
}
