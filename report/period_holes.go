package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/soc2"
)

// SharedHole is a hole and every control it takes sight from.
type SharedHole struct {
	soc2.PeriodHole
	Controls []string
	Checks   []string // of holes in single resources
}

// SharedHoles puts holes together that several controls or checks have.
func SharedHoles(p soc2.Period) []SharedHole {
	at := map[string]int{}
	var all []SharedHole
	for _, c := range p.Told() {
		for _, h := range c.Holes {
			key := fmt.Sprintf("%d %d %s %q %q %q", h.From.UnixMicro(), h.To.UnixMicro(), h.Reason, h.Operation, h.Detail, h.Places)
			i, ok := at[key]
			if !ok {
				i = len(all)
				at[key] = i
				all = append(all, SharedHole{PeriodHole: h})
			}
			if !slices.Contains(all[i].Controls, c.ID) {
				all[i].Controls = append(all[i].Controls, c.ID)
			}
			if h.Check != "" {
				all[i].Checks = append(all[i].Checks, c.ID+"/"+h.Check)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b SharedHole) int {
		if a.Open != b.Open {
			if a.Open {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Length(), a.Length()), a.From.Compare(b.From))
	})
	return all
}
