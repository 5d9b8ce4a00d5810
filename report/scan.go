package report

import (
	"encoding/json"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaV1 names the contract. What it describes only ever grows a new name.
const SchemaV1 = "controlwatch.scan/v1"

// Scan is one assessment as controlwatch.scan/v1. Every key is always present,
// lists are never null, times are RFC 3339 in UTC and durations are seconds.
type Scan struct {
	// Which contract this is.
	Schema string `json:"schema"`
	// What was run, when, and by which judge.
	Scan Run `json:"scan"`
	// Totals over the findings below.
	Summary Summary `json:"summary"`
	// The Trust Services Criteria, in the catalogue's order.
	Criteria []Criterion `json:"criteria"`
	// The controls, by id.
	Controls []Control `json:"controls"`
	// Everything that was decided to live with or to leave out, in force or not.
	Decisions []Decision `json:"decisions"`
	// What lowers a bar or leaves something out, with the decision that it rests on.
	Narrowings []Narrowing `json:"narrowings"`
	// Every finding, those that pass included, by control, check and resource.
	Findings []Finding `json:"findings"`
	// Everything that should have been seen and was not.
	Holes []Hole `json:"holes"`
	// The newest pull of each collector over each scope.
	Pulls []Pull `json:"pulls"`
}

// Run says what was run, when, and by which judge.
type Run struct {
	// The assessment's id in the store.
	ID string `json:"id"`
	// When the assessment began.
	StartedAt time.Time `json:"started_at"`
	// When the assessment was done.
	FinishedAt time.Time `json:"finished_at"`
	// The version of controlwatch.
	Version string `json:"version"`
	// What judged: the same judge over the same evidence gives the same outcome.
	Judge soc2.Judge `json:"judge"`
	// True if the evidence is the sample company's and not yours.
	SampleData bool `json:"sample_data"`
}

// Summary is totals.
type Summary struct {
	// Findings by outcome. Findings excluded by a decision are not counted.
	Outcomes Outcomes `json:"outcomes"`
	// Calls made to providers by the pulls below.
	APIRequests int `json:"api_requests"`
	// From the start of the assessment to its end.
	DurationSeconds float64 `json:"duration_seconds"`
}

// Outcomes counts findings by outcome.
type Outcomes struct {
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	Unobserved    int `json:"unobserved"`
	NotApplicable int `json:"not_applicable"`
}

// Criterion is the state of one criterion.
type Criterion struct {
	// The criterion, "CC6.1".
	ID string `json:"id"`
	// The Trust Services category it belongs to.
	Category string `json:"category"`
	// What the evidence says. No state is an auditor's opinion.
	State soc2.CriterionState `json:"state"`
	// What remains for a person to judge.
	Residual string `json:"residual"`
}

// Control is the state of one control.
type Control struct {
	// The statement in kebab case.
	ID string `json:"id"`
	// The control in a few words.
	Title string `json:"title"`
	// Whether the company has taken it as its own.
	Adoption string `json:"adoption"`
	// The worst outcome of its findings.
	State soc2.Outcome `json:"state"`
	// How bad a gap in it is.
	Severity soc2.Severity `json:"severity"`
	// The criteria it bears on.
	Criteria []Mapping `json:"criteria"`
	// Findings that fail, accepted ones included.
	Failing int `json:"failing"`
	// Findings whose answer was not seen.
	Unobserved int `json:"unobserved"`
	// Failing findings somebody decided to live with.
	Accepted int `json:"accepted"`
	// Findings taken out of the totals by a decision.
	Excluded int `json:"excluded"`
}

// Mapping is how a control bears on a criterion.
type Mapping struct {
	// The criterion.
	ID string `json:"id"`
	// Direct evidence tests the criterion itself; supporting evidence helps.
	Strength soc2.Strength `json:"strength"`
}

// Finding is what one check says of one resource, or of a scope that was not seen.
type Finding struct {
	// The control tested.
	Control string `json:"control"`
	// The check that tested it, unique within the control.
	Check string `json:"check"`
	// Rows of the catalogue's list of tests that the check answers.
	Covers []string `json:"covers"`
	// What the check says.
	Outcome soc2.Outcome `json:"outcome"`
	// Why it is unobserved or not applicable; otherwise empty.
	Reason string `json:"reason"`
	// How bad it is when it fails.
	Severity soc2.Severity `json:"severity"`
	// What was looked at.
	Resource Resource `json:"resource"`
	// The current state: field path to value, or to {"unseen": reason}.
	Observed json.RawMessage `json:"observed"`
	// The desired state.
	Desired string `json:"desired"`
	// How to get there.
	Remediation string `json:"remediation"`
	// Since when this check judges this resource.
	FirstSeen *time.Time `json:"first_seen"`
	// Since when the outcome is what it is.
	LastChanged *time.Time `json:"last_changed"`
	// The decision to live with it, if there is one. It never changes the outcome.
	Acceptance *Acceptance `json:"acceptance"`
	// The decision that takes it out of the totals, if there is one.
	ExcludedBy *string `json:"excluded_by"`
	// The systems of the company that the resource is part of; none: unscoped.
	Systems []string `json:"systems"`
	// Who owns the resource; empty: nobody is known.
	Owner string `json:"owner"`
}

// Resource identifies what was looked at.
type Resource struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	// The neutral kind of fact, or Scope for a population that was not seen.
	Kind evidence.Kind `json:"kind"`
	// The provider's type, "aws.s3.bucket".
	Type string `json:"type"`
	// The provider's immutable id.
	ID string `json:"id"`
	// What people call it.
	Name string `json:"name"`
}

