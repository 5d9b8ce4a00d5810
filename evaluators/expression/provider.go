package expression

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// provider tells CEL the fields of the structs and how to read them.
type provider struct {
	types.Provider
	layouts *layouts
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if l, ok := p.layouts.byName[name]; ok {
		return types.NewTypeTypeWithParam(l.typ), true
	}
	return p.Provider.FindStructType(name)
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if l, ok := p.layouts.byName[name]; ok {
		return l.names, true
	}
	return p.Provider.FindStructFieldNames(name)
}

func (p *provider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	l, ok := p.layouts.byName[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, fieldName)
	}
	f, ok := l.fields[fieldName]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type: f.typ,
		// Presence is not a question that can be asked: has() is refused.
		IsSet: func(any) bool { return true },
		GetFrom: func(target any) (any, error) {
			switch t := target.(type) {
			case *object:
				return t.get(f), nil
			case *types.Unknown:
				return t, nil
			case *types.Err:
				return nil, t
			}
			return nil, types.NewErr("%s.%s read from %T", name, fieldName, target).(*types.Err)
		},
	}, true
}

// NewValue refuses to make a fact inside an expression.
func (p *provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("%s cannot be made in an expression", name)
}
