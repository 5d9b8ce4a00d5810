package expression

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// Placeholders are the names that a text holds in braces.
func Placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Fill puts the values of parameters where a text names them in braces. A name
// that is no parameter is an error.
func Fill(text string, parameters map[string]any) (string, error) {
	for _, name := range Placeholders(text) {
		if _, ok := parameters[name]; !ok {
			return "", fmt.Errorf("{%s} is no parameter: expected one of %s", name, strings.Join(slices.Sorted(maps.Keys(parameters)), ", "))
		}
	}
	return placeholder.ReplaceAllStringFunc(text, func(match string) string {
		return words(parameters[match[1:len(match)-1]])
	}), nil
}

func words(v any) string {
	switch v := v.(type) {
	case []string:
		return strings.Join(v, ", ")
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}
