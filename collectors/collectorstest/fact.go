package collectorstest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// requireFact asks that a fact is what its resource and pull say.
func requireFact(t require.TestingT, provider string, p evidence.Pull, f evidence.Fact) {
	r := f.Resource
	require.Equal(t, provider, r.Provider, "provider of %s %s", r.Type, r.ID)
	require.NotEmpty(t, r.Account, "account of %s %s", r.Type, r.ID)
	kind, ok := evidence.KindOf(r.Kind)
	require.True(t, ok, "%s %s has the unknown kind %q", r.Type, r.ID, r.Kind)
	require.Contains(t, p.Populations, evidence.Population{Kind: r.Kind, Type: r.Type}, "the populations of %s", p.Collector)
	require.IsType(t, kind.New(), f.Body, "body of %s %s", r.Type, r.ID)
	stored, err := f.Encode()
	require.NoError(t, err)
	_, err = evidence.DecodeFact(stored)
	require.NoError(t, err)
	body := reflect.ValueOf(f.Body)
	require.False(t, body.IsNil(), "body of %s %s", r.Type, r.ID)
	for field, v := range body.Elem().Fields() {
		if field.Tag.Get("derived") == "true" {
			require.True(t, v.IsZero(), "%s %s: %s is derived and was collected", r.Type, r.ID, field.Name)
		}
	}
	for _, h := range f.Holes {
		require.NotEmpty(t, h.Field, "a hole of %s %s names no field", r.Type, r.ID)
		require.NotEmpty(t, h.Reason, "hole %s of %s %s", h.Field, r.Type, r.ID)
	}
}

// requireUnchanged asks that no field says anything it did not say under health.
func requireUnchanged(t require.TestingT, was, is evidence.Fact) {
	// The name may come from a read of its own; everything else is identity.
	was.Resource.Name, is.Resource.Name = "", ""
	require.Equal(t, was.Resource, is.Resource)
	c := comparison{fact: is}
	c.compare("", reflect.ValueOf(was.Body), reflect.ValueOf(is.Body))
	require.Empty(t, c.wrong, "%s %s differs from what a healthy provider shows", is.Resource.Type, is.Resource.ID)
}

type comparison struct {
	fact  evidence.Fact
	wrong []string
}

func (c *comparison) say(path, format string, args ...any) {
	c.wrong = append(c.wrong, path+": "+fmt.Sprintf(format, args...))
}

// compare walks two values of one type side by side.
func (c *comparison) compare(path string, was, is reflect.Value) {
	switch was.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		switch {
		case is.IsNil():
			if _, told := c.fact.Hole(path); !was.IsNil() && !told {
				c.say(path, "was seen, is not, and no hole says why")
			}
			return
		case was.IsNil():
			c.say(path, "was not seen and is now %v", shown(is))
			return
		}
	}
	switch was.Kind() {
	case reflect.Pointer:
		c.compare(path, was.Elem(), is.Elem())
	case reflect.Slice:
		c.elements(path, was, is)
	case reflect.Struct:
		if !anyUnseen(was.Type()) {
			c.same(path, was, is)
			return
		}
		for i := range was.NumField() {
			tag := was.Type().Field(i).Tag
			name, _, _ := strings.Cut(tag.Get("json"), ",")
			inner := strings.TrimPrefix(path+"."+name, ".")
			if tag.Get("seen") == "always" {
				c.same(inner, was.Field(i), is.Field(i))
			} else {
				c.compare(inner, was.Field(i), is.Field(i))
			}
		}
	default:
		c.same(path, was, is)
	}
}

func (c *comparison) elements(path string, was, is reflect.Value) {
	if was.Len() != is.Len() {
		c.say(path, "had %d elements and has %d", was.Len(), is.Len())
		return
	}
	for i := range was.Len() {
		c.compare(fmt.Sprintf("%s[%d]", path, i), was.Index(i), is.Index(i))
	}
}

func (c *comparison) same(path string, was, is reflect.Value) {
	if !reflect.DeepEqual(was.Interface(), is.Interface()) {
		c.say(path, "was %v and is %v", shown(was), shown(is))
	}
}

// anyUnseen says that a struct has fields that can be unseen; others, such as a
// time, are compared as one value.
func anyUnseen(t reflect.Type) bool {
	for f := range t.Fields() {
		if !f.IsExported() {
			return false
		}
		switch f.Type.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			return true
		case reflect.Struct:
			if anyUnseen(f.Type) {
				return true
			}
		}
	}
	return false
}

func shown(v reflect.Value) any {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return v.Interface()
}
