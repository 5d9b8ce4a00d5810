package observed

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// Render gives a JSON object of path to value, in the order of the paths. What
// was not seen is {"unseen": reason}, at any depth.
func Render(f *evidence.Fact, paths []Path) json.RawMessage {
	w := &writer{fact: f}
	w.WriteByte('{')
	for i, p := range paths {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(p.key)
		w.follow(p)
	}
	w.WriteByte('}')
	return w.Bytes()
}

// Unseen is what stands for a value that was not seen.
func Unseen(r evidence.Reason) json.RawMessage {
	return json.RawMessage(`{"unseen":` + strconv.Quote(string(r)) + `}`)
}

type writer struct {
	bytes.Buffer
	fact *evidence.Fact
}

func (w *writer) unseen(path string) {
	w.Write(Unseen(sight.Holes(w.fact, path)[0].Reason))
}

// scalar writes what encoding/json writes, without its escapes for HTML.
func (w *writer) scalar(v any) {
	enc := json.NewEncoder(&w.Buffer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		w.WriteString("null")
		return
	}
	w.Truncate(w.Len() - 1) // the newline Encode ends with
}

func (w *writer) follow(p Path) {
	v := reflect.ValueOf(w.fact.Body)
	if !v.IsValid() || v.Type() != p.root {
		w.unseen(p.text) // a body of another kind shows nothing of this one
		return
	}
	for n, i := range p.steps {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				w.unseen(p.text)
				return
			}
			v = v.Elem()
		}
		f := v.Type().Field(i)
		v = v.Field(i)
		if hidden(v, f) {
			w.unseen(strings.Join(strings.Split(p.text, ".")[:n+1], "."))
			return
		}
	}
	w.value(v, p.text)
}

// hidden says whether a field holds nothing that was seen.
func hidden(v reflect.Value, f reflect.StructField) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return f.Tag.Get("seen") != "always"
		}
		m, ok := reflect.TypeAssert[*evidence.Moment](v)
		return ok && *m == evidence.Moment{}
	default:
		t, ok := reflect.TypeAssert[time.Time](v)
		return ok && t.IsZero()
	}
}

func (w *writer) value(v reflect.Value, path string) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			w.unseen(path)
			return
		}
		v = v.Elem()
	}
	switch m := v.Interface().(type) {
	case time.Time:
		w.scalar(m.UTC().Format(time.RFC3339))
		return
	case evidence.Moment:
		// Dates, never ages: an age would change at every look.
		if m.Never {
			w.scalar("never")
		} else {
			w.scalar(m.At.UTC().Format(time.RFC3339))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		w.structure(v, path)
	case reflect.Slice:
		w.list(v, path)
	case reflect.Map:
		if v.IsNil() {
			w.WriteString("{}")
			return
		}
		w.scalar(v.Interface())
	case reflect.Bool:
		w.Write(strconv.AppendBool(w.AvailableBuffer(), v.Bool()))
	case reflect.Int, reflect.Int64:
		w.Write(strconv.AppendInt(w.AvailableBuffer(), v.Int(), 10))
	default:
		w.scalar(v.Interface())
	}
}

// structure leaves out what is always seen and says nothing.
func (w *writer) structure(v reflect.Value, path string) {
	w.WriteByte('{')
	first := true
	for i := range v.NumField() {
		f := v.Type().Field(i)
		always := f.Tag.Get("seen") == "always"
		omit := slices.Contains(strings.Split(f.Tag.Get("json"), ",")[1:], "omitempty") || v.Field(i).Type() == timeType
		if always && omit && v.Field(i).IsZero() {
			continue
		}
		if !first {
			w.WriteByte(',')
		}
		first = false
		w.scalar(jsonName(f))
		w.WriteByte(':')
		below := path + "." + jsonName(f)
		if hidden(v.Field(i), f) {
			w.unseen(below)
		} else {
			w.value(v.Field(i), below)
		}
	}
	w.WriteByte('}')
}

func (w *writer) list(v reflect.Value, path string) {
	w.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			w.WriteByte(',')
		}
		w.value(v.Index(i), path+"["+strconv.Itoa(i)+"]")
	}
	w.WriteByte(']')
}
