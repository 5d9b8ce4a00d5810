package expression

import (
	"fmt"
	"math"
	"slices"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

const day = 24 * time.Hour

func durationOf(n types.Int) time.Duration { return time.Duration(n) }

// Parameter brings a parameter as YAML gives it into the form that is judged
// with: int64, float64, string, bool or []string. Anything else is an error.
func Parameter(value any) (any, error) {
	switch v := value.(type) {
	case bool, string, int64, float64:
		return v, nil
	case int:
		return int64(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return nil, fmt.Errorf("%d is too large", v)
		}
		return int64(v), nil
	case []string:
		return slices.Clone(v), nil
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("item %d is a %T: expected text", i+1, item)
			}
			items[i] = s
		}
		return items, nil
	case nil:
		return nil, fmt.Errorf("has no value: expected a number, text, true or false, or a list of texts")
	}
	return nil, fmt.Errorf("is a %T: expected a number, text, true or false, or a list of texts", value)
}

// Override brings a value into the form of the default it replaces, or says why
// it cannot: a parameter never changes its type.
func Override(def, value any) (any, error) {
	def, err := Parameter(def)
	if err != nil {
		return nil, err
	}
	if value, err = Parameter(value); err != nil {
		return nil, err
	}
	if n, ok := value.(int64); ok {
		if _, isFloat := def.(float64); isFloat {
			return float64(n), nil
		}
	}
	if want, got := word(def), word(value); want != got {
		return nil, fmt.Errorf("is %s: expected %s", got, want)
	}
	return value, nil
}

func word(v any) string {
	switch v.(type) {
	case int64:
		return "a whole number"
	case float64:
		return "a number"
	case string:
		return "text"
	case bool:
		return "true or false"
	case []string:
		return "a list of texts"
	}
	return fmt.Sprintf("%T", v)
}

func parameter(value any) (*types.Type, ref.Val, error) {
	value, err := Parameter(value)
	if err != nil {
		return nil, nil, err
	}
	switch v := value.(type) {
	case int64:
		return types.IntType, types.Int(v), nil
	case float64:
		return types.DoubleType, types.Double(v), nil
	case string:
		return types.StringType, types.String(v), nil
	case bool:
		return types.BoolType, types.Bool(v), nil
	case []string:
		return types.NewListType(types.StringType), types.NewStringList(types.DefaultTypeAdapter, v), nil
	}
	return nil, nil, fmt.Errorf("is a %T", value)
}
