// Package observed shows the current state a finding speaks of: chosen fields of
// a fact, and for each that was not seen, why.
package observed

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Path leads to one field of a kind, by JSON names: "mfa.enabled".
type Path struct {
	text  string
	key   string // as a JSON key, with its colon
	root  reflect.Type
	steps []int
}

// String is the path as written.
func (p Path) String() string { return p.text }

// Parse checks a path against a kind.
func Parse(kind evidence.Kind, text string) (Path, error) {
	info, ok := evidence.KindOf(kind)
	if !ok {
		return Path{}, fmt.Errorf("kind %q does not exist", kind)
	}
	p := Path{text: text, key: strconv.Quote(text) + ":", root: reflect.PointerTo(info.Type())}
	t := info.Type()
	for name := range strings.SplitSeq(text, ".") {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == timeType {
			return Path{}, fmt.Errorf("%s: nothing lies below a %s, where %q is looked for", text, t, name)
		}
		i, known := fieldOf(t, name)
		if i < 0 {
			return Path{}, fmt.Errorf("%s: %s has no field %q: expected one of %s", text, t.Name(), name, strings.Join(known, ", "))
		}
		p.steps = append(p.steps, i)
		t = t.Field(i).Type
	}
	return p, nil
}

var timeType = reflect.TypeFor[time.Time]()

func fieldOf(t reflect.Type, name string) (int, []string) {
	var known []string
	for i := range t.NumField() {
		n := jsonName(t.Field(i))
		if n == name {
			return i, nil
		}
		known = append(known, n)
	}
	sort.Strings(known)
	return -1, known
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
