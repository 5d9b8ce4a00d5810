package config

import (
	"fmt"
	"maps"
	"slices"
)

// Sampling is how many items of a population are tested. The numbers are the
// company's or its auditor's own choice; there is no default, and no standard sets them.
type Sampling struct {
	Sizes map[string]int `yaml:"sizes" json:"sizes,omitempty" jsonschema:"description=How many items are drawn\\, by how often a control is performed: {annual: 1\\, quarterly: 2\\, monthly: 3\\, weekly: 8\\, daily: 25}. Your own choice\\, for controlwatch sample --frequency."`
}

func (s Sampling) problems() map[string]string {
	problems := map[string]string{}
	for _, frequency := range slices.Sorted(maps.Keys(s.Sizes)) {
		if n := s.Sizes[frequency]; n < 1 {
			problems[frequency] = fmt.Sprintf("sampling.sizes.%s: %d items are no sample; expected 1 or more", frequency, n)
		}
	}
	return problems
}