// Acceptance is a recorded decision to live with a failing finding.
type Acceptance struct {
	ID string `json:"id"`
	// Other decisions that accept it too and end later, parted by blanks.
	Also   string `json:"also"`
	Reason string `json:"reason"`
	// The control or measure that takes its place.
	Compensating string    `json:"compensating"`
	Approver     string    `json:"approver"`
	Expires      time.Time `json:"expires"`
}

// Hole is evidence that should exist and does not.
type Hole struct {
	Provider  string `json:"provider"`
	Account   string `json:"account"`
	Region    string `json:"region"`
	Collector string `json:"collector"`
	// The field that was not seen; empty when a whole population was not.
	Field string `json:"field"`
	// Why it was not seen.
	Reason evidence.Reason `json:"reason"`
	// What was not seen, the operation that would have told, and the provider's answer.
	Detail string `json:"detail"`
	// Since when.
	Since *time.Time `json:"since"`
}

// Pull is one run of one collector over one scope.
type Pull struct {
	Collector string `json:"collector"`
	Scope     Scope  `json:"scope"`
	// Calls made, by operation.
	OperationCounts map[string]int `json:"operation_counts"`
	// Pages read.
	Pages int `json:"pages"`
	// Resources obtained.
	Items int `json:"items"`
	// The provider's own total of what the principal may see, where it gives one.
	ProviderTotal *int `json:"provider_total"`
	// The independent source that agreed; null: not independently reconciled.
	ReconciledWith *string `json:"reconciled_with"`
	// As whom.
	Principal string    `json:"principal"`
	StartedAt time.Time `json:"started_at"`
	// From the start of the pull to its end.
	DurationSeconds float64 `json:"duration_seconds"`
	// Whether every population was seen to its end.
	Complete bool `json:"complete"`
	// This machine's clock against the provider's; null: no answer was dated.
	Clock *Clock `json:"clock"`
}

// Clock is how this machine's clock compared with the provider's during a pull.
type Clock struct {
	// How far the provider's clock was ahead of ours, at least; below 0, behind.
	OffsetSeconds float64 `json:"offset_seconds"`
	// Answers that bore a date.
	Answers int `json:"answers"`
}

// Scope is what one pull covers.
type Scope struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
	Shard    string `json:"shard"`
}
