package soc2

import (
	"fmt"
	"slices"
	"time"
)

// RiskFactor is what one fact changes, and why. Unknown facts are listed with no change.
type RiskFactor struct {
	Fact       RiskFact `json:"fact"`
	Likelihood int      `json:"likelihood"`
	Impact     int      `json:"impact"`
	Why        string   `json:"why"`
	Unknown    bool     `json:"unknown,omitempty"` // it was not seen whether it is so
}

// factors weighs each fact that applies to a gap or is not known of it.
func (g *gapJudge) factors(gap *Gap, a *affected) []RiskFactor {
	var all []RiskFactor
	x := a.facts
	for _, fact := range RiskFacts {
		f := RiskFactor{Fact: fact}
		applies := false
		raise := func(yes, unseen int, is, unknown string) {
			switch {
			case yes > 0:
				applies, f.Why = true, fmt.Sprintf("%d of %d affected %s", yes, x.all, is)
			case unseen > 0:
				f.Unknown, f.Why = true, fmt.Sprintf("of %d of %d affected %s", unseen, x.all, unknown)
			}
		}
		switch fact {
		case FactExposed:
			raise(x.exposed, x.exposedUnseen, "can be reached from the internet", "it is not known whether the internet reaches them")
		case FactProduction:
			raise(x.production, x.productionUnseen, "are in production", "the environment is not known")
		case FactSensitive:
			raise(x.sensitive, x.dataUnseen, "hold restricted or confidential data", "it is not known what data they hold")
		case FactPrivileged:
			raise(x.privileged, x.privilegedUnseen, "administer others", "it is not known whether they administer others")
		case FactOld:
			if age := g.in.now().Sub(gap.Since); age > g.rules.OldAfter {
				applies, f.Why = true, fmt.Sprintf("it has been there for %d days", int(age/(24*time.Hour)))
			}
		case FactFew:
			applies, f.Why = g.few(gap, a)
		case FactCompensated:
			applies, f.Why = g.compensated(gap, a)
		case FactOthersHold:
			applies, f.Why = g.othersHold(gap)
		}
		if f.Why == "" {
			continue
		}
		if applies {
			f.Likelihood, f.Impact = g.rules.Facts[fact].Likelihood, g.rules.Facts[fact].Impact
			if !fact.Lowers() { // whatever the rules say: no fact does the opposite of what it is
				f.Likelihood, f.Impact = max(f.Likelihood, 0), max(f.Impact, 0)
			} else {
				f.Likelihood, f.Impact = min(f.Likelihood, 0), min(f.Impact, 0)
			}
		}
		all = append(all, f)
	}
	return all
}

// few says that a small share fails, where all was seen, nothing is taken out, and
// nothing of what is affected is known to be worse than ordinary, or unknown to be.
func (g *gapJudge) few(gap *Gap, a *affected) (bool, string) {
	all := gap.Failing + gap.Passing
	if gap.Kind != NotOperating || gap.Failing == 0 || all < g.rules.FewOf || gap.Failing*100 > all*g.rules.FewPercent {
		return false, ""
	}
	share := fmt.Sprintf("%d of %d fail", gap.Failing, all)
	x := a.facts
	switch {
	case gap.Unobserved > 0 || gap.Excluded > 0:
		return false, fmt.Sprintf("%s, but %d were not seen and %d are taken out by decisions: it does not lower the risk", share, gap.Unobserved, gap.Excluded)
	case x.exposedUnseen > 0 || x.privilegedUnseen > 0:
		return false, share + ", but what they are is not known: it does not lower the risk"
	}
	return true, share
}

// compensated says that all that fails is accepted with compensating controls, each
// the id of a control that is tested and holds. What is only described cannot be tested.
func (g *gapJudge) compensated(gap *Gap, a *affected) (bool, string) {
	if gap.Accepted == 0 {
		return false, ""
	}
	if !gap.WhollyAccepted() {
		return false, fmt.Sprintf("only %d of %d are accepted: it does not lower the risk", gap.Accepted, gap.Failing+gap.Unobserved)
	}
	var ids []string
	for id := range a.decisions {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var holding []string
	for _, id := range ids {
		i := slices.IndexFunc(g.in.Decisions, func(d Decision) bool { return d.ID == id })
		if i < 0 || g.in.Decisions[i].Compensating == "" {
			return false, "accepted by " + id + " without a compensating control: it does not lower the risk"
		}
		control := g.in.Decisions[i].Compensating
		if r, ok := g.results[control]; !ok || r.State != Pass || r.Excluded > 0 {
			return false, fmt.Sprintf("the compensating control of %s is not a control that is shown to hold: it does not lower the risk", id)
		}
		if !slices.Contains(holding, control) {
			holding = append(holding, control)
		}
	}
	return true, fmt.Sprintf("accepted, and the compensating controls hold: %v", holding)
}

// othersHold says that of the other controls that test the same criteria directly
// more than half hold. One that was not seen holds nothing.
func (g *gapJudge) othersHold(gap *Gap) (bool, string) {
	others, hold := 0, 0
	for _, c := range g.in.Catalogue.Controls {
		if c.ID == gap.Control || !g.adoptions.counts(c.ID) || !sharesCriterion(gap.Criteria, c.Criteria, true) {
			continue
		}
		r, ok := g.results[c.ID]
		if ok && r.State == NotApplicable {
			continue // it tests nothing here
		}
		others++
		if ok && r.State == Pass && r.Excluded == 0 {
			hold++
		}
	}
	if others == 0 {
		return false, ""
	}
	why := fmt.Sprintf("%d of %d other controls that test the same criteria directly hold", hold, others)
	return 2*hold > others, why
}
