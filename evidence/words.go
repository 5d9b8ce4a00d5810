package evidence

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// WordsOf are the words that a field with the tag `words` can hold; none: any. What
// a check compares with one word must not read any other as its opposite: a user
// "Active" is not one who is not active.
func WordsOf(f reflect.StructField) []string { return strings.Fields(f.Tag.Get("words")) }

// inWords is the fact without words that its kind does not know: they were not observed.
func (f Fact) inWords() Fact {
	v := reflect.ValueOf(f.Body)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return f
	}
	v = v.Elem()
	own := false
	for i := range v.NumField() {
		field := v.Type().Field(i)
		words := WordsOf(field)
		if len(words) == 0 || v.Field(i).IsNil() || slices.Contains(words, v.Field(i).Elem().String()) {
			continue
		}
		if !own { // the collector's stays as it is
			body := reflect.New(v.Type())
			body.Elem().Set(v)
			f.Body, v, own = body.Interface(), body.Elem(), true
			f.Holes = slices.Clone(f.Holes)
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		f.Miss(name, fmt.Errorf("%q is none of %s", v.Field(i).Elem().String(), strings.Join(words, ", ")))
		v.Field(i).SetZero()
	}
	return f
}
