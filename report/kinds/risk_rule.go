package kinds

import (
	"fmt"

	"github.com/controlwatch/controlwatch/soc2"
)

// RiskRuleRow is how one fact weighs.
type RiskRuleRow struct {
	Fact       soc2.RiskFact `json:"fact"`
	Says       string        `json:"says"`
	Likelihood int           `json:"likelihood"`
	Impact     int           `json:"impact"`
	Changed    bool          `json:"changed"` // the company states it, and otherwise than the default
	Default    soc2.RiskRule `json:"default"`
	Lowers     bool          `json:"lowers"`
}

// riskFacts are the facts in words.
var riskFacts = map[soc2.RiskFact]string{
	soc2.FactExposed:     "An affected resource can be reached from the internet.",
	soc2.FactProduction:  "An affected resource is in production.",
	soc2.FactSensitive:   "An affected resource holds data classed restricted or confidential.",
	soc2.FactPrivileged:  "An affected identity administers others.",
	soc2.FactOld:         "The gap has been there for long.",
	soc2.FactFew:         "Few of many fail, and all of them were seen.",
	soc2.FactCompensated: "All that fails is accepted, with a compensating control that is tested and holds.",
	soc2.FactOthersHold:  "Most other controls that test the same criteria directly hold.",
}

func riskRuleRows(stated soc2.RiskRules) []RiskRuleRow {
	inForce, usual := stated.InForce(), soc2.DefaultRiskRules()
	rows := []RiskRuleRow{}
	for _, fact := range soc2.RiskFacts {
		rule := inForce.Facts[fact]
		row := RiskRuleRow{fact, riskFacts[fact], rule.Likelihood, rule.Impact, rule != usual.Facts[fact], usual.Facts[fact], fact.Lowers()}
		switch fact { //nolint:exhaustive // the others have no bound
		case soc2.FactOld:
			row.Says += " More than " + counted(int(inForce.OldAfter.Hours()/24), "day", "days") + "."
			row.Changed = row.Changed || inForce.OldAfter != usual.OldAfter
		case soc2.FactFew:
			row.Says += fmt.Sprintf(" At most %d percent of at least %d.", inForce.FewPercent, inForce.FewOf)
			row.Changed = row.Changed || inForce.FewPercent != usual.FewPercent || inForce.FewOf != usual.FewOf
		}
		rows = append(rows, row)
	}
	return rows
}
