package oscal

import (
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// item is a gap in the plan.
func (x *planned) item(i soc2.PlanItem, risk string, observed []RelatedObservation) poamItem {
	p := poamItem{
		UUID: x.id("item", i.Gap), Title: line(i.Title), Description: text(x.description(i)), Origins: byTool, Observations: observed, Risks: []RelatedRisk{{risk}},
		Props: []Prop{
			PropOf("gap", i.Gap), PropOf("gap-kind", string(i.Kind)), PropOf("plan-status", string(i.Status)), PropOf("severity", i.Severity.String()),
			PropOf("failing", fmt.Sprint(i.Failing)), PropOf("unobserved", fmt.Sprint(i.Unobserved)), PropOf("accepted", fmt.Sprint(i.Accepted)), PropOf("reopenings", fmt.Sprint(i.Reopenings)),
			PropOf("overdue", fmt.Sprint(i.Overdue)), PropOf("out-of-scope", fmt.Sprint(i.OutOfScope)), PropOf("owner", i.Owner), PropOf("owner-by", i.OwnerBy),
		},
	}
	if i.Control != "" {
		p.Props = append(p.Props, PropOf("control", i.Control), PropOf("adoption", i.Adoption))
	}
	for _, own := range i.Company {
		p.Props = append(p.Props, PropOf("company-control", own))
	}
	if g, ok := x.gaps[i.Gap]; ok {
		p.Props = append(p.Props, criteriaProps(g.Criteria)...)
		p.Props = append(p.Props, PropOf("affected", fmt.Sprint(g.Total)))
	} else {
		for _, id := range i.Criteria {
			p.Props = append(p.Props, PropOf("tsc-criterion", id))
		}
	}
	for _, s := range i.Systems {
		p.Props = append(p.Props, Prop{Name: "system", NS: Namespace, Value: stringOf(s), Remarks: "Component " + x.systemID(s)})
	}
	return p
}

func (x *planned) description(i soc2.PlanItem) string {
	parts := []string{i.Why}
	if g, ok := x.gaps[i.Gap]; ok {
		if g.Current != i.Why {
			parts = append(parts, g.Current)
		}
		parts = append(parts, g.Context...)
		if g.Desired != "" {
			parts = append(parts, "Desired: "+g.Desired)
		}
	}
	return strings.Join(parts, "\n")
}

// finding is a gap that is there, or of which it cannot be told: not satisfied.
func (x *planned) finding(i soc2.PlanItem, risk string, observed []RelatedObservation) Finding {
	f := Finding{
		UUID: x.id("finding", i.Gap), Title: line(i.Title), Description: text(i.Why), Origins: byTool, Observations: observed, Risks: []RelatedRisk{{risk}},
		Props:  []Prop{PropOf("gap", i.Gap), PropOf("gap-kind", string(i.Kind)), PropOf("plan-status", string(i.Status))},
		Target: Target{Type: "objective-id", ID: token(or(i.Control, i.Gap)), Title: line(i.Title), Status: StatusOf(soc2.Fail)},
	}
	switch {
	case i.Status == soc2.PlanUnobserved || i.Failing == 0 && i.Unobserved > 0:
		f.Target.Status = StatusOf(soc2.Unobserved)
		f.Props = append(f.Props, PropOf("state", soc2.Unobserved.String()))
	case i.Failing == 0:
		f.Target.Status = other("Something is missing that no test looks for: " + text(i.Why))
	}
	return f
}

// observed is what a gap rests on, check by check; where no check says it, what is said.
func (x *planned) observed(i soc2.PlanItem) []Observation {
	g, there := x.gaps[i.Gap]
	evidenceOf := []Evidence{{"#" + ID("assessment", x.Plan.Assessment), "The assessment it was seen in"}}
	for _, id := range g.Evidence.Records {
		if id != "" {
			evidenceOf = append(evidenceOf, Evidence{x.record(id), text("Record " + id)})
		}
	}
	var all []Observation
	for _, c := range g.Checks {
		o := Observation{
			UUID: x.id("observation", i.Gap, c.Check, c.Provider), Title: line(c.Check + " at " + c.Provider), Description: text(or(c.Desired, "The catalogue does not say what is desired.")),
			Props: []Prop{
				PropOf("check", c.Check), PropOf("provider", c.Provider), PropOf("fail", fmt.Sprint(c.Failing)), PropOf("unobserved", fmt.Sprint(c.Unobserved)), PropOf("accepted", fmt.Sprint(c.Accepted)),
			},
			Methods: []string{"TEST"}, Types: []string{"finding"}, Origins: byTool, Evidence: evidenceOf, Collected: x.at, Subjects: x.subjects(g, c),
		}
		if len(c.Reasons) > 0 {
			o.Remarks = text("Unobserved: " + strings.Join(c.Reasons, "; "))
		}
		if n := c.Failing + c.Unobserved; n > len(o.Subjects) {
			o.Props = append(o.Props, PropOf("subjects-not-listed", fmt.Sprint(n-len(o.Subjects))))
		}
		all = append(all, o)
	}
	if len(all) > 0 {
		return all
	}
	method := "EXAMINE" // of the catalogue, the scope and what people recorded
	switch {
	case strings.HasPrefix(i.Gap, "walkthrough:"):
		method = "INTERVIEW"
	case !there:
		method = "UNKNOWN"
	}
	return []Observation{{
		UUID: x.id("observation", i.Gap), Title: line(i.Title), Description: text(i.Why), Props: []Prop{PropOf("gap", i.Gap)},
		Methods: []string{method}, Types: []string{"finding"}, Origins: byTool, Evidence: evidenceOf, Collected: x.at,
	}}
}

// subjects are the resources that a gap names for a check.
func (x *planned) subjects(g soc2.Gap, c soc2.GapCheck) []Subject {
	var all []Subject
	given := map[evidence.Key]bool{}
	add := func(r evidence.Resource) {
		if given[r.Key()] {
			return
		}
		given[r.Key()] = true
		i := inventoryItem(r)
		x.items[i.UUID] = i
		all = append(all, subject(r))
	}
	for _, e := range g.Examples {
		if e.Check == c.Check && e.Resource.Provider == c.Provider {
			add(e.Resource)
		}
	}
	for _, r := range c.Examples {
		add(r)
	}
	return all
}
