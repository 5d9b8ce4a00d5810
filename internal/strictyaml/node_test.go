package strictyaml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

type document struct {
	Name   string            `yaml:"name"`
	Count  int               `yaml:"count"`
	Small  uint8             `json:"small,omitzero"`
	Ratio  float64           `yaml:"ratio"`
	On     *bool             `yaml:"on"`
	Parts  []part            `yaml:"parts"`
	ByKey  map[string]part   `yaml:"by_key"`
	Tags   map[string]string `yaml:"tags"`
	Any    map[string]any    `yaml:"any"`
	When   time.Time         `yaml:"when"`
	Lasts  time.Duration     `yaml:"lasts"`
	Level  level             `yaml:"level"`
	Secret placed            `yaml:"secret"`
	Later  *strictyaml.Node  `yaml:"later"`
	Lists  [][]*int          `yaml:"lists"`
	Common `yaml:",inline"`
	Hidden string `yaml:"-"`
}

type Common struct {
	Owner string `yaml:"owner"`
}

type part struct {
	Size int  `yaml:"size"`
	On   bool `yaml:"on"`
}

// level reads itself, and quotes what it was given.
type level int

func (l *level) UnmarshalText(b []byte) error {
	if string(b) == "panic" {
		panic("a bug")
	}
	if string(b) != "high" {
		return fmt.Errorf("level %q: expected high", b)
	}
	*l = 1
	return nil
}

// placed reads itself by way of Text.
type placed string

func (p *placed) UnmarshalYAML(n ast.Node) error {
	return strictyaml.Text(n, func(b []byte) error {
		*p = placed(b)
		if len(b) != 3 {
			return fmt.Errorf("%s is none", b)
		}
		return nil
	})
}

