// Package contract makes the JSON Schema of a Go type as encoding/json writes it:
// which keys are always there, which may be null, and what their comments say. It
// knows no type of ours.
package contract

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Schema is a JSON Schema, as it is written.
type Schema map[string]any

// Reflector makes schemas.
type Reflector struct {
	// Words are, by type, the only texts that a value is written as.
	Words map[reflect.Type][]string
	// Comments are by package path, type and field, joined by dots.
	Comments map[string]string

	defs  Schema
	names map[reflect.Type]string
}

var (
	textType  = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType  = reflect.TypeFor[json.Marshaler]()
	timeType  = reflect.TypeFor[time.Time]()
	rawType   = reflect.TypeFor[json.RawMessage]()
	bytesType = reflect.TypeFor[[]byte]()
)

// Of is the schema of the objects that a value of a struct is written as, under the
// name that its key "schema" has.
func (r *Reflector) Of(name string, value any) (Schema, error) {
	r.defs, r.names = Schema{}, map[reflect.Type]string{}
	t := reflect.TypeOf(value)
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is of a %s, not of a struct", name, t)
	}
	root, err := r.object(t)
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	property, ok := root["properties"].(Schema)["schema"].(Schema)
	if !ok {
		return nil, fmt.Errorf("%s has no key \"schema\"", name)
	}
	property["const"] = name
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", name
	if len(r.defs) > 0 {
		root["$defs"] = r.defs
	}
	return root, nil
}

func (r *Reflector) of(t reflect.Type) (Schema, error) {
	if words, ok := r.Words[t]; ok {
		return Schema{"type": "string", "enum": words}, nil
	}
	switch {
	case t.Kind() == reflect.Pointer:
		one, err := r.of(t.Elem())
		return Schema{"anyOf": []Schema{one, {"type": "null"}}}, err
	case t == timeType:
		return Schema{"type": "string", "format": "date-time"}, nil
	case t == rawType:
		return Schema{}, nil
	case t == bytesType:
		return Schema{"type": "string", "contentEncoding": "base64"}, nil
	case t.Implements(jsonType) || reflect.PointerTo(t).Implements(jsonType):
		return nil, fmt.Errorf("%s writes its own JSON: what that is has to be said", t)
	case t.Implements(textType):
		return Schema{"type": "string"}, nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return Schema{"type": "boolean"}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Schema{"type": "integer"}, nil
	case reflect.Float32, reflect.Float64:
		return Schema{"type": "number"}, nil
	case reflect.String:
		return Schema{"type": "string"}, nil
	case reflect.Interface:
		return Schema{}, nil
	case reflect.Slice, reflect.Array:
		item, err := r.of(t.Elem())
		s := Schema{"type": []string{"array", "null"}, "items": item} // a nil slice is null, and means none
		if t.Kind() == reflect.Array {
			s["type"], s["minItems"], s["maxItems"] = "array", t.Len(), t.Len()
		}
		return s, err
	case reflect.Map:
		value, err := r.of(t.Elem())
		return Schema{"type": []string{"object", "null"}, "additionalProperties": value}, err
	case reflect.Struct:
		return r.reference(t)
	default:
		return nil, fmt.Errorf("%s cannot be written as JSON", t)
	}
}

// reference puts a struct under the definitions, once.
func (r *Reflector) reference(t reflect.Type) (Schema, error) {
	name, known := r.names[t]
	if !known {
		name = t.Name()
		for n := 2; name == "" || r.defs[name] != nil; n++ { // another package's of the same name
			name = fmt.Sprintf("%s%d", t.Name(), n)
		}
		r.names[t], r.defs[name] = name, Schema{}
		s, err := r.object(t)
		if err != nil {
			return nil, err
		}
		r.defs[name] = s
	}
	return Schema{"$ref": "#/$defs/" + name}, nil
}

func (r *Reflector) object(t reflect.Type) (Schema, error) {
	properties, required := Schema{}, []string{}
	if err := r.fields(t, properties, &required, map[string]int{}, 0); err != nil {
		return nil, err
	}
	slices.Sort(required)
	s := Schema{"type": "object", "properties": properties, "additionalProperties": false, "required": required}
	if text := r.comment(t, ""); text != "" {
		s["description"] = text
	}
	return s, nil
}

// fields adds the keys of a struct, those of embedded ones among them: of two with one
// name the less deep counts.
func (r *Reflector) fields(t reflect.Type, properties Schema, required *[]string, depths map[string]int, depth int) error {
	for f := range t.Fields() {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		of := f.Type
		if f.Anonymous && tag == "" {
			if of.Kind() == reflect.Pointer {
				of = of.Elem()
			}
			if err := r.fields(of, properties, required, depths, depth+1); err != nil {
				return err
			}
			continue
		}
		key := tag
		if key == "" {
			key = f.Name
		}
		if before, ok := depths[key]; ok && before <= depth {
			continue
		}
		// Absent rather than null, where it is left out when empty.
		absent := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		if absent && of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		s, err := r.of(of)
		if kinds, ok := s["type"].([]string); ok && absent {
			s["type"] = kinds[0]
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if text := r.comment(t, f.Name); text != "" {
			s["description"] = text
		}
		*required = slices.DeleteFunc(*required, func(k string) bool { return k == key })
		depths[key], properties[key] = depth, s
		if !absent {
			*required = append(*required, key)
		}
	}
	return nil
}

func (r *Reflector) comment(t reflect.Type, field string) string {
	key := t.PkgPath() + "." + t.Name()
	if field != "" {
		key += "." + field
	}
	return r.Comments[key]
}
