package oscal

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// risk is what a gap can lead to, how far it is, and what is to be done.
func (x *planned) risk(i soc2.PlanItem, observed []RelatedObservation) risk {
	g := x.gaps[i.Gap]
	r := risk{
		UUID: x.id("risk", i.Gap), Title: line(i.Title), Description: text(or(g.Risk.Weakness, i.Why)), Statement: text(or(g.Risk.Impact, "What it can lead to is not stated.")),
		Status: riskStatus(i.Status), Origins: byTool, Observations: observed, Deadline: stamp(i.Due), Log: x.log(i),
		Characterizations: []characterization{rated("initial", "inherent", i.Inherent), rated("adjusted", "residual", i.Residual)},
		Props: []Prop{
			PropOf("gap", i.Gap), PropOf("plan-status", string(i.Status)), PropOf("due", dateOf(i.Due)), PropOf("due-by", i.DueBy), PropOf("effort-days", fmt.Sprintf("%d-%d", i.Effort.Min, i.Effort.Max)),
		},
		Remediations: []response{x.response(i)},
	}
	add := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				r.Props = append(r.Props, PropOf(name, v))
			}
		}
	}
	add("threat-source", g.Risk.ThreatSource)
	add("starting-risk", g.Risk.Reason)
	add("commitment", g.Risk.Commitments...)
	add("law", g.Risk.Laws...)
	for _, f := range g.Risk.Factors {
		p := PropOf("risk-factor", string(f.Fact))
		p.Remarks = text(fmt.Sprintf("likelihood %+d, impact %+d, unknown %t: %s", f.Likelihood, f.Impact, f.Unknown, f.Why))
		r.Props = append(r.Props, p)
	}
	for _, id := range g.Risk.Mitigations {
		r.Mitigating = append(r.Mitigating, mitigatingFactor{
			UUID: x.id("mitigation", i.Gap, id), Description: text("The control " + id + " bears on one of the same criteria, and evidence shows it to hold."), Props: []Prop{PropOf("control", id)},
		})
	}
	x.deviations(i, &r)
	return r
}

// rated is likelihood and impact from 1 to 5, and the severity that follows.
func rated(state, name string, s soc2.RiskScore) characterization {
	all := []Prop{{Name: "state", Value: state}}
	of := func(name, value string) facet { return facet{name, Namespace, value, all} }
	return characterization{
		Props: []Prop{PropOf("risk", name)}, Origin: byTool[0],
		Facets: []facet{of("likelihood", strconv.Itoa(s.Likelihood)), of("impact", strconv.Itoa(s.Impact)), of("score", strconv.Itoa(s.Score())), of("severity", s.Severity().String())},
	}
}

// deviations are decisions to live with what fails of a gap: those in force, and
// those that nobody else has said a word on. Only where all of it is accepted is the
// risk's status a deviation.
func (x *planned) deviations(i soc2.PlanItem, r *risk) {
	for _, d := range x.Decisions {
		if d.Kind != soc2.Accept && d.Kind != soc2.Exclude || d.Control == "" || d.Control != i.Control || i.Gap != soc2.ControlGap(i.Control) {
			continue
		}
		name := "decision-in-force"
		switch d.Life {
		case soc2.DecisionInForce:
		case soc2.DecisionRequested:
			name = "decision-requested"
		case soc2.DecisionExpired, soc2.DecisionWithdrawn, soc2.DecisionRefused, soc2.DecisionUnreadable:
			continue
		default:
			continue
		}
		resource := decisionResource(d.Decision)
		x.resources[resource.UUID] = resource
		p := PropOf(name, d.ID)
		p.Remarks = text(string(d.Kind) + ": " + d.Reason)
		r.Props = append(r.Props, p)
		r.Links = append(r.Links, Link{Href: "#" + resource.UUID, Rel: "decision", Text: line(d.ID)})
	}
	for _, e := range x.gaps[i.Gap].Examples {
		if e.Accepted != "" {
			r.Props = append(r.Props, Prop{Name: "accepted-example", NS: Namespace, Value: stringOf(e.Accepted), Remarks: "Resource " + itemID(e.Resource)})
		}
	}
}

