package github

import (
	"fmt"
	"maps"
	"slices"
)

// properties are the repository's custom properties as "name=value", sorted. A
// property without a value has no entry; nil: GitHub did not state them.
func (r repository) properties() []string {
	if r.Properties == nil {
		return nil
	}
	stated := []string{}
	for _, name := range slices.Sorted(maps.Keys(r.Properties)) {
		switch v := r.Properties[name].(type) {
		case nil:
		case []any:
			for _, one := range v {
				stated = append(stated, fmt.Sprintf("%s=%v", name, one))
			}
		default:
			stated = append(stated, fmt.Sprintf("%s=%v", name, v))
		}
	}
	slices.Sort(stated)
	return stated
}
