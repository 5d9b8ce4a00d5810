package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

type document struct {
	Name  string            `yaml:"name"`
	Count int               `yaml:"count"`
	Parts []part            `yaml:"parts"`
	ByKey map[string]part   `yaml:"by_key"`
	Tags  map[string]string `yaml:"tags"`
}

type part struct {
	Size int  `yaml:"size"`
	On   bool `yaml:"on"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ src, want string }{
		"an unknown key names the keys there are":             {"name: x\ncuont: 3\n", `f.yaml:2:1: unknown key "cuont"; expected by_key, count, name, parts, tags`},
		"an unknown key deep in a list":                       {"parts:\n  - size: 1\n    offf: true\n", `f.yaml:3:5: unknown key "offf"; expected on, size`},
		"an unknown key under a free key":                     {"by_key:\n  a:\n    siz: 1\n", `f.yaml:3:5: unknown key "siz"; expected on, size`},
		"a wrong type says what was expected, not the value":  {"count: hunter2\n", "f.yaml:1:8: expected a whole number, found string"},
		"a list where a mapping belongs":                      {"tags: [a]\n", "f.yaml:1:7: sequence was used where mapping is expected"},
		"a duplicate key":                                     {"name: a\nname: b\n", `f.yaml:2:1: mapping key "name" already defined at [1:1]`},
		"broken syntax":                                       {"name: [a\n", "f.yaml:1:7: sequence end token ']' not found"},
		"two documents":                                       {"name: a\n---\nname: b\n", "f.yaml: holds 2 documents, expected one; remove the lines `---`"},
		"a file too large to have been written by hand":       {strings.Repeat("#", strictyaml.MaxBytes+1), "f.yaml: is 4194305 bytes long, the limit is 4194304"},
		"an empty file is an empty document and not an error": {"", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := strictyaml.Decode("f.yaml", []byte(c.src), &document{})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
		})
	}
}

func TestNodeAt(t *testing.T) {
	t.Parallel()
	n, err := strictyaml.Parse("f.yaml", []byte("parts:\n  - size: 1\n  - size: 2\n"))
	require.NoError(t, err)
	require.EqualError(t, n.At("parts", 1, "size").Problem("is too %s", "small"), "f.yaml:3:11: is too small")
	require.EqualError(t, n.At("parts", 1, "missing").Problem("needs more"), "f.yaml:3:9: needs more")
}
