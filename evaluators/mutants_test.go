package evaluators

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// mutator changes one value of a body at a time, in place, asks, and puts it back.
type mutator struct {
	now     time.Time
	texts   []string // near which a text may turn a verdict
	numbers []int64
	ask     func()
	// hollow: what was added holds nothing, so that not knowing says nothing.
	hollow bool
}

// of goes through every value at a path. What was not observed stays so: that it
// is no pass is shown elsewhere, see sightless.
func (m *mutator) of(v reflect.Value, path []string) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch {
	case len(path) == 0 || v.Type() == reflect.TypeFor[evidence.Moment](): // never, and when, are one
		m.value(v)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			m.of(v.Index(i), path)
		}
		m.list(v) // whose elements are judged may be none, or one more
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == path[0] {
				m.of(v.Field(i), path[1:])
			}
		}
	default:
		m.value(v) // a key of a map
	}
}

func (m *mutator) set(v reflect.Value, to any) {
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	v.Set(reflect.ValueOf(to).Convert(v.Type()))
	m.ask()
	v.Set(old)
}

func (m *mutator) value(v reflect.Value) {
	switch was := v.Interface().(type) {
	case evidence.Moment:
		m.set(v, evidence.Moment{Never: true})
		for _, at := range m.times(was.At) {
			m.set(v, evidence.Moment{At: at})
		}
		return
	case time.Time:
		for _, at := range m.times(was) {
			m.set(v, at)
		}
		return
	default:
	}
	switch v.Kind() {
	case reflect.Bool:
		m.set(v, !v.Bool())
	case reflect.String:
		for _, text := range m.near(v.String()) {
			m.set(v, text)
		}
	case reflect.Int, reflect.Int64:
		for _, n := range m.around(v.Int()) {
			m.set(v, n)
		}
	case reflect.Float64:
		for _, n := range m.around(int64(v.Float())) {
			m.set(v, float64(n))
		}
	case reflect.Slice:
		m.list(v)
	case reflect.Map:
		m.keys(v)
	default:
	}
}

func (m *mutator) times(was time.Time) []time.Time {
	const year = 365 * 24 * time.Hour
	return []time.Time{m.now, m.now.Add(-10 * year), m.now.Add(10 * year), was.Add(-year), was.Add(year)}
}

func (m *mutator) near(was string) []string {
	near := []string{"", "mutant", was + "-mutant", strings.ToUpper(was)}
	for _, t := range m.texts {
		near = append(near, t, strings.ReplaceAll(t, "*", "mutant"))
		for _, u := range m.texts {
			near = append(near, t+u)
		}
	}
	return near
}

func (m *mutator) around(was int64) []int64 {
	around := []int64{was - 1, was + 1, -1, 0, 1, math.MaxInt32}
	for _, n := range m.numbers {
		around = append(around, n-1, n, n+1)
	}
	return around
}

// list: none, one fewer, one more, another.
func (m *mutator) list(v reflect.Value) {
	m.set(v, reflect.MakeSlice(v.Type(), 0, 0).Interface())
	for i := range v.Len() {
		m.set(v, reflect.AppendSlice(slicesOf(v, 0, i), slicesOf(v, i+1, v.Len())).Interface())
	}
	if v.Type().Elem().Kind() != reflect.String {
		m.hollow = true
		m.set(v, reflect.Append(slicesOf(v, 0, v.Len()), reflect.Zero(v.Type().Elem())).Interface())
		m.hollow = false
		if n := v.Len(); n > 0 { // the same again and again
			more := slicesOf(v, 0, n)
			for range 20 {
				more = reflect.AppendSlice(more, slicesOf(v, 0, n))
				m.set(v, more.Interface())
			}
		}
		return
	}
	for _, text := range m.near("x") {
		one := reflect.ValueOf(text).Convert(v.Type().Elem())
		m.set(v, reflect.Append(slicesOf(v, 0, v.Len()), one).Interface())
		m.set(v, reflect.Append(slicesOf(v, 0, 0), one).Interface())
	}
	many := slicesOf(v, 0, v.Len())
	for range 20 {
		many = reflect.Append(many, reflect.ValueOf("mutant").Convert(v.Type().Elem()))
	}
	m.set(v, many.Interface())
}

// slicesOf is a copy of a part of a list.
func slicesOf(v reflect.Value, from, to int) reflect.Value {
	return reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, to-from+1), v.Slice(from, to))
}

// keys: none, one fewer, one more, and each with values of another kind.
func (m *mutator) keys(v reflect.Value) {
	m.set(v, reflect.MakeMap(v.Type()).Interface())
	without := func(but reflect.Value) reflect.Value {
		c := reflect.MakeMap(v.Type())
		for _, k := range v.MapKeys() {
			if k.String() != but.String() {
				c.SetMapIndex(k, v.MapIndex(k))
			}
		}
		return c
	}
	keys := v.MapKeys()
	for _, k := range keys {
		m.set(v, without(k).Interface())
	}
	if v.Type().Elem().Kind() != reflect.String {
		return
	}
	for _, k := range slices.Concat(keys, reflectTexts(m.texts)) {
		for _, text := range m.near("x") {
			c := without(k)
			c.SetMapIndex(k, reflect.ValueOf(text))
			m.set(v, c.Interface())
		}
	}
}

func reflectTexts(texts []string) []reflect.Value {
	var values []reflect.Value
	for _, t := range texts {
		values = append(values, reflect.ValueOf(t))
	}
	return values
}