// response is what is to be done. It is planned once a person has put a name or a
// date to it; until then it is what rules recommend.
func (x *planned) response(i soc2.PlanItem) response {
	r := response{
		UUID: x.id("response", i.Gap), Lifecycle: "recommendation", Title: line("Close: " + i.Title), Description: text(or(i.Success, "What shows that it is closed is not stated.")), Origins: byTool,
		Props: []Prop{PropOf("effort-days", fmt.Sprintf("%d-%d", i.Effort.Min, i.Effort.Max))},
	}
	switch {
	case i.Status == soc2.PlanClosed:
		r.Lifecycle = "completed"
	case i.Set != nil:
		r.Lifecycle = "planned"
	}
	milestone := task{UUID: x.milestone(i.Gap), Type: "milestone", Title: line("Closed: " + i.Title), Description: text(or(i.Success, i.Why)), Props: []Prop{PropOf("due-by", i.DueBy)}}
	if due := stamp(i.Due); due != "" {
		milestone.Timing = &timing{onDate{due}}
	}
	if i.Owner != "" {
		milestone.Roles = []Parties{{ownerRole, []string{x.party(i.Owner)}}}
	}
	for _, id := range i.After {
		if x.inPlan[id] {
			milestone.Dependencies = append(milestone.Dependencies, dependency{x.milestone(id)})
		} else {
			milestone.Props = append(milestone.Props, PropOf("after", id))
		}
	}
	for n, t := range i.Tasks {
		a := task{
			UUID: x.id("task", i.Gap, fmt.Sprint(n), t.Check, t.Provider), Type: "action", Title: line(t.Text),
			Props: []Prop{PropOf("resources", fmt.Sprint(t.Resources)), PropOf("effort-days", fmt.Sprintf("%d-%d", t.Effort.Min, t.Effort.Max))}, Roles: milestone.Roles,
		}
		if t.Check != "" {
			a.Props = append(a.Props, PropOf("check", t.Check), PropOf("provider", t.Provider))
		}
		if t.How != "" {
			a.Description = text(t.How)
		}
		for _, c := range t.Commands {
			a.Props = append(a.Props, PropOf("command", c))
		}
		r.Tasks = append(r.Tasks, a)
		milestone.Dependencies = append(milestone.Dependencies, dependency{a.UUID})
	}
	r.Tasks = append(r.Tasks, milestone)
	return r
}

func (x *planned) milestone(gap string) string { return x.id("milestone", gap) }

// log is what became of a gap, as far as its plan tells.
func (x *planned) log(i soc2.PlanItem) *riskLog {
	var l riskLog
	add := func(what, title, description, status string, at time.Time, by string) {
		start := stamp(at)
		if start == "" {
			return
		}
		e := logEntry{UUID: x.id("log", i.Gap, what, start), Title: title, Start: start, Status: status}
		if description != "" {
			e.Description = text(description)
		}
		if by != "" {
			e.LoggedBy = []loggedBy{{x.party(by)}}
		}
		l.Entries = append(l.Entries, e)
	}
	add("opened", "Opened", "", "open", i.Opened, "")
	change := func(what string, c *soc2.PlanChange) {
		var says []string
		if c.Owner != "" {
			says = append(says, "Owner: "+c.Owner+".")
		}
		if !c.Due.IsZero() {
			says = append(says, "Due: "+dateOf(c.Due)+".")
		}
		add(what, "Planned", strings.Join(append(says, c.Reason), " "), "", c.At, c.By)
	}
	if i.DueSet != nil && (i.Set == nil || i.DueSet.ID != i.Set.ID) {
		change("due "+i.DueSet.ID, i.DueSet)
	}
	if i.Set != nil {
		change("set "+i.Set.ID, i.Set)
	}
	if i.Closed != nil && i.Status != soc2.PlanClosed {
		add("closed", "Evidence showed that it was closed", "", "closed", *i.Closed, "")
	}
	if i.Status != soc2.PlanOpen {
		add("status", line("Status: "+string(i.Status)), i.Why, riskStatus(i.Status), i.Since, "")
	}
	if len(l.Entries) == 0 {
		return nil
	}
	return &l
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
