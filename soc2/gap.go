package soc2

import (
	"encoding/json"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Gap is a control that does not hold, or a criterion or a thing that no control
// takes care of (R13). It ends only by evidence: an acceptance marks it.
type Gap struct {
	ID         string    // the same for as long as it is about the same: "control:<id>", "criterion:CC1.2"
	Control    string    // id in the catalogue, or the company's own; empty: none
	Company    []string  // ids of the company's controls that rest on it
	Title      string    // of the control, or what is missing
	Criteria   []Mapping // it bears on
	Kind       GapKind
	Adoption   string // of the control: adopted, advisory, declined or proposed; empty: there is none
	OutOfScope bool   // none of its criteria is in scope: it counts nowhere, and is shown
	Systems    []string
	Unscoped   int // affected resources that no system claims
	Owner      string
	OwnerBy    string // how that is known; of nobody, why nobody is

	Failing, Unobserved, Passing int
	Accepted                     int // of those failing
	Excluded                     int // failing or unobserved, and taken out of roll-ups by decision
	AcceptedUntil                time.Time

	Checks   []GapCheck // what fails or was not seen, by check and provider
	Examples []GapExample
	Total    int // affected resources; those not among the examples are left out of them

	Current  string
	Desired  string
	Since    time.Time // the oldest that is affected now
	Undated  bool      // nobody knows since when: Since is the beginning of the store
	Context  []string
	Risk     Risk
	Evidence GapEvidence
}

// GapEvidence is where a gap can be looked up.
type GapEvidence struct {
	Assessment string
	Findings   []FindingKey // of the examples
	Records    []string     // ids of walkthroughs, conclusions, decisions and adoptions
}

// GapCheck is what one check says of one provider's resources.
type GapCheck struct {
	Check, Provider               string
	Failing, Unobserved, Accepted int
	Desired, Remediation, Effort  string
	Reasons                       []string // why not seen
	Examples                      []evidence.Resource
}

// GapExample is an affected resource.
type GapExample struct {
	Resource evidence.Resource
	Check    string
	Outcome  Outcome
	Reason   string
	Current  json.RawMessage
	Since    time.Time
	Accepted string // id of the decision to live with it
}

// Bounds of what a gap shows of its many resources.
const (
	mostGapExamples   = 5
	mostCheckExamples = 3
	mostGapReasons    = 5
)

// WhollyAccepted says that somebody decided to live with all of it. What was not
// seen cannot be accepted, nor can a bad design.
func (g Gap) WhollyAccepted() bool {
	return g.Failing > 0 && g.Accepted >= g.Failing && g.Unobserved == 0 && (g.Kind == NotImplemented || g.Kind == NotOperating)
}

// Blind says that nothing fails, as far as anybody saw: it cannot be told.
func (g Gap) Blind() bool { return g.Kind == NoEvidence && g.Failing == 0 }

// ControlGap is the id of the gap of a control of the catalogue.
func ControlGap(control string) string { return "control:" + control }

// The ids of other gaps.
const (
	UnownedAssets      = "assets:unowned"
	UnclassifiedAssets = "assets:unclassified"
	criterionGap       = "criterion:"
	companyGap         = "company-control:"
	walkthroughGap     = "walkthrough:"
)
