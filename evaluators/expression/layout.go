package expression

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/controlwatch/controlwatch/evidence"
)

// layout is how the fields of one struct type are read. It is built once per
// type, so that reading costs no search and no tag parsing.
type layout struct {
	name   string
	typ    *types.Type
	moment bool // evidence.Moment, which can be there and say nothing
	fields map[string]*field
	names  []string // in the order of the struct
}

// field reads one field. nil pointers, slices and maps are unknowns unless the
// field is marked as always seen.
type field struct {
	name   string
	index  int
	always bool
	typ    *types.Type
	read   func(v reflect.Value, o *object, f *field) ref.Val
}

// layouts are all struct types that can be reached from one root.
type layouts struct {
	byName map[string]*layout
	byType map[reflect.Type]*layout
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	momentType = reflect.TypeFor[evidence.Moment]()
)

func (ls *layouts) add(t reflect.Type) (*layout, error) {
	if l, ok := ls.byType[t]; ok {
		return l, nil
	}
	l := &layout{name: t.Name(), typ: types.NewObjectType(t.Name()), moment: t == momentType, fields: map[string]*field{}}
	if other, taken := ls.byName[l.name]; taken {
		return nil, fmt.Errorf("two struct types are called %s", other.name)
	}
	ls.byType[t], ls.byName[l.name] = l, l
	for i := range t.NumField() {
		sf := t.Field(i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			return nil, fmt.Errorf("%s.%s has no JSON name", t.Name(), sf.Name)
		}
		typ, read, err := ls.reader(sf.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t.Name(), sf.Name, err)
		}
		l.fields[name] = &field{name: name, index: i, always: sf.Tag.Get("seen") == "always", typ: typ, read: read}
		l.names = append(l.names, name)
	}
	return l, nil
}

type reader = func(reflect.Value, *object, *field) ref.Val

func (ls *layouts) reader(t reflect.Type) (*types.Type, reader, error) {
	switch {
	case t == timeType:
		return types.TimestampType, readTime, nil
	case t.Kind() == reflect.Pointer:
		typ, inner, err := ls.reader(t.Elem())
		if err != nil {
			return nil, nil, err
		}
		if k := t.Elem().Kind(); k == reflect.Pointer || k == reflect.Slice || k == reflect.Map {
			return nil, nil, fmt.Errorf("%s has two ways of being unseen", t)
		}
		return typ, func(v reflect.Value, o *object, f *field) ref.Val {
			if v.IsNil() {
				return o.unknown(f.name)
			}
			return inner(v.Elem(), o, f)
		}, nil
	case t.Kind() == reflect.Struct:
		l, err := ls.add(t)
		if err != nil {
			return nil, nil, err
		}
		return l.typ, func(v reflect.Value, o *object, f *field) ref.Val {
			return newObject(l, v, o, f.name)
		}, nil
	case t.Kind() == reflect.Slice:
		return ls.sliceReader(t)
	case t.Kind() == reflect.Map:
		return mapReader(t)
	}
	return scalarReader(t)
}

func scalarReader(t reflect.Type) (*types.Type, reader, error) {
	switch t.Kind() {
	case reflect.Bool:
		return types.BoolType, func(v reflect.Value, _ *object, _ *field) ref.Val { return types.Bool(v.Bool()) }, nil
	case reflect.Int, reflect.Int64:
		return types.IntType, func(v reflect.Value, _ *object, _ *field) ref.Val { return types.Int(v.Int()) }, nil
	case reflect.Float64:
		return types.DoubleType, func(v reflect.Value, _ *object, _ *field) ref.Val { return types.Double(v.Float()) }, nil
	case reflect.String:
		return types.StringType, func(v reflect.Value, _ *object, _ *field) ref.Val { return types.String(v.String()) }, nil
	}
	return nil, nil, fmt.Errorf("a field of Go type %s cannot be judged", t)
}

// readTime: a time that was never set is nothing anybody saw.
func readTime(v reflect.Value, o *object, f *field) ref.Val {
	t, ok := reflect.TypeAssert[time.Time](v)
	if !ok || t.IsZero() {
		return o.unknown(f.name)
	}
	return types.Timestamp{Time: t}
}

func (ls *layouts) sliceReader(t reflect.Type) (*types.Type, reader, error) {
	elem := t.Elem()
	switch {
	case elem.Kind() == reflect.String:
		return types.NewListType(types.StringType), func(v reflect.Value, o *object, f *field) ref.Val {
			if v.IsNil() && !f.always {
				return o.unknown(f.name)
			}
			items, _ := reflect.TypeAssert[[]string](v)
			return types.NewStringList(types.DefaultTypeAdapter, items)
		}, nil
	case elem.Kind() == reflect.Struct && elem != timeType:
		l, err := ls.add(elem)
		if err != nil {
			return nil, nil, err
		}
		return types.NewListType(l.typ), func(v reflect.Value, o *object, f *field) ref.Val {
			if v.IsNil() && !f.always {
				return o.unknown(f.name)
			}
			// Elements know their place, so that an unknown inside one can name it.
			items := make([]ref.Val, v.Len())
			for i := range items {
				items[i] = newElement(l, v.Index(i), o, f.name, i)
			}
			return types.NewRefValList(types.DefaultTypeAdapter, items)
		}, nil
	}
	// A list of pointers would hide an unseen element from `in` and `==`.
	return nil, nil, fmt.Errorf("a list of %s cannot be judged", elem)
}

func mapReader(t reflect.Type) (*types.Type, reader, error) {
	value, err := mapValueType(t)
	if err != nil {
		return nil, nil, err
	}
	return types.NewMapType(types.StringType, value), func(v reflect.Value, o *object, f *field) ref.Val {
		if v.IsNil() && !f.always {
			return o.unknown(f.name)
		}
		if v.IsNil() {
			v = reflect.MakeMap(t)
		}
		return types.NewDynamicMap(types.DefaultTypeAdapter, v.Interface())
	}, nil
}

func mapValueType(t reflect.Type) (*types.Type, error) {
	switch e := t.Elem(); {
	case t.Key().Kind() != reflect.String:
	case e.Kind() == reflect.String:
		return types.StringType, nil
	case e.Kind() == reflect.Slice && e.Elem().Kind() == reflect.String:
		return types.NewListType(types.StringType), nil
	case e.Kind() == reflect.Map:
		inner, err := mapValueType(e)
		if err != nil {
			return nil, err
		}
		return types.NewMapType(types.StringType, inner), nil
	}
	return nil, fmt.Errorf("a map of Go type %s cannot be judged", t)
}
