package export

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/controlwatch/controlwatch/soc2"
)

// OSCAL 1.1.3 assessment results (pages.nist.gov/OSCAL), as far as we fill them.
type (
	oscalDocument struct {
		Results oscalResults `json:"assessment-results"`
	}
	oscalResults struct {
		UUID       string          `json:"uuid"`
		Metadata   oscalMetadata   `json:"metadata"`
		ImportAP   oscalLink       `json:"import-ap"`
		Results    []oscalResult   `json:"results"`
		BackMatter oscalBackMatter `json:"back-matter"`
	}
	oscalMetadata struct {
		Title        string      `json:"title"`
		LastModified string      `json:"last-modified"`
		Version      string      `json:"version"`
		OSCALVersion string      `json:"oscal-version"`
		Props        []oscalProp `json:"props,omitempty"`
		Remarks      string      `json:"remarks,omitempty"`
	}
	oscalLink struct {
		Href string `json:"href"`
	}
	oscalBackMatter struct {
		Resources []oscalResource `json:"resources"`
	}
	oscalResource struct {
		UUID        string `json:"uuid"`
		Title       string `json:"title"`
		Description string `json:"description"`
	}
	oscalResult struct {
		UUID             string             `json:"uuid"`
		Title            string             `json:"title"`
		Description      string             `json:"description"`
		Start            string             `json:"start"`
		End              string             `json:"end"`
		Props            []oscalProp        `json:"props,omitempty"`
		ReviewedControls oscalReviewed      `json:"reviewed-controls"`
		Observations     []oscalObservation `json:"observations,omitempty"`
		Findings         []oscalFinding     `json:"findings,omitempty"`
		Remarks          string             `json:"remarks,omitempty"`
	}
	oscalReviewed struct {
		Selections []oscalSelection `json:"control-selections"`
	}
	oscalSelection struct {
		Description string         `json:"description,omitempty"`
		Include     []oscalControl `json:"include-controls"`
	}
	oscalControl struct {
		ID string `json:"control-id"`
	}
	oscalProp struct {
		Name    string `json:"name"`
		NS      string `json:"ns"`
		Value   string `json:"value"`
		Remarks string `json:"remarks,omitempty"`
	}
	oscalObservation struct {
		UUID        string          `json:"uuid"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Props       []oscalProp     `json:"props"`
		Methods     []string        `json:"methods"`
		Evidence    []oscalEvidence `json:"relevant-evidence,omitempty"`
		Collected   string          `json:"collected"`
		Remarks     string          `json:"remarks,omitempty"`
	}
	oscalEvidence struct {
		Href        string `json:"href"`
		Description string `json:"description"`
	}
	oscalFinding struct {
		UUID         string         `json:"uuid"`
		Title        string         `json:"title"`
		Description  string         `json:"description"`
		Props        []oscalProp    `json:"props"`
		Target       oscalTarget    `json:"target"`
		Observations []oscalRelated `json:"related-observations,omitempty"`
	}
	oscalTarget struct {
		Type   string      `json:"type"`
		ID     string      `json:"target-id"`
		Title  string      `json:"title"`
		Status oscalStatus `json:"status"`
	}
	oscalStatus struct {
		State   string `json:"state"`
		Reason  string `json:"reason"`
		Remarks string `json:"remarks,omitempty"`
	}
	oscalRelated struct {
		UUID string `json:"observation-uuid"`
	}
)

const (
	oscalVersion   = "1.1.3"
	oscalNamespace = "https://controlwatch.dev/ns/oscal"
)

// oscalSpace makes the UUIDs: version 5, of content, so that two bundles of the
// same say the same.
var oscalSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte(oscalNamespace))

func oscalID(parts ...string) string {
	return uuid.NewSHA1(oscalSpace, []byte(strings.Join(parts, "\x00"))).String()
}

// oscalStatusOf says an outcome in OSCAL's words.
//
// OSCAL knows "satisfied" and "not-satisfied" only, and no third. What was not seen
// must never read as satisfied, so it is not-satisfied with reason "other" (neither
// "pass" nor "fail": the tool did not find it wanting), and a property and a remark
// say "unobserved". A reader who counts states counts it as open, which it is; one
// who leaves a finding out because it has none would not count it at all. The same
// goes for what is not applicable: that nothing of a kind exists satisfies nothing.
func oscalStatusOf(o soc2.Outcome) oscalStatus {
	switch o {
	case soc2.Pass:
		return oscalStatus{State: "satisfied", Reason: "pass"}
	case soc2.Fail:
		return oscalStatus{State: "not-satisfied", Reason: "fail"}
	case soc2.NotApplicable:
		return oscalStatus{State: "not-satisfied", Reason: "other", Remarks: "Not applicable: complete pulls show that nothing of the kind exists."}
	case soc2.Unobserved:
	}
	return oscalStatus{State: "not-satisfied", Reason: "other", Remarks: "Unobserved: it was not seen, or not all of it; it neither passed nor failed."}
}

// oscal writes a result of the newest assessment: a finding for each control, an
// observation for each check. Resources are in the tables it points to.
func (x *exporter) oscal(context.Context) error {
	if x.judged == nil || len(x.selected) == 0 {
		return nil
	}
	j := x.judged
	scope := []string{x.from.Origin, j.ID, j.Judge.Catalogue, stamp(x.from.From), stamp(x.from.To), strings.Join(x.options.Criteria, " ")}
	id := func(parts ...string) string { return oscalID(append(parts, scope...)...) }
	plan := id("plan")
	result := oscalResult{
		UUID: id("result"), Title: "Assessment " + j.ID, Start: stamp(x.from.From), End: stamp(x.from.To),
		Description: "What controlwatch had judged when the window ended: the assessment of " + stamp(j.At) + ". It is no opinion on whether criteria are met.",
		Props: []oscalProp{
			prop("assessment", j.ID), prop("judged-at", stamp(j.At)), prop("catalogue-sha256", j.Judge.Catalogue), prop("parameters-sha256", j.Judge.Parameters),
			prop("engine", j.Judge.Engine), prop("derive", j.Judge.Derive), prop("sample-data", fmt.Sprint(j.SampleData)),
		},
		Remarks: "Counts are of resources. Those of each check, passes included, are in the findings.csv it points to.",
	}
	selection := oscalSelection{Description: "Controls of controlwatch's catalogue, each mapped to Trust Services Criteria"}
	for _, c := range x.selected {
		selection.Include = append(selection.Include, oscalControl{c.ID})
		state, kept := x.stateOf(c.ID)
		finding := oscalFinding{
			UUID: id("finding", c.ID), Title: c.Title, Description: c.Statement,
			Props:  []oscalProp{prop("state", state.String()), prop("adoption", kept.Adoption)},
			Target: oscalTarget{Type: "objective-id", ID: c.ID, Title: c.Title, Status: oscalStatusOf(state)},
		}
		for _, m := range c.Criteria {
			finding.Props = append(finding.Props, oscalProp{Name: "tsc-criterion", NS: oscalNamespace, Value: m.ID, Remarks: string(m.Strength) + ": " + m.Why})
		}
		for _, k := range checksOf(c, x.byControl[c.ID]) {
			o := oscalObservation{
				UUID: id("observation", c.ID, k.ID), Title: k.ID, Description: "Desired: " + k.Desired, Methods: []string{"TEST"}, Collected: stamp(j.At),
				Props: []oscalProp{
					prop("check", k.ID), prop("kind", k.Kind), prop("pass", fmt.Sprint(k.Pass)), prop("fail", fmt.Sprint(k.Fail)),
					prop("unobserved", fmt.Sprint(k.Unobserved)), prop("not-applicable", fmt.Sprint(k.NotApplicable)),
				},
				Evidence: []oscalEvidence{{Href: "../controls/" + c.ID + "/findings.csv", Description: "Every finding of the control"}},
			}
			if k.All == 0 {
				o.Remarks = "Nothing was judged by this check."
			}
			result.Observations = append(result.Observations, o)
			finding.Observations = append(finding.Observations, oscalRelated{o.UUID})
		}
		result.Findings = append(result.Findings, finding)
	}
	result.ReviewedControls.Selections = []oscalSelection{selection}
	document := oscalDocument{oscalResults{
		UUID: id("document"),
		Metadata: oscalMetadata{
			Title: "controlwatch: evidence from " + stamp(x.from.From) + " to " + stamp(x.from.To), LastModified: stamp(j.FinishedAt),
			Version: j.ID, OSCALVersion: oscalVersion, Remarks: x.unprotected(),
		},
		ImportAP: oscalLink{"#" + plan},
		Results:  []oscalResult{result},
		BackMatter: oscalBackMatter{[]oscalResource{{
			UUID: plan, Title: "Assessment plan",
			Description: "There is no OSCAL assessment plan. What is assessed follows from the catalogue, parameters, scope and decisions in bodies/records of the bundle.",
		}}},
	}}
	b, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	return x.out.File("oscal/assessment-results.json", append(b, '\n'))
}

// prop is a property of ours. OSCAL has no empty values.
func prop(name, value string) oscalProp {
	if value == "" {
		value = "none"
	}
	return oscalProp{Name: name, NS: oscalNamespace, Value: value}
}