const keys = "any, by_key, count, lasts, later, level, lists, name, on, owner, parts, ratio, secret, small, tags, when"

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want string }{
		"an unknown key":                      {"name: x\ncuont: 3\n", `f.yaml:2:1: unknown key "cuont"; expected ` + keys},
		"an unknown key deep in a list":       {"parts:\n  - size: 1\n    offf: true\n", `f.yaml:3:5: unknown key "offf"; expected on, size`},
		"an unknown key under a free key":     {"by_key:\n  a:\n    siz: 1\n", `f.yaml:3:5: unknown key "siz"; expected on, size`},
		"a key that is a number":              {"parts:\n  - 1: 1\n", `f.yaml:2:5: unknown key "1"; expected on, size`},
		"a field that is not for files":       {"-: x\nHidden: y\n", "f.yaml:1:1: unknown key \"-\"; expected " + keys + "\nf.yaml:2:1: unknown key \"Hidden\"; expected " + keys},
		"a text for a number":                 {"count: x\n", "f.yaml:1:8: count: expected a whole number, found a text"},
		"a fraction for a whole number":       {"parts:\n  - size: 1.5\n", "f.yaml:2:11: parts[0].size: expected a whole number, found a decimal number"},
		"a fraction in quotes":                {"count: '1.5'\n", "f.yaml:1:8: count: expected a whole number, found a text"},
		"a fraction behind an alias":          {"ratio: &r 1.5\ncount: *r\n", "f.yaml:1:11: count: expected a whole number, found a decimal number"},
		"infinity for a whole number":         {"count: -.inf\n", "f.yaml:1:8: count: expected a whole number, found a decimal number"},
		"an exponent":                         {"count: 1e3\n", "f.yaml:1:8: count: expected a whole number, found a text"},
		"a number out of range":               {"small: 256\n", "f.yaml:1:8: small: is too large or too small"},
		"a number no type holds":              {"count: 99999999999999999999\n", "f.yaml:1:8: count: is too large or too small"},
		"a negative number without a sign":    {"small: -1\n", "f.yaml:1:8: small: expected a whole number, found a whole number"},
		"a text for a decimal number":         {"ratio: x\n", "f.yaml:1:8: ratio: expected a number, found a text"},
		"a text for true or false":            {"on: yes\n", "f.yaml:1:5: on: expected true or false, found a text"},
		"a number that changes when read":     {"name: 0123\n", "f.yaml:1:7: name: would not be read as it is written, being a whole number; put it in quotes"},
		"a decimal that changes when read":    {"tags: {version: 1.10}\n", "f.yaml:1:17: tags.version: would not be read as it is written, being a decimal number; put it in quotes"},
		"a free key that changes when read":   {"tags: {0123: x}\n", "f.yaml:1:8: tags: would not be read as it is written, being a whole number; put it in quotes"},
		"a list where a mapping belongs":      {"tags: [a]\n", "f.yaml:1:7: tags: expected a mapping, found a list"},
		"a mapping where a list belongs":      {"parts: {size: 1}\n", "f.yaml:1:8: parts: expected a list, found a mapping"},
		"a mapping where a text belongs":      {"tags:\n  a:\n    b: c\n", "f.yaml:3:5: tags.a: expected a text, found a mapping"},
		"a list in a list":                    {"lists: [[1], [2, x]]\n", "f.yaml:1:18: lists[1][1]: expected a whole number, found a text"},
		"a text where it all belongs":         {"hello\n", "f.yaml:1:1: expected a mapping, found a text"},
		"a time nobody understands":           {"when: tomorrow\n", "f.yaml:1:7: when: expected a time such as 2026-11-16T09:00:00Z"},
		"a duration without a unit":           {"lasts: 15\n", "f.yaml:1:8: lasts: expected a duration such as 15m or 24h"},
		"what a type's own reader refuses":    {"level: low\n", "f.yaml:1:8: level: level: expected high"},
		"a list for a type's own reader":      {"level: [high]\n", "f.yaml:1:8: level: expected a text, found a list"},
		"what a reader with a place refuses":  {"secret: swordfish\n", "f.yaml:1:9: secret: is not one that can be read here"},
		"a reader that falls over":            {"level: panic\n", "f.yaml: cannot be read as YAML; check its brackets, quotes and indentation"},
		"several things, in the file's order": {"count: x\nzip: 1\nparts: [{size: 1.5}]\n", "f.yaml:1:8: count: expected a whole number, found a text\nf.yaml:2:1: unknown key \"zip\"; expected " + keys + "\nf.yaml:3:16: parts[0].size: expected a whole number, found a decimal number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := strictyaml.Decode("f.yaml", []byte(c.src), &document{})
			require.EqualError(t, err, c.want)
			for _, one := range strictyaml.Each(err) {
				p, ok := errors.AsType[*strictyaml.Problem](one)
				require.True(t, ok)
				require.Equal(t, "f.yaml", p.File)
			}
		})
	}
	t.Run("as much as one can mend at once", func(t *testing.T) {
		t.Parallel()
		err := strictyaml.Decode("f.yaml", []byte("parts:\n"+strings.Repeat("- x\n", 1000)), &document{})
		require.Len(t, strictyaml.Each(err), 51)
		require.ErrorContains(t, err, "f.yaml: holds more problems than these; mend them first")
	})
}

func TestDecode(t *testing.T) {
	t.Parallel()
	on, one := true, 1
	for name, c := range map[string]struct {
		src  string
		want document
	}{
		"nothing":                     {"", document{}},
		"a comment":                   {"# nothing\n", document{}},
		"null":                        {"~\n", document{}},
		"null fields":                 {"name:\ncount: ~\nparts: null\non:\nlater:\nlevel:\nwhen:\n", document{}},
		"texts":                       {"name: |\n  a\n  b\ntags: {a: 'x', b: 111122223333, c: true, 4: \"y\"}\nowner: ada\n", document{Name: "a\nb\n", Tags: map[string]string{"a": "x", "b": "111122223333", "c": "true", "4": "y"}, Common: Common{Owner: "ada"}}},
		"numbers":                     {"count: -1_000\nsmall: 0xff\nratio: 1e3\nlists: [[1], []]\n", document{Count: -1000, Small: 255, Ratio: 1000, Lists: [][]*int{{&one}, {}}}},
		"numbers that are texts":      {"count: '12'\nratio: '1.5'\n", document{Count: 12, Ratio: 1.5}},
		"a whole number as a decimal": {"ratio: 2\n", document{Ratio: 2}},
		"true":                        {"on: true\n", document{On: &on}},
		"times":                       {"when: 2026-11-16T09:00:00Z\nlasts: 15m\n", document{When: time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC), Lasts: 15 * time.Minute}},
		"a day":                       {"when: 2026-11-16\n", document{When: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)}},
		"types' own readers":          {"level: high\nsecret: abc\n", document{Level: 1, Secret: "abc"}},
		"explicit keys":               {"? tags\n: {? a : b}\n", document{Tags: map[string]string{"a": "b"}}},
		"whatever goes":               {"any: {a: [1, x, ~], b: {c: 1.5}}\n", document{Any: map[string]any{"a": []any{uint64(1), "x", nil}, "b": map[string]any{"c": 1.5}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d document
			require.NoError(t, strictyaml.Decode("f.yaml", []byte(c.src), &d))
			require.Equal(t, c.want, d)
		})
	}
}

