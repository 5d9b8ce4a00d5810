package githubtest

import (
	"encoding/json"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// filled adds to an answer what the description requires and the fake has no
// opinion on: addresses, counts, empty lists. What the fake says is left alone
// and judged.
func (j *judge) filled(input *openapi3filter.RequestValidationInput, a answer) answer {
	if !a.fill {
		return a
	}
	described := input.Route.Operation.Responses.Status(a.status)
	var v any
	if described == nil || json.Unmarshal(a.body, &v) != nil {
		return a // the judge will say so
	}
	content := described.Value.Content.Get("application/json")
	if content == nil || content.Schema == nil {
		return a
	}
	a.body = say(fill(content.Schema.Value, v)).body
	return a
}

func fill(s *openapi3.Schema, v any) any {
	switch v := v.(type) {
	case []any:
		if s.Items != nil {
			for i := range v {
				v[i] = fill(s.Items.Value, v[i])
			}
		}
		return v
	case map[string]any:
		for _, part := range slices.Concat(s.AllOf, first(s.OneOf), first(s.AnyOf)) {
			fill(part.Value, v)
		}
		for name, p := range s.Properties {
			if inner, there := v[name]; there {
				v[name] = fill(p.Value, inner)
			} else if slices.Contains(s.Required, name) {
				v[name] = least(p.Value)
			}
		}
	}
	return v
}

func first(refs openapi3.SchemaRefs) openapi3.SchemaRefs {
	if len(refs) > 1 {
		return refs[:1]
	}
	return refs
}

// least is the smallest value a schema allows.
func least(s *openapi3.Schema) any {
	if s.Nullable {
		return nil
	}
	for _, refs := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
		if slices.ContainsFunc(refs, func(r *openapi3.SchemaRef) bool { return r.Value.Nullable }) {
			return nil
		}
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type.Is("string") && s.Format == "uri":
		return apiURL + "/"
	case s.Type.Is("string") && s.Format == "date-time":
		return "2026-10-01T10:00:00Z"
	case s.Type.Is("string"):
		return ""
	case s.Type.Is("integer"), s.Type.Is("number"):
		return 0
	case s.Type.Is("boolean"):
		return false
	case s.Type.Is("array"):
		return []any{}
	case len(s.OneOf) > 0:
		return least(s.OneOf[0].Value)
	case len(s.AnyOf) > 0:
		return least(s.AnyOf[0].Value)
	}
	return fill(s, map[string]any{})
}
