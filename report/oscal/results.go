package oscal

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// AssessmentResults writes an assessment: a finding for each control, and an
// observation for each finding of ours that fails or was not seen, and for each hole.
// Those that pass are counted. It holds one of them at a time.
func AssessmentResults(w io.Writer, a soc2.Assessment, c soc2.Catalogue) error {
	if a.Narrowed != nil {
		return errors.New("assessment results in OSCAL say of whole controls whether they hold: they cannot be made of a part; leave out what narrows it")
	}
	if a.StartedAt.IsZero() {
		a.StartedAt = a.At
	}
	if a.FinishedAt.IsZero() {
		a.FinishedAt = a.At
	}
	start, err := needed("when the assessment began", a.StartedAt)
	if err != nil {
		return err
	}
	end, err := needed("when the assessment ended", a.FinishedAt)
	if err != nil {
		return err
	}
	at, err := needed("the time that was judged at", a.At)
	if err != nil {
		return err
	}
	x := &results{a: &a, at: at, seed: []string{a.ID, at, a.Judge.Catalogue, a.Judge.Parameters}, described: map[string]soc2.Control{}}
	for _, control := range c.Controls {
		x.described[control.ID] = control
	}
	x.countExcluded()
	return writeStream(w, func(id string) members {
		return members{{"assessment-results", members{
			{"uuid", id},
			{"metadata", Metadata{
				Title: "controlwatch: assessment of " + at, LastModified: end, Version: stringOf(or(a.ID, at)), OSCALVersion: Version,
				Props: []Prop{PropOf("sample-data", fmt.Sprint(a.SampleData))}, Remarks: remarks(a.SampleData),
			}},
			{"import-ap", Import{"#" + x.id("plan")}},
			{"results", one(members{
				{"uuid", x.id("result")},
				{"title", line("Assessment " + or(a.ID, at))},
				{"description", "What controlwatch judged from the evidence it held. It is no opinion on whether criteria are satisfied."},
				{"start", start},
				{"end", end},
				{"props", x.props()},
				{"local-definitions", members{{"components", []Component{tool(a.Version)}}, {"inventory-items", list(x.inventory)}}},
				{"reviewed-controls", x.reviewed()},
				{"observations", list(x.observations)},
				{"findings", list(x.findings)},
			})},
			{"back-matter", members{{"resources", list(x.resources)}}},
		}}}
	})
}

func or(s, than string) string {
	if s == "" {
		return than
	}
	return s
}

func remarks(sample bool) string {
	if sample {
		return "Sample data: a made-up company. Nothing here is about real systems."
	}
	return ""
}

type results struct {
	a         *soc2.Assessment
	at        string
	seed      []string
	described map[string]soc2.Control
	excluded  map[string]int // failing or unobserved findings that decisions take out, by control
}

// id is of something as this assessment saw it.
func (x *results) id(parts ...string) string { return ID(append(parts, x.seed...)...) }

func (x *results) findingID(k soc2.FindingKey) string {
	r := k.Resource
	return x.id("observation", k.Control, k.Check, r.Provider, r.Account, r.Region, string(r.Kind), r.ID)
}

func (x *results) countExcluded() {
	x.excluded = map[string]int{}
	for i := range x.a.Findings {
		if f := &x.a.Findings[i]; f.ExcludedBy != "" && (f.Outcome == soc2.Fail || f.Outcome == soc2.Unobserved) {
			x.excluded[f.Control]++
		}
	}
}

func (x *results) props() []Prop {
	j := x.a.Judge
	return []Prop{
		PropOf("assessment", x.a.ID), PropOf("judged-at", x.at), PropOf("as-of", fmt.Sprint(x.a.AsOf)), PropOf("catalogue-sha256", j.Catalogue), PropOf("parameters-sha256", j.Parameters),
		PropOf("engine", j.Engine), PropOf("derive", j.Derive), PropOf("pass", fmt.Sprint(x.a.Outcomes[soc2.Pass])), PropOf("fail", fmt.Sprint(x.a.Outcomes[soc2.Fail])),
		PropOf("unobserved", fmt.Sprint(x.a.Outcomes[soc2.Unobserved])), PropOf("not-applicable", fmt.Sprint(x.a.Outcomes[soc2.NotApplicable])),
		PropOf("not-seen", fmt.Sprint(len(x.a.Holes))), PropOf("sources", fmt.Sprint(len(x.a.Feeds))),
	}
}

func (x *results) reviewed() Reviewed {
	s := Selection{Description: "Controls of controlwatch's catalogue, each mapped to Trust Services Criteria"}
	for _, c := range x.a.Controls {
		s.Include = append(s.Include, SelectedControl{token(c.ID)})
	}
	return Reviewed{[]Selection{s}}
}

// inventory are the resources that observations are about, each once.
func (x *results) inventory(item func(any) error) error {
	seen := make(map[evidence.Key]bool, len(x.a.Findings))
	for i := range x.a.Findings {
		r := x.a.Findings[i].Resource
		if seen[r.Key()] {
			continue
		}
		seen[r.Key()] = true
		if err := item(inventoryItem(r)); err != nil {
			return err
		}
	}
	return nil
}

