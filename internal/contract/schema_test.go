package contract_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/contract"
)

type colour string

type inner struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

type whole struct {
	Schema string `json:"schema"`
	*inner
	Name   bool            `json:"name"` // the outer one counts
	At     *time.Time      `json:"at"`
	Left   *inner          `json:"left,omitempty"`
	List   []inner         `json:"list"`
	Short  []string        `json:"short,omitempty"`
	Counts map[string]int  `json:"counts"`
	Colour colour          `json:"colour"`
	Raw    json.RawMessage `json:"raw"`
	Hidden string          `json:"-"`
	secret string
}

func compiled(t *testing.T, value any) *jsonschema.Schema {
	t.Helper()
	r := contract.Reflector{Words: map[reflect.Type][]string{reflect.TypeFor[colour](): {"red", "blue"}}}
	s, err := r.Of("x/v1", value)
	require.NoError(t, err)
	b, err := json.Marshal(s)
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("x.json", document))
	made, err := c.Compile("x.json")
	require.NoError(t, err)
	return made
}

// Whatever encoding/json writes of a value is valid, and anything else is not.
func TestASchemaIsWhatIsWritten(t *testing.T) {
	t.Parallel()
	schema := compiled(t, whole{})
	now := time.Now()
	validate := func(b []byte) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
		require.NoError(t, err)
		return schema.Validate(v)
	}
	for _, v := range []whole{
		{Schema: "x/v1", inner: &inner{}, Colour: "red", Raw: []byte("[]"), secret: "s"},
		{Schema: "x/v1", inner: &inner{Size: 1}, At: &now, Left: &inner{}, List: []inner{{}}, Short: []string{"a"}, Counts: map[string]int{"a": 1}, Colour: "blue", Raw: []byte("1")},
	} {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		require.NoError(t, validate(b), "%s", b)
		for name, change := range map[string]func(map[string]any){
			"another name":      func(o map[string]any) { o["schema"] = "x/v2" },
			"a key missing":     func(o map[string]any) { delete(o, "size") },
			"a key more":        func(o map[string]any) { o["secret"] = "s" },
			"another word":      func(o map[string]any) { o["colour"] = "green" },
			"a time that is no": func(o map[string]any) { o["at"] = "now" },
			"null for absent":   func(o map[string]any) { o["short"] = nil },
			"the inner name":    func(o map[string]any) { o["name"] = "a" },
		} {
			var o map[string]any
			require.NoError(t, json.Unmarshal(b, &o))
			change(o)
			changed, err := json.Marshal(o)
			require.NoError(t, err)
			require.Error(t, validate(changed), name)
		}
	}
}

type ownJSON struct{}

func (ownJSON) MarshalJSON() ([]byte, error) { return []byte("1"), nil }

func TestWhatCannotBeDescribedIsAnError(t *testing.T) {
	t.Parallel()
	r := contract.Reflector{}
	_, err := r.Of("x/v1", struct {
		Schema string  `json:"schema"`
		Own    ownJSON `json:"own"`
	}{})
	require.ErrorContains(t, err, "schema of x/v1: own: contract_test.ownJSON writes its own JSON")
	_, err = r.Of("x/v1", inner{})
	require.ErrorContains(t, err, `x/v1 has no key "schema"`)
	_, err = r.Of("x/v1", 1)
	require.Error(t, err)
}

func TestComments(t *testing.T) {
	t.Parallel()
	all, err := contract.Comments("example.com/m", fstest.MapFS{
		"a/a.go":      {Data: []byte("package a\n\n// T is\n// one.\ntype T struct {\n\t// Above.\n\tA int // behind\n\tB, C int // both\n\tD int\n}\n")},
		"a/a_test.go": {Data: []byte("package a\n\n// T is another.\ntype T int\n")},
	}, "a")
	require.NoError(t, err)
	require.Equal(t, "T is one.", all["example.com/m/a.T"])
	require.Equal(t, "Above.", all["example.com/m/a.T.A"])
	require.Equal(t, "both", all["example.com/m/a.T.C"])
	require.Empty(t, all["example.com/m/a.T.D"])
}
