package evidence

import (
	"encoding/json"
	"fmt"
)

// DecodeFactOf reads a stored fact whose kind is known, in one pass over its
// bytes: DecodeFact has to find the kind in them first.
func DecodeFactOf(kind Kind, b []byte) (Fact, error) {
	info, ok := KindOf(kind)
	if !ok {
		return Fact{}, fmt.Errorf("decode fact: kind %q is unknown to this version", kind)
	}
	body := info.New()
	f := Fact{Body: body}
	if err := json.Unmarshal(b, &f); err != nil {
		return Fact{}, fmt.Errorf("decode %s %s: %w", kind, f.Resource.ID, err)
	}
	if f.Resource.Kind != kind || f.Body != body {
		return Fact{}, fmt.Errorf("decode fact %s: it is of kind %q, expected %q", f.Resource.ID, f.Resource.Kind, kind)
	}
	return f, nil
}
