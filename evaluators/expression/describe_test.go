package expression_test

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/expression"
)

func typeOf(body any) reflect.Type { return reflect.TypeOf(body).Elem() }

func describe(a expression.Answer) string {
	switch {
	case a.Err != nil:
		return "error: " + a.Err.Error()
	case !a.Known:
		return "unknown: " + strings.Join(a.Unseen, ", ")
	}
	return fmt.Sprint(a.Value)
}
