package page

import (
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Bounds of the worst gaps; all are counted below, by control.
const (
	mostWorst     = 6
	mostResources = 3 // of those that are mended alike
)

// gap is what fails alike and is mended alike; the finding is the first of them.
type gap struct {
	soc2.Finding
	Title     string
	Criteria  []soc2.Mapping
	Resources []evidence.Resource
	More      int // resources that are not shown
	Others    int // findings of the same control that are mended otherwise
}

// worstOf is the gaps to close first, one for each control lest one control hides
// all others, and how many findings are of none of these controls.
func worstOf(worst []soc2.Finding, controls []soc2.ControlResult) ([]gap, int) {
	byID := map[string]soc2.ControlResult{}
	for _, c := range controls {
		byID[c.ID] = c
	}
	var all []gap
	index := map[string]int{}
	left := 0
	for _, group := range report.Alike(worst) {
		first := group[0]
		if i, ok := index[first.Control]; ok {
			all[i].Others += len(group)
			continue
		}
		if len(all) == mostWorst {
			left += len(group)
			continue
		}
		control := byID[first.Control]
		g := gap{Finding: first, Title: control.Title, Criteria: control.Criteria}
		for _, f := range group[:min(len(group), mostResources)] {
			g.Resources = append(g.Resources, f.Resource)
		}
		g.More = len(group) - len(g.Resources)
		index[first.Control] = len(all)
		all = append(all, g)
	}
	return all, left
}
