// Package blind takes sight away: it makes copies of a fact in which one field,
// or every field, was not observed. Tests of rules and of catalogues use it to
// show that seeing less never turns one verdict into another.
package blind

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// Fields lists every collected field of a fact that was observed and need not
// have been, at any depth and inside lists. Derived fields are not collected.
func Fields(f evidence.Fact) []string {
	var paths []string
	walk(reflect.ValueOf(f.Body), "", func(path string, _ reflect.Value) { paths = append(paths, path) })
	return paths
}

// Without is the fact with one field not observed.
func Without(f evidence.Fact, path string) (evidence.Fact, error) {
	c, err := clone(f)
	if err != nil {
		return evidence.Fact{}, err
	}
	found := false
	walk(reflect.ValueOf(c.Body), "", func(p string, v reflect.Value) {
		if p == path {
			v.SetZero()
			found = true
		}
	})
	if !found {
		return evidence.Fact{}, fmt.Errorf("%s %s: there is no observed field %s", f.Resource.Kind, f.Resource.ID, path)
	}
	return c, nil
}

// WithoutAll is the fact with no field observed that need not be.
func WithoutAll(f evidence.Fact) (evidence.Fact, error) {
	c, err := clone(f)
	if err != nil {
		return evidence.Fact{}, err
	}
	walk(reflect.ValueOf(c.Body), "", func(_ string, v reflect.Value) { v.SetZero() })
	return c, nil
}

func clone(f evidence.Fact) (evidence.Fact, error) {
	b, err := f.Encode()
	if err != nil {
		return evidence.Fact{}, err
	}
	c, err := evidence.DecodeFact(b)
	c.Seen = f.Seen
	return c, err
}

// walk visits a field before what lies in it; a field the visitor emptied is not
// entered.
func walk(v reflect.Value, path string, visit func(string, reflect.Value)) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), path+"["+strconv.Itoa(i)+"]", visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walkField(v.Type().Field(i), v.Field(i), path, visit)
		}
	default:
	}
}

func walkField(f reflect.StructField, v reflect.Value, path string, visit func(string, reflect.Value)) {
	if !f.IsExported() || f.Tag.Get("derived") == "true" {
		return
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if path != "" {
		name = path + "." + name
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return
		}
		if f.Tag.Get("seen") != "always" {
			visit(name, v)
		}
	default:
	}
	walk(v, name, visit)
}
