package soc2

import (
	"fmt"
	"slices"
	"strings"
)

// owner says who answers for a gap, the first that is known: the owner of the
// system most of what is affected belongs to; of the assets themselves (a tag,
// CODEOWNERS); the first owner rule that applies; the company's own control; the
// role the catalogue names. Nobody is said to be nobody.
func (g *gapJudge) owner(gap *Gap, a *affected) (who, by string) {
	if id, n := most(a.systemOwners); n > 0 {
		for _, s := range g.in.Scope.Systems {
			if s.ID == id {
				return s.Owner, "system " + id + most1(len(a.systemOwners), n, a.facts.all)
			}
		}
	}
	if key, n := most(a.assetOwners); n > 0 {
		who, by, _ := strings.Cut(key, "\x00")
		if by == "" {
			by = "asset"
		}
		return who, by + most1(len(a.assetOwners), n, a.facts.all)
	}
	for i, rule := range g.in.Scope.Owners {
		if rule.Owner != "" && rule.applies(gap) {
			return rule.Owner, fmt.Sprintf("owner rule %d of the scope", i+1)
		}
	}
	for _, c := range g.in.Company {
		if c.Owner != "" && (c.ID == gap.Control || slices.Contains(gap.Company, c.ID)) {
			return c.Owner, "the company's control " + c.ID
		}
	}
	for _, c := range g.in.Catalogue.Controls {
		if c.ID == gap.Control && c.Owner != "" {
			return c.Owner, proposedRole
		}
	}
	return "", "nobody: no system, asset, rule or control says who"
}

// most1 says of how many it is the owner, where it is not that of all.
func most1(owners, n, all int) string {
	if owners == 1 && n == all {
		return ""
	}
	return fmt.Sprintf(" (%d of %d affected)", n, all)
}

func most(counts map[string]int) (best string, n int) {
	for id, count := range counts {
		if count > n || count == n && id < best {
			best, n = id, count
		}
	}
	return best, n
}

func (r OwnerRule) applies(g *Gap) bool {
	if r.System != "" && !slices.Contains(g.Systems, r.System) {
		return false
	}
	if len(r.Controls) > 0 && !slices.Contains(r.Controls, g.Control) {
		return false
	}
	if len(r.Criteria) == 0 {
		return true
	}
	return slices.ContainsFunc(g.Criteria, func(m Mapping) bool { return slices.Contains(r.Criteria, m.ID) })
}

// proposedRole says that nobody in the company is named.
const proposedRole = "the role the catalogue proposes"
