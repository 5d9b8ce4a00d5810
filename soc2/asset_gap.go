package soc2

import (
	"cmp"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// AssetGap is assets of one system of which the same thing is not known (R2, R3).
type AssetGap struct {
	System   string              `json:"system"` // empty: they belong to none
	Missing  Missing             `json:"missing"`
	Count    int                 `json:"count"`
	Examples []evidence.Resource `json:"examples"` // the first few, by key
}

// mostExamples bounds the examples of a gap.
const mostExamples = 5

// AssetGaps gathers gaps from assets given one after the other.
type AssetGaps struct {
	gaps map[assetGapOf]*AssetGap
}

type assetGapOf struct {
	system  string
	missing Missing
}

// Add looks at one asset. What is missing of one in several systems is a gap of each.
func (g *AssetGaps) Add(a Asset) {
	systems := a.Systems
	if len(systems) == 0 {
		systems = []string{""}
	}
	for _, missing := range a.Missing() {
		for _, system := range systems {
			g.add(assetGapOf{system, missing}, a.Resource)
		}
	}
}

func (g *AssetGaps) add(of assetGapOf, r evidence.Resource) {
	if g.gaps == nil {
		g.gaps = map[assetGapOf]*AssetGap{}
	}
	gap := g.gaps[of]
	if gap == nil {
		gap = &AssetGap{System: of.system, Missing: of.missing}
		g.gaps[of] = gap
	}
	gap.Count++
	if len(gap.Examples) < mostExamples {
		gap.Examples = append(gap.Examples, r)
	}
}

// All gives the gaps by system and what is missing; what belongs to no system first.
func (g *AssetGaps) All() []AssetGap {
	all := make([]AssetGap, 0, len(g.gaps))
	for _, gap := range g.gaps {
		all = append(all, *gap)
	}
	slices.SortFunc(all, func(a, b AssetGap) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Missing, b.Missing))
	})
	return all
}
