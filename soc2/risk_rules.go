package soc2

import (
	"slices"
	"time"
)

// RiskFact is a fact that raises or lowers a risk.
type RiskFact string

// The facts. Those that raise count as soon as one affected resource is known to be
// so. Those that lower count only where nothing is left that was not seen: what is
// unknown never lowers a risk.
const (
	FactExposed     RiskFact = "internet-exposed"    // an affected resource can be reached from the internet
	FactProduction  RiskFact = "production"          // an affected resource is in production
	FactSensitive   RiskFact = "sensitive-data"      // it holds data classed restricted or confidential
	FactPrivileged  RiskFact = "privileged"          // it administers others
	FactOld         RiskFact = "old"                 // the gap has been there for long
	FactFew         RiskFact = "few-affected"        // few of many fail, all of them seen
	FactCompensated RiskFact = "compensated"         // everything that fails is accepted, with a compensating control that is tested and holds
	FactOthersHold  RiskFact = "other-controls-hold" // most of the other controls that test the same criteria directly hold
)

// RiskFacts lists them in the order they are weighed.
var RiskFacts = []RiskFact{FactExposed, FactProduction, FactSensitive, FactPrivileged, FactOld, FactFew, FactCompensated, FactOthersHold}

// Lowers says that a fact is one that lowers.
func (f RiskFact) Lowers() bool { return f == FactFew || f == FactCompensated || f == FactOthersHold }

// after says that a fact is about what was done against a risk: it makes the
// residual one of the inherent.
func (f RiskFact) after() bool { return f == FactCompensated || f == FactOthersHold }

// RiskRule is by how much a fact changes likelihood and impact.
type RiskRule struct {
	Likelihood int `json:"likelihood"`
	Impact     int `json:"impact"`
}

// RiskRules is how facts weigh. Start is the control's likelihood and impact in the
// catalogue; what all facts change is added up and held between 1 and 5.
type RiskRules struct {
	Facts      map[RiskFact]RiskRule
	OldAfter   time.Duration
	FewPercent int // at most this share fails
	FewOf      int // of at least so many
}

// DefaultRiskRules are the rules of a company that stated none.
func DefaultRiskRules() RiskRules {
	return RiskRules{
		Facts: map[RiskFact]RiskRule{
			FactExposed: {Likelihood: 1}, FactProduction: {Impact: 1}, FactSensitive: {Impact: 1}, FactPrivileged: {Impact: 1},
			FactOld: {Likelihood: 1}, FactFew: {Likelihood: -1}, FactCompensated: {Likelihood: -1}, FactOthersHold: {Likelihood: -1},
		},
		OldAfter: 90 * 24 * time.Hour, FewPercent: 5, FewOf: 20,
	}
}

// orDefault fills in what was not stated.
func (r RiskRules) orDefault() RiskRules {
	d := DefaultRiskRules()
	for fact, rule := range r.Facts {
		if slices.Contains(RiskFacts, fact) {
			d.Facts[fact] = rule
		}
	}
	if r.OldAfter > 0 {
		d.OldAfter = r.OldAfter
	}
	if r.FewPercent > 0 {
		d.FewPercent = r.FewPercent
	}
	if r.FewOf > 0 {
		d.FewOf = r.FewOf
	}
	return d
}

// InForce are the rules with the defaults for what was not stated.
func (r RiskRules) InForce() RiskRules { return r.orDefault() }
