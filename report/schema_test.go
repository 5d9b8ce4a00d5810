package report_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

const schemaFile = "../docs/schema/scan-v1.json"

// scanSchema is the contract's JSON Schema, made from the structs and their comments.
func scanSchema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{Anonymous: true, Mapper: mapType}
	for _, pkg := range []string{"report", "soc2"} {
		require.NoError(t, r.AddGoComments("github.com/controlwatch/controlwatch/report", "../"+pkg))
	}
	s := r.Reflect(&report.Scan{})
	s.Title = report.SchemaV1
	schema, _ := s.Definitions["Scan"].Properties.Get("schema")
	schema.Const = report.SchemaV1
	nullable(s, "Finding", "first_seen", "last_changed", "acceptance", "excluded_by")
	nullable(s, "Hole", "since")
	nullable(s, "Narrowing", "decision")
	nullable(s, "Pull", "provider_total", "reconciled_with", "clock")
	out, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	return append(out, '\n')
}

// mapType spells the types whose JSON is a fixed set of words.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[soc2.Outcome]():
		return words("pass", "fail", "unobserved", "not_applicable")
	case reflect.TypeFor[soc2.Severity]():
		return words("low", "medium", "high", "critical")
	case reflect.TypeFor[soc2.CriterionState]():
		return words("gap-seen", "evidence-incomplete", "no-gap-seen", "out-of-scope")
	case reflect.TypeFor[soc2.Strength]():
		return words("direct", "supporting")
	case reflect.TypeFor[evidence.Reason]():
		s := &jsonschema.Schema{Type: "string"}
		for _, r := range evidence.Reasons {
			s.Enum = append(s.Enum, r)
		}
		return s
	case reflect.TypeFor[json.RawMessage]():
		return &jsonschema.Schema{Type: "object"}
	}
	return nil
}

func words(all ...any) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: all} }

// nullable lets keys that are always present say that there is nothing to say.
func nullable(s *jsonschema.Schema, definition string, keys ...string) {
	for _, key := range keys {
		p, ok := s.Definitions[definition].Properties.Get(key)
		if !ok {
			panic("no key " + key + " in " + definition)
		}
		value := *p
		value.Description = ""
		s.Definitions[definition].Properties.Set(key, &jsonschema.Schema{
			Description: p.Description,
			OneOf:       []*jsonschema.Schema{&value, {Type: "null"}},
		})
	}
}

func TestSchemaIsCurrent(t *testing.T) {
	t.Parallel()
	golden(t, scanSchema(t), schemaFile)
}

func compiled(t *testing.T) *validator.Schema {
	t.Helper()
	c := validator.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schemaFile)
	require.NoError(t, err)
	return s
}

func TestJSONIsValid(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for name, a := range map[string]soc2.Assessment{"something of everything": assessment(), "nothing at all": {}, "many": many(50)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			require.NoError(t, report.JSON(&b, a))
			v, err := validator.UnmarshalJSON(&b)
			require.NoError(t, err)
			require.NoError(t, schema.Validate(v))
		})
	}
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for name, change := range map[string]func(scan map[string]any){
		"an unknown key":                   func(s map[string]any) { s["extra"] = 1 },
		"a missing key":                    func(s map[string]any) { delete(s, "holes") },
		"null for a list":                  func(s map[string]any) { s["findings"] = nil },
		"another schema":                   func(s map[string]any) { s["schema"] = "controlwatch.scan/v2" },
		"an outcome spelt otherwise":       func(s map[string]any) { firstOf(s, "findings")["outcome"] = "not-applicable" },
		"a finding without an outcome":     func(s map[string]any) { delete(firstOf(s, "findings"), "outcome") },
		"a time that is none":              func(s map[string]any) { firstOf(s, "pulls")["started_at"] = "yesterday" },
		"an unknown reason":                func(s map[string]any) { firstOf(s, "holes")["reason"] = "eclipse" },
		"a key the finding does not have":  func(s map[string]any) { firstOf(s, "findings")["holes"] = []any{} },
		"a state no criterion has":         func(s map[string]any) { firstOf(s, "criteria")["state"] = "met" },
		"an observed state of other shape": func(s map[string]any) { firstOf(s, "findings")["observed"] = "off" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			require.NoError(t, report.JSON(&b, assessment()))
			v, err := validator.UnmarshalJSON(&b)
			require.NoError(t, err)
			require.NoError(t, schema.Validate(v))
			change(v.(map[string]any))
			require.Error(t, schema.Validate(v))
		})
	}
}

func firstOf(scan map[string]any, list string) map[string]any {
	return scan[list].([]any)[0].(map[string]any)
}
