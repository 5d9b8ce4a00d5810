package admin

import (
	"maps"
	"slices"

	"github.com/controlwatch/controlwatch/soc2"
)

// Changes are the settings that differ, by kind of record and in order of paths.
func Changes(before, after Settings) map[string][]soc2.SettingChange {
	paths := map[string]bool{}
	for path := range before {
		paths[path] = true
	}
	for path := range after {
		paths[path] = true
	}
	out := map[string][]soc2.SettingChange{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		was, is := before.at(path), after.at(path)
		if was != nil && is != nil && *was == *is {
			continue
		}
		kind := kindOf(path, was, is)
		out[kind] = append(out[kind], soc2.SettingChange{Path: path, Before: was, After: is, Unknown: incomparable(was, is)})
	}
	return out
}

func (s Settings) at(path string) *string {
	value, ok := s[path]
	if !ok {
		return nil
	}
	return &value
}