func TestNode(t *testing.T) {
	t.Parallel()
	n, err := strictyaml.Parse("f.yaml", []byte("parts:\n  - size: 1\n  - size: 2\n    on:\n\"a b\": x\n"))
	require.NoError(t, err)

	t.Run("is found by its path, or what is nearest", func(t *testing.T) {
		t.Parallel()
		require.EqualError(t, n.At("parts", 1, "size").Problem("is too %s", "small"), "f.yaml:3:11: is too small")
		require.EqualError(t, n.At("parts", 1, "missing").Problem("needs more"), "f.yaml:3:5: needs more")
		require.EqualError(t, n.At("parts", 2, "size").Problem("needs more"), "f.yaml:2:3: needs more")
		require.EqualError(t, n.At("a b", "c").Problem("is a text"), "f.yaml:5:8: is a text")
		require.EqualError(t, n.At().Problem("is whole"), "f.yaml:1:1: is whole")
		require.EqualError(t, strictyaml.Node{File: "f.yaml"}.At("a", 0).Problem("is nothing"), "f.yaml: is nothing")
	})
	t.Run("has keys, items and a line", func(t *testing.T) {
		t.Parallel()
		items, ok := n.At("parts").Items()
		require.True(t, ok)
		require.Len(t, items, 2)
		require.True(t, items[1].Has("size"))
		require.False(t, items[1].Has("on"), "null is no value")
		require.False(t, items[1].Has("off"))
		require.Equal(t, 3, items[1].Line())
		_, ok = n.Items()
		require.False(t, ok)
		require.Zero(t, strictyaml.Node{}.Line())
	})
	t.Run("can be kept for later, and knows its file", func(t *testing.T) {
		t.Parallel()
		var d document
		require.NoError(t, strictyaml.Decode("f.yaml", []byte("name: x\nlater: {size: 1.5}\n"), &d))
		require.EqualError(t, d.Later.Decode(&part{}), "f.yaml:2:15: size: expected a whole number, found a decimal number")
	})
	t.Run("is the same after its texts were replaced in a copy", func(t *testing.T) {
		t.Parallel()
		n, err := strictyaml.Parse("f.yaml", []byte("tags: {a: x}\nparts: [{size: '1'}]\nname: >\n  x\ncount: 1\n"))
		require.NoError(t, err)
		twice, err := n.Replace(func(text string) (string, error) { return text + text, nil })
		require.NoError(t, err)
		var was, is document
		require.NoError(t, twice.Decode(&is))
		require.Equal(t, document{Tags: map[string]string{"a": "xx"}, Parts: []part{{Size: 11}}, Name: "x\nx\n", Count: 1}, is)
		require.NoError(t, n.Decode(&was))
		require.Equal(t, document{Tags: map[string]string{"a": "x"}, Parts: []part{{Size: 1}}, Name: "x\n", Count: 1}, was)

		_, err = n.Replace(func(string) (string, error) { return "", errors.New("is not to be had") })
		require.EqualError(t, err, "f.yaml:1:11: is not to be had\nf.yaml:2:16: is not to be had\nf.yaml:3:7: is not to be had")
	})
}
