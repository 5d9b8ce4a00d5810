package report

import (
	"encoding/json"
	"slices"
	"strings"
)

// Current is the observed state of a finding on one line: "path: value" pairs
// by path, with "not seen (reason)" for what was not.
func Current(observed json.RawMessage) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(observed, &fields); err != nil || len(fields) == 0 {
		return ""
	}
	paths := make([]string, 0, len(fields))
	for path := range fields {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	parts := make([]string, len(paths))
	for i, path := range paths {
		parts[i] = escaped(path) + ": " + currentValue(fields[path])
	}
	return strings.Join(parts, ", ")
}

func currentValue(raw json.RawMessage) string {
	var unseen map[string]string
	if json.Unmarshal(raw, &unseen) == nil && len(unseen) == 1 {
		if reason, ok := unseen["unseen"]; ok {
			return "not seen (" + escaped(reason) + ")"
		}
	}
	if string(raw) == "null" {
		return "not seen" // a null is never a value
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return Safe(s)
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		for i := range list {
			list[i] = Safe(list[i])
		}
		return "[" + strings.Join(list, " ") + "]"
	}
	return escaped(string(raw))
}
