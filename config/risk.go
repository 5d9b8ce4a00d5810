package config

import (
	"maps"
	"slices"
	"strings"
)

// Risk changes how facts about what is affected raise or lower the risk of a gap.
// What is not stated stays as it is by default.
type Risk struct {
	Rules      map[string]RiskRule `yaml:"rules" json:"rules,omitempty" jsonschema:"description=By fact: how much it changes likelihood and impact. Facts that raise are internet-exposed\\, production\\, sensitive-data\\, privileged and old; facts that lower are few-affected\\, compensated and other-controls-hold."`
	OldAfter   Span                `yaml:"old_after" json:"old_after,omitempty" jsonschema:"description=From what age on a gap is old. Default 90d."`
	FewPercent int                 `yaml:"few_percent" json:"few_percent,omitempty" jsonschema:"description=At most this share of the resources fails where few are affected. Default 5."`
	FewOf      int                 `yaml:"few_of" json:"few_of,omitempty" jsonschema:"description=Fewer resources than this are never called many. Default 20."`
}

// RiskRule is by how much a fact changes likelihood and impact.
type RiskRule struct {
	Likelihood int `yaml:"likelihood" json:"likelihood" jsonschema:"minimum=-4,maximum=4"`
	Impact     int `yaml:"impact" json:"impact" jsonschema:"minimum=-4,maximum=4"`
}

// Facts that raise a risk, and those that lower it.
var (
	raisingFacts  = []string{"internet-exposed", "production", "sensitive-data", "privileged", "old"}
	loweringFacts = []string{"few-affected", "compensated", "other-controls-hold"}
)

func (c *Config) riskProblems(wrong func(path []any, format string, args ...any)) {
	r := c.Risk
	for _, fact := range slices.Sorted(maps.Keys(r.Rules)) {
		rule, at := r.Rules[fact], []any{"risk", "rules", fact}
		low, high := 0, 4
		switch {
		case slices.Contains(loweringFacts, fact):
			low, high = -4, 0
		case !slices.Contains(raisingFacts, fact):
			wrong(at, "risk.rules: there is no fact %q; expected %s", fact, strings.Join(append(slices.Clone(raisingFacts), loweringFacts...), ", "))
			continue
		}
		if n := rule.Likelihood; n < low || n > high {
			wrong(append(at, "likelihood"), "risk.rules.%s.likelihood: expected %d to %d", fact, low, high)
		}
		if n := rule.Impact; n < low || n > high {
			wrong(append(at, "impact"), "risk.rules.%s.impact: expected %d to %d", fact, low, high)
		}
	}
	if r.OldAfter < 0 {
		wrong([]any{"risk", "old_after"}, "risk.old_after: expected more than no time")
	}
	if r.FewPercent < 0 || r.FewPercent > 50 {
		wrong([]any{"risk", "few_percent"}, "risk.few_percent: expected 1 to 50")
	}
	if r.FewOf < 0 {
		wrong([]any{"risk", "few_of"}, "risk.few_of: expected a number above 0")
	}
}
