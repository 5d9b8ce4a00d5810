package export

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/report/oscal"
)

// oscal writes a result of the newest assessment: a finding for each control, an
// observation for each check. Resources are in the tables it points to.
func (x *exporter) oscal(context.Context) error {
	if x.judged == nil || len(x.selected) == 0 {
		return nil
	}
	j := x.judged
	scope := []string{x.from.Origin, j.ID, j.Judge.Catalogue, stamp(x.from.From), stamp(x.from.To), strings.Join(x.options.Criteria, " ")}
	id := func(parts ...string) string { return oscal.ID(append(parts, scope...)...) }
	plan := id("plan")
	result := oscal.Result{
		UUID: id("result"), Title: "Assessment " + j.ID, Start: stamp(x.from.From), End: stamp(x.from.To),
		Description: "What controlwatch had judged when the window ended: the assessment of " + stamp(j.At) + ". It is no opinion on whether criteria are met.",
		Props: []oscal.Prop{
			oscal.PropOf("assessment", j.ID), oscal.PropOf("judged-at", stamp(j.At)), oscal.PropOf("catalogue-sha256", j.Judge.Catalogue), oscal.PropOf("parameters-sha256", j.Judge.Parameters),
			oscal.PropOf("engine", j.Judge.Engine), oscal.PropOf("derive", j.Judge.Derive), oscal.PropOf("sample-data", fmt.Sprint(j.SampleData)),
		},
		Remarks: "Counts are of resources. Those of each check, passes included, are in the findings.csv it points to.",
	}
	selection := oscal.Selection{Description: "Controls of controlwatch's catalogue, each mapped to Trust Services Criteria"}
	for _, c := range x.selected {
		selection.Include = append(selection.Include, oscal.SelectedControl{ID: c.ID})
		state, kept := x.stateOf(c.ID)
		finding := oscal.Finding{
			UUID: id("finding", c.ID), Title: c.Title, Description: c.Statement,
			Props:  []oscal.Prop{oscal.PropOf("state", state.String()), oscal.PropOf("adoption", kept.Adoption)},
			Target: oscal.Target{Type: "objective-id", ID: c.ID, Title: c.Title, Status: oscal.StatusOf(state)},
		}
		for _, m := range c.Criteria {
			finding.Props = append(finding.Props, oscal.Prop{Name: "tsc-criterion", NS: oscal.Namespace, Value: m.ID, Remarks: string(m.Strength) + ": " + m.Why})
		}
		for _, k := range checksOf(c, x.byControl[c.ID]) {
			o := oscal.Observation{
				UUID: id("observation", c.ID, k.ID), Title: k.ID, Description: "Desired: " + k.Desired, Methods: []string{"TEST"}, Collected: stamp(j.At),
				Props: []oscal.Prop{
					oscal.PropOf("check", k.ID), oscal.PropOf("kind", k.Kind), oscal.PropOf("pass", fmt.Sprint(k.Pass)), oscal.PropOf("fail", fmt.Sprint(k.Fail)),
					oscal.PropOf("unobserved", fmt.Sprint(k.Unobserved)), oscal.PropOf("not-applicable", fmt.Sprint(k.NotApplicable)),
				},
				Evidence: []oscal.Evidence{{Href: "../controls/" + c.ID + "/findings.csv", Description: "Every finding of the control"}},
			}
			if k.All == 0 {
				o.Remarks = "Nothing was judged by this check."
			}
			result.Observations = append(result.Observations, o)
			finding.Observations = append(finding.Observations, oscal.RelatedObservation{UUID: o.UUID})
		}
		result.Findings = append(result.Findings, finding)
	}
	result.ReviewedControls.Selections = []oscal.Selection{selection}
	document := oscal.ResultsDocument{Results: oscal.Results{
		UUID: id("document"),
		Metadata: oscal.Metadata{
			Title: "controlwatch: evidence from " + stamp(x.from.From) + " to " + stamp(x.from.To), LastModified: stamp(j.FinishedAt),
			Version: j.ID, OSCALVersion: oscal.Version, Remarks: x.unprotected(),
		},
		ImportAP: oscal.Import{Href: "#" + plan},
		Results:  []oscal.Result{result},
		BackMatter: oscal.BackMatter{Resources: []oscal.Resource{
			oscal.NoPlan(plan, "What is assessed follows from the catalogue, parameters, scope and decisions in bodies/records of the bundle."),
		}},
	}}
	b, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	return x.out.File("oscal/assessment-results.json", append(b, '\n'))
}
