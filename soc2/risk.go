package soc2

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// RiskScore is likelihood and impact, each 1 to 5.
type RiskScore struct {
	Likelihood int `json:"likelihood"`
	Impact     int `json:"impact"`
}

// Score is their product, 1 to 25.
func (s RiskScore) Score() int { return s.Likelihood * s.Impact }

// Severity is the score as a word.
func (s RiskScore) Severity() Severity { return SeverityOf(s.Likelihood, s.Impact) }

func (s RiskScore) String() string { return fmt.Sprintf("%d×%d", s.Likelihood, s.Impact) }

func (s RiskScore) plus(likelihood, impact int) RiskScore {
	return RiskScore{min(max(s.Likelihood+likelihood, 1), 5), min(max(s.Impact+impact, 1), 5)}
}

// Risk is what a gap can lead to (R14), and how that was weighed.
type Risk struct {
	Start        RiskScore // of the control, before any fact
	Inherent     RiskScore // with what is affected, as if nothing else stood against it
	Residual     RiskScore // with what does
	Severity     Severity  // of the residual risk
	Factors      []RiskFactor
	Reason       string // why the start is what it is
	ThreatSource string
	Weakness     string
	Commitments  []string // ids of those that rest on the gap's criteria
	Laws         []string
	Mitigations  []string // other controls of the same criteria that hold
	Impact       string   // on the business
	Complexity   string   // of mending it: low, medium or high
}

// risk weighs a gap. It is pure arithmetic over the factors it lists.
func (g *gapJudge) risk(gap *Gap, a *affected) Risk {
	r := Risk{ThreatSource: threatSource(gap.Criteria), Complexity: complexity(gap)}
	var statement string
	r.Start, r.Reason, statement = g.startingRisk(gap)
	r.Weakness = "Not shown to be true: " + cmp.Or(statement, gap.Desired, gap.Title)
	r.Mitigations = g.mitigations(gap)
	var before, after RiskRule
	for _, f := range g.factors(gap, a) {
		r.Factors = append(r.Factors, f)
		to := &before
		if f.Fact.after() {
			to = &after
		}
		to.Likelihood += f.Likelihood
		to.Impact += f.Impact
	}
	r.Inherent = r.Start.plus(before.Likelihood, before.Impact)
	r.Residual = r.Inherent.plus(min(after.Likelihood, 0), min(after.Impact, 0))
	r.Severity = r.Residual.Severity()
	for _, c := range g.in.Scope.Commitments {
		if slices.ContainsFunc(gap.Criteria, func(m Mapping) bool { return slices.Contains(c.Criteria, m.ID) }) {
			r.Commitments = append(r.Commitments, c.ID)
			if c.Law != "" && !slices.Contains(r.Laws, c.Law) {
				r.Laws = append(r.Laws, c.Law)
			}
		}
	}
	r.Impact = businessImpact(&r, a)
	return r
}

// startingRisk is that of the control. A criterion without one is as risky as the
// riskiest control of the catalogue that would bear on it; what nobody can rate is
// rated high, for not knowing makes nothing smaller.
func (g *gapJudge) startingRisk(gap *Gap) (start RiskScore, reason, statement string) {
	var worst Control
	worstDirect := false
	for _, c := range g.in.Catalogue.Controls {
		if c.ID == gap.Control {
			return RiskScore{c.Likelihood, c.Impact}.plus(0, 0), c.RiskReason, c.Statement
		}
		for _, m := range c.Criteria {
			if !slices.ContainsFunc(gap.Criteria, func(of Mapping) bool { return of.ID == m.ID }) {
				continue
			}
			direct := m.Strength == Direct
			better := worst.ID == "" || direct && !worstDirect || direct == worstDirect && c.Likelihood*c.Impact > worst.Likelihood*worst.Impact
			if better {
				worst, worstDirect = c, direct
			}
		}
	}
	if len(gap.ID) > len("control:") && strings.HasPrefix(gap.ID, "control:") {
		return RiskScore{5, 5}, "The catalogue does not describe the control: nobody can say how bad it is.", ""
	}
	if worst.ID != "" {
		return RiskScore{worst.Likelihood, worst.Impact}.plus(0, 0), "As the riskiest control of the catalogue that would bear on it, " + worst.ID + ": " + worst.RiskReason, ""
	}
	return RiskScore{4, 4}, "Nothing says how bad it is: it is taken as high.", ""
}

