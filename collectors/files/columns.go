package files

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// fieldsOf are the fields of a kind that a cell can hold, by their path in JSON:
// "mfa.enabled". What is derived is not given, and lists of structs are for JSON.
func fieldsOf(kind evidence.Kind) map[string][]int {
	info, ok := evidence.KindOf(kind)
	if !ok {
		return nil
	}
	found := map[string][]int{}
	walk(info.Type(), "", nil, found)
	return found
}

func walk(t reflect.Type, prefix string, at []int, found map[string][]int) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || f.Tag.Get("derived") == "true" {
			continue
		}
		here := append(slices.Clone(at), i)
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case canParse(f.Type):
			found[prefix+name] = here
		case inner.Kind() == reflect.Struct:
			walk(inner, prefix+name+".", here, found)
		}
	}
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	momentType = reflect.TypeFor[evidence.Moment]()
)

func canParse(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == timeType || t == momentType:
		return true
	case t.Kind() == reflect.Slice:
		return t.Elem().Kind() == reflect.String
	}
	return slices.Contains([]reflect.Kind{reflect.String, reflect.Bool, reflect.Int64, reflect.Float64}, t.Kind())
}

// put writes a cell into a field of a body, making the structs on the way. An
// empty cell was not observed and leaves the field as it is.
func put(body reflect.Value, at []int, cell string) error {
	if cell = strings.TrimSpace(cell); cell == "" {
		return nil
	}
	v := body
	var words []string
	for _, i := range at {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		words = evidence.WordsOf(v.Type().Field(i))
		v = v.Field(i)
	}
	if len(words) > 0 {
		known := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, cell) })
		if known < 0 {
			return fmt.Errorf("%q is none of %s; say what it means under values", cell, strings.Join(words, ", "))
		}
		cell = words[known]
	}
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	parsed, err := parse(t, cell)
	if err != nil {
		return err
	}
	if v.Kind() == reflect.Pointer {
		p := reflect.New(t)
		p.Elem().Set(parsed)
		parsed = p
	}
	v.Set(parsed)
	return nil
}

var words = map[string]bool{"true": true, "yes": true, "false": false, "no": false}

func parse(t reflect.Type, cell string) (reflect.Value, error) {
	switch {
	case t == timeType:
		at, err := parseTime(cell)
		return reflect.ValueOf(at), err
	case t == momentType && strings.EqualFold(cell, "never"):
		return reflect.ValueOf(evidence.Moment{Never: true}), nil
	case t == momentType:
		at, err := parseTime(cell)
		if err != nil {
			err = fmt.Errorf("%w, or never", err)
		}
		return reflect.ValueOf(evidence.Moment{At: at}), err
	case t.Kind() == reflect.Slice:
		list := reflect.MakeSlice(t, 0, 4)
		for item := range strings.SplitSeq(cell, ";") {
			if item = strings.TrimSpace(item); item != "" {
				list = reflect.Append(list, reflect.ValueOf(item).Convert(t.Elem()))
			}
		}
		return list, nil
	case t.Kind() == reflect.Bool:
		b, ok := words[strings.ToLower(cell)]
		if !ok {
			return reflect.Value{}, fmt.Errorf("%q is neither true nor false; say what it means under values", cell)
		}
		return reflect.ValueOf(b).Convert(t), nil
	case t.Kind() == reflect.Int64:
		n, err := strconv.ParseInt(cell, 10, 64)
		if err != nil {
			return reflect.Value{}, fmt.Errorf("%q is not a whole number", cell)
		}
		return reflect.ValueOf(n).Convert(t), nil
	case t.Kind() == reflect.Float64:
		n, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return reflect.Value{}, fmt.Errorf("%q is not a number", cell)
		}
		return reflect.ValueOf(n).Convert(t), nil
	}
	return reflect.ValueOf(cell).Convert(t), nil
}

// parseTime reads a moment, or a day in UTC.
func parseTime(cell string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, cell); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, cell)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no date; expected 2026-11-15 or 2026-11-15T18:00:00Z", cell)
	}
	return at.UTC(), nil
}

// column is one column of a CSV file and the field it holds.
type column struct {
	index int
	field string
	at    []int
	means map[string]string // words of the system, in lower case
}

// plan pairs the header's columns with the kind's fields.
func (s set) plan(header []string) (id, name int, columns []column, err error) {
	index := map[string]int{}
	for i, title := range header {
		title = strings.TrimSpace(strings.TrimPrefix(title, "\ufeff")) // spreadsheets begin a file with a mark
		if _, twice := index[title]; twice {
			return 0, 0, nil, fmt.Errorf("column %q is there twice", title)
		}
		index[title] = i
	}
	id, ok := index[s.ID]
	if !ok {
		return 0, 0, nil, fmt.Errorf("no column %q, which is to identify the rows; name it under id", s.ID)
	}
	if name, ok = index[s.Name]; !ok {
		name = -1
	}
	fields, wanted := fieldsOf(s.Kind), s.Fields
	if len(wanted) == 0 {
		wanted = map[string]string{}
		for title := range index {
			if title != s.ID && title != s.Name {
				wanted[title] = title
			}
		}
	}
	known := strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	for _, field := range slices.Sorted(maps.Keys(wanted)) {
		at, ok := fields[field]
		if !ok {
			return 0, 0, nil, fmt.Errorf("%q is not a field of %s; expected one of %s, or say under fields which columns hold them", field, s.Kind, known)
		}
		i, ok := index[wanted[field]]
		if !ok {
			return 0, 0, nil, fmt.Errorf("no column %q, which is to hold %s", wanted[field], field)
		}
		means := map[string]string{}
		for word, value := range s.Values[field] {
			means[strings.ToLower(strings.TrimSpace(word))] = value
		}
		columns = append(columns, column{index: i, field: field, at: at, means: means})
	}
	for field := range s.Values {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.field == field }) {
			return 0, 0, nil, fmt.Errorf("values: %s is read from no column", field)
		}
	}
	return id, name, columns, nil
}
