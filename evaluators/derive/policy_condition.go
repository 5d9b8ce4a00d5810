package derive

import (
	"slices"
	"strings"
)

// pinned says whether a statement holds only where a key has one of fixed
// values: the operator asks for equality with something present, and each of
// its values is fixed. All conditions of a statement must hold, so one is enough.
func pinned(condition map[string]map[string][]string, key string, isFixed func(string) bool) bool {
	_, ok := pinnedValues(condition, key, isFixed)
	return ok
}

func pinnedValues(condition map[string]map[string][]string, key string, isFixed func(string) bool) ([]string, bool) {
	var found []string
	for operator, keys := range condition {
		if !positive(operator) {
			continue
		}
		for name, values := range keys {
			if strings.EqualFold(name, key) && len(values) > 0 && all(values, isFixed) {
				found = append(found, values...)
			}
		}
	}
	slices.Sort(found)
	return found, len(found) > 0
}

// operators are IAM's condition operators, in lower case. Source: IAM user
// guide, AWS JSON policy elements: Condition operators.
var operators = []string{
	"stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase", "stringlike", "stringnotlike",
	"numericequals", "numericnotequals", "numericlessthan", "numericlessthanequals", "numericgreaterthan", "numericgreaterthanequals",
	"dateequals", "datenotequals", "datelessthan", "datelessthanequals", "dategreaterthan", "dategreaterthanequals",
	"bool", "binaryequals", "ipaddress", "notipaddress", "arnequals", "arnlike", "arnnotequals", "arnnotlike", "null",
}

// unknownOperator names an operator that IAM's documentation does not; what it
// does to its statement cannot be said. Empty: all are known.
func unknownOperator(condition map[string]map[string][]string) string {
	for _, operator := range sortedKeys(condition) {
		op := strings.ToLower(operator)
		op = strings.TrimPrefix(strings.TrimPrefix(op, "foranyvalue:"), "forallvalues:")
		if !slices.Contains(operators, strings.TrimSuffix(op, "ifexists")) {
			return operator
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
