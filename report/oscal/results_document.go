package oscal

// Parts of assessment results alone. A document of many findings is streamed, see
// AssessmentResults; one of few is made of these as a whole.
type (
	// ResultsDocument is a file.
	ResultsDocument struct {
		Results Results `json:"assessment-results"`
	}
	// Results are assessment results.
	Results struct {
		UUID       string     `json:"uuid"`
		Metadata   Metadata   `json:"metadata"`
		ImportAP   Import     `json:"import-ap"`
		Results    []Result   `json:"results"`
		BackMatter BackMatter `json:"back-matter"`
	}
	// Result is one assessment.
	Result struct {
		UUID             string        `json:"uuid"`
		Title            string        `json:"title"`
		Description      string        `json:"description"`
		Start            string        `json:"start"`
		End              string        `json:"end"`
		Props            []Prop        `json:"props,omitempty"`
		ReviewedControls Reviewed      `json:"reviewed-controls"`
		Observations     []Observation `json:"observations,omitempty"`
		Findings         []Finding     `json:"findings,omitempty"`
		Remarks          string        `json:"remarks,omitempty"`
	}
	// Reviewed are the controls that were assessed.
	Reviewed struct {
		Selections []Selection `json:"control-selections"`
	}
	// Selection is some of them.
	Selection struct {
		Description string            `json:"description,omitempty"`
		Include     []SelectedControl `json:"include-controls,omitempty"`
	}
	// SelectedControl is one of them.
	SelectedControl struct {
		ID string `json:"control-id"`
	}
)

// NoPlan is the assessment plan that results must refer to, where there is none.
func NoPlan(uuid, instead string) Resource {
	return Resource{UUID: uuid, Title: "Assessment plan", Description: "There is no OSCAL assessment plan. " + instead}
}