func (x *results) observations(item func(any) error) error {
	for i := range x.a.Findings {
		if err := item(x.observation(&x.a.Findings[i])); err != nil {
			return err
		}
	}
	for n, h := range x.a.Holes {
		where := strings.Join([]string{h.Provider, h.Account, h.Region}, "/")
		err := item(Observation{
			UUID: x.id("hole", fmt.Sprint(n)), Title: line("Not seen: " + h.Collector), Description: text(fmt.Sprintf("%s %s: %s", where, h.Resource, h.Hole.Reason)),
			Props:   []Prop{PropOf("outcome", soc2.Unobserved.String()), PropOf("provider", h.Provider), PropOf("account", h.Account), PropOf("collector", h.Collector), PropOf("field", h.Hole.Field)},
			Methods: []string{"TEST"}, Origins: byTool, Collected: x.at, Remarks: "Unobserved: what is not there says nothing of itself.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *results) observation(f *soc2.Finding) Observation {
	o := Observation{
		UUID: x.findingID(f.Key()), Title: line(f.Check + ": " + f.Resource.Label()), Description: text(or(f.Desired, "The catalogue does not say what is desired.")),
		Props:   []Prop{PropOf("control", f.Control), PropOf("check", f.Check), PropOf("outcome", f.Outcome.String()), PropOf("severity", f.Severity.String())},
		Methods: []string{"TEST"}, Types: []string{"control-objective"}, Origins: byTool, Subjects: []Subject{subject(f.Resource)}, Collected: x.at,
		Evidence: []Evidence{{"#" + ID("assessment", x.a.ID), "The finding, and the facts it was judged from"}},
	}
	prop := func(name, value string) {
		if value != "" {
			o.Props = append(o.Props, PropOf(name, value))
		}
	}
	prop("observed", string(f.Observed))
	prop("inputs-sha256", f.Inputs)
	prop("first-seen", stamp(f.FirstSeen))
	prop("last-changed", stamp(f.LastChanged))
	if f.Acceptance != nil {
		prop("accepted-by-decision", f.Acceptance.ID)
	}
	prop("excluded-by-decision", f.ExcludedBy)
	if f.Outcome == soc2.Unobserved {
		o.Remarks = "Unobserved: " + text(f.Reason)
	}
	return o
}

// findings are what the controls come to. Findings of ours are sorted by control; of
// one that the assessment does not list, the finding is made of what there is.
func (x *results) findings(item func(any) error) error {
	of := map[string][]int{}
	var strangers []string
	listed := map[string]bool{}
	for _, c := range x.a.Controls {
		listed[c.ID] = true
	}
	for i := range x.a.Findings {
		id := x.a.Findings[i].Control
		if !listed[id] && len(of[id]) == 0 {
			strangers = append(strangers, id)
		}
		of[id] = append(of[id], i)
	}
	for _, c := range x.a.Controls {
		if err := item(x.finding(c, of[c.ID])); err != nil {
			return err
		}
	}
	for _, id := range strangers {
		c := soc2.ControlResult{ID: id, Title: id, State: soc2.Unobserved}
		for _, i := range of[id] {
			c.State = soc2.RollUp(c.State, x.a.Findings[i].Outcome)
		}
		if err := item(x.finding(c, of[id])); err != nil {
			return err
		}
	}
	return nil
}

func (x *results) finding(c soc2.ControlResult, of []int) Finding {
	described := x.described[c.ID]
	f := Finding{
		UUID: x.id("finding", c.ID), Title: line(or(c.Title, c.ID)), Description: text(or(described.Statement, "The catalogue does not describe this control.")), Origins: byTool,
		Props: []Prop{
			PropOf("control", c.ID), PropOf("state", c.State.String()), PropOf("adoption", c.Adoption), PropOf("severity", c.Severity.String()), PropOf("pass", fmt.Sprint(c.Passing)),
			PropOf("fail", fmt.Sprint(c.Failing)), PropOf("unobserved", fmt.Sprint(c.Unobserved)), PropOf("not-applicable", fmt.Sprint(c.NotApplicable)),
			PropOf("accepted", fmt.Sprint(c.Accepted)), PropOf("excluded", fmt.Sprint(c.Excluded)),
		},
		Target: Target{Type: "objective-id", ID: token(c.ID), Title: line(or(c.Title, c.ID)), Status: StatusOf(c.State)},
	}
	if c.NotYet {
		f.Props = append(f.Props, PropOf("above-profile", x.a.Profile))
	}
	f.Props = append(f.Props, criteriaProps(c.Criteria)...)
	if n := x.excluded[c.ID]; n > 0 && c.State == soc2.Pass {
		f.Target.Status = other(fmt.Sprintf("The rest passes; %d findings that do not are taken out by decisions.", n))
	}
	for _, i := range of {
		f.Observations = append(f.Observations, RelatedObservation{x.findingID(x.a.Findings[i].Key())})
	}
	return f
}

func (x *results) resources(item func(any) error) error {
	if err := item(NoPlan(x.id("plan"), "What is assessed follows from the catalogue, parameters, scope and decisions that are kept with the assessment.")); err != nil {
		return err
	}
	if err := item(assessmentResource(x.a.ID)); err != nil {
		return err
	}
	given := map[string]bool{}
	for i := range x.a.Decisions {
		if d := x.a.Decisions[i]; d.Life == soc2.DecisionInForce && !given[d.ID] {
			given[d.ID] = true
			if err := item(decisionResource(d.Decision)); err != nil {
				return err
			}
		}
	}
	return nil
}
