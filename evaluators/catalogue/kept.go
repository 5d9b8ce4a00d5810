package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// Encode gives the form in which a catalogue is kept with what was judged by it.
// Unlike plain JSON it tells 7.0 from 7: a parameter never changes its type.
func Encode(cat soc2.Catalogue) ([]byte, error) {
	kept := cat
	kept.Controls = make([]soc2.Control, len(cat.Controls))
	for i, c := range cat.Controls {
		c.Parameters = exact(c.Parameters)
		kept.Controls[i] = c
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("keep the catalogue: %w", err)
	}
	return b, nil
}

// Decode reads the kept form. A field that an older catalogue did not have stays
// empty; one that this version does not know is refused, since it could bear on a
// verdict.
func Decode(b []byte) (soc2.Catalogue, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	d.DisallowUnknownFields()
	var cat soc2.Catalogue
	if err := d.Decode(&cat); err != nil {
		return cat, fmt.Errorf("read the kept catalogue: %w", err)
	}
	for i := range cat.Controls {
		if err := numbers(cat.Controls[i].Parameters); err != nil {
			return cat, fmt.Errorf("read the kept catalogue: control %s: %w", cat.Controls[i].ID, err)
		}
	}
	return cat, nil
}

// EncodeParameters gives the form in which parameters in force are kept.
func EncodeParameters(inForce map[string]map[string]any) ([]byte, error) {
	kept := map[string]map[string]any{}
	for control, values := range inForce {
		if len(values) > 0 {
			kept[control] = exact(values)
		}
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("keep the parameters: %w", err)
	}
	return b, nil
}

// DecodeParameters reads the kept form.
func DecodeParameters(b []byte) (map[string]map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var inForce map[string]map[string]any
	if err := d.Decode(&inForce); err != nil {
		return nil, fmt.Errorf("read the kept parameters: %w", err)
	}
	for control, values := range inForce {
		if err := numbers(values); err != nil {
			return nil, fmt.Errorf("read the kept parameters: control %s: %w", control, err)
		}
	}
	return inForce, nil
}

// exact writes what is no whole number by type as one that is none by its looks.
func exact(values map[string]any) map[string]any {
	if values == nil {
		return nil
	}
	out := make(map[string]any, len(values))
	for name, v := range values {
		if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1e21 {
			v = json.Number(strconv.FormatFloat(f, 'f', 1, 64))
		}
		out[name] = v
	}
	return out
}

func numbers(values map[string]any) error {
	for name, v := range values {
		n, ok := v.(json.Number)
		if !ok {
			continue
		}
		var err error
		if strings.ContainsAny(n.String(), ".eE") {
			values[name], err = n.Float64()
		} else {
			values[name], err = n.Int64()
		}
		if err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
	}
	return nil
}
