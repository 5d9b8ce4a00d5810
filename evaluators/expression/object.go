package expression

import (
	"fmt"
	"reflect"
	"strconv"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// object is a struct of a fact as CEL sees it. It knows where it lies, so that
// what is unseen inside it can be named.
type object struct {
	layout *layout
	value  reflect.Value
	parent *object
	name   string // of the field it was read from; empty at the root
	index  int    // in a list, else -1
}

func newObject(l *layout, v reflect.Value, parent *object, name string) ref.Val {
	if l.moment && v.IsZero() {
		// Neither a time nor "never": nobody said anything.
		return parent.unknown(name)
	}
	return &object{layout: l, value: v, parent: parent, name: name, index: -1}
}

func newElement(l *layout, v reflect.Value, parent *object, name string, index int) *object {
	return &object{layout: l, value: v, parent: parent, name: name, index: index}
}

func (o *object) get(f *field) ref.Val { return f.read(o.value.Field(f.index), o, f) }

// unknown is the value of a field that was not seen: it carries its path.
func (o *object) unknown(name string) ref.Val {
	return types.NewUnknown(0, types.NewAttributeTrail(o.path(name)))
}

func (o *object) path(name string) string {
	prefix := ""
	if o.parent != nil {
		prefix = o.parent.path(o.name)
		if o.index >= 0 {
			prefix += "[" + strconv.Itoa(o.index) + "]"
		}
		prefix += "."
	} else if o.name != "" {
		prefix = o.name + "."
	}
	return prefix + name
}

// ConvertToNative is refused: structs stay inside an expression.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot become %s", o.layout.name, t)
}

// ConvertToType knows only the type itself.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.layout.typ
	}
	return types.NewErr("%s cannot become %s", o.layout.name, t.TypeName())
}

// Equal never decides: two structs with unseen fields are neither equal nor
// different. Compile refuses the comparison; this is the second lock.
func (o *object) Equal(ref.Val) ref.Val {
	return types.NewErr("%s: whole structs cannot be compared", o.layout.name)
}

// Type is the struct's CEL type.
func (o *object) Type() ref.Type { return o.layout.typ }

// Value is the object itself; fields are read through the type provider.
func (o *object) Value() any { return o }