// mitigations are the other controls that test one of the same criteria and hold.
func (g *gapJudge) mitigations(gap *Gap) []string {
	var ids []string
	for _, c := range g.in.Catalogue.Controls {
		if c.ID == gap.Control || g.results[c.ID].State != Pass || !g.adoptions.counts(c.ID) {
			continue
		}
		if sharesCriterion(gap.Criteria, c.Criteria, false) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func sharesCriterion(a, b []Mapping, direct bool) bool {
	return slices.ContainsFunc(a, func(x Mapping) bool {
		return slices.ContainsFunc(b, func(y Mapping) bool {
			return x.ID == y.ID && (!direct || x.Strength == Direct && y.Strength == Direct)
		})
	})
}

// complexity is the greatest effort of what has to be mended.
func complexity(gap *Gap) string {
	most := 0
	for _, c := range gap.Checks {
		most = max(most, slices.Index(efforts, c.Effort))
	}
	if len(gap.Checks) == 0 || gap.Kind == NoControl || gap.Kind == WeakDesign {
		most = max(most, 1)
	}
	if gap.Kind == NoControl {
		most = 2
	}
	return efforts[most]
}

var efforts = []string{"low", "medium", "high"}

func businessImpact(r *Risk, a *affected) string {
	var parts []string
	if r.Reason != "" {
		parts = append(parts, strings.TrimSuffix(r.Reason, "."))
	}
	if n := a.facts.production; n > 0 {
		parts = append(parts, fmt.Sprintf("%d affected in production", n))
	}
	if len(a.facts.sensitiveClasses) > 0 {
		var classes []string
		for id := range a.facts.sensitiveClasses {
			classes = append(classes, id)
		}
		slices.Sort(classes)
		parts = append(parts, "data at stake: "+strings.Join(classes, ", "))
	}
	if len(r.Commitments) > 0 {
		parts = append(parts, "promises that rest on it: "+strings.Join(r.Commitments, ", "))
	}
	if len(r.Laws) > 0 {
		parts = append(parts, "laws: "+strings.Join(r.Laws, ", "))
	}
	if len(parts) == 0 {
		return "Not stated."
	}
	return strings.Join(parts, "; ") + "."
}

// threatSource names who or what could use a gap, in the four kinds of NIST SP
// 800-30 (table D-2): adversarial, accidental, structural, environmental. It
// follows the series of the first criterion the gap bears on directly.
func threatSource(criteria []Mapping) string {
	series := ""
	for _, m := range criteria {
		s, _, _ := strings.Cut(m.ID, ".")
		if m.Strength == Direct {
			series = s
			break
		}
		series = cmp.Or(series, s)
	}
	switch {
	case series == "CC6":
		return "adversarial: somebody outside, or inside with more access than the work takes"
	case series == "CC7":
		return "adversarial: an attack or a weakness that nobody notices or answers in time"
	case series == "CC8":
		return "accidental or adversarial: a wrong or malicious change that reaches production"
	case series == "CC9":
		return "adversarial or structural: a supplier or partner, or a disruption of what the business rests on"
	case series == "A1":
		return "structural or environmental: failure or loss of equipment, software or a site; accidental: destroyed data"
	case series == "PI1":
		return "accidental or structural: data that is processed wrongly, late or not at all"
	case series == "C1" || strings.HasPrefix(series, "P"):
		return "adversarial or accidental: information disclosed to, or used by, those it is not for"
	case series == "":
		return "not stated"
	}
	return "accidental: people who do not know, are not told or are not overseen"
}

// GapSeverities are the severities of controls with a gap, worst first where a
// control has several: what alerts about them go by.
func GapSeverities(gaps []Gap) map[string]Severity {
	by := map[string]Severity{}
	for _, g := range gaps {
		if g.Control != "" {
			by[g.Control] = max(by[g.Control], g.Risk.Severity)
		}
	}
	return by
}
