package soc2

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// Strength is how a control's evidence bears on a criterion.
type Strength string

// Direct evidence tests the criterion itself; supporting evidence helps.
const (
	Direct     Strength = "direct"
	Supporting Strength = "supporting"
)

// Control is a statement that should be true, as an auditor would write it.
type Control struct {
	ID               string              `yaml:"id" json:"id"` // the statement in kebab case, for ever
	Title            string              `yaml:"title" json:"title"`
	Statement        string              `yaml:"statement" json:"statement"`
	Rationale        string              `yaml:"rationale" json:"rationale"`
	Version          int                 `yaml:"version" json:"version"`     // raised whenever its judgement changes
	Owner            string              `yaml:"owner" json:"owner"`         // role that answers for it
	Nature           string              `yaml:"nature" json:"nature"`       // preventive or detective
	Frequency        string              `yaml:"frequency" json:"frequency"` // continuous, or an ISO 8601 duration
	Likelihood       int                 `yaml:"likelihood" json:"likelihood"`
	Impact           int                 `yaml:"impact" json:"impact"`
	RiskReason       string              `yaml:"risk_reason" json:"risk_reason"`
	Profile          string              `yaml:"profile" json:"profile"` // baseline, growing, established
	Criteria         []Mapping           `yaml:"criteria" json:"criteria"`
	Frameworks       map[string][]string `yaml:"frameworks,omitempty" json:"frameworks,omitempty"` // "iso27001": ["A.8.5"]
	After            []string            `yaml:"after,omitempty" json:"after,omitempty"`           // controls that must hold first, or mending this one is wasted
	Parameters       map[string]any      `yaml:"parameters,omitempty" json:"parameters,omitempty"` // defaults: number, string, bool, list of strings
	Checks           []Check             `yaml:"checks,omitempty" json:"checks,omitempty"`
	AttestationAsked *AttestationAsked   `yaml:"attestation,omitempty" json:"attestation,omitempty"`
}

// Severity is the control's risk as a word.
func (c Control) Severity() Severity { return SeverityOf(c.Likelihood, c.Impact) }

// Mapping says how a control bears on a criterion, and what it leaves open.
type Mapping struct {
	ID       string   `yaml:"id" json:"id"`
	Strength Strength `yaml:"strength" json:"strength"`
	Why      string   `yaml:"why" json:"why"`
	Residual string   `yaml:"residual" json:"residual"` // what remains for a person
}

// Check is how a control is tested on one kind of fact.
type Check struct {
	ID          string            `yaml:"id" json:"id"`                           // unique within the control
	Kind        evidence.Kind     `yaml:"kind" json:"kind"`                       // the kind of fact it judges
	Types       []string          `yaml:"types,omitempty" json:"types,omitempty"` // resource types it applies to; empty: all of the kind
	When        string            `yaml:"when,omitempty" json:"when,omitempty"`   // CEL; false: not applicable; unknown: unobserved
	Pass        string            `yaml:"pass" json:"pass"`                       // CEL; true: pass, false: fail, unknown or error: unobserved
	Observed    []string          `yaml:"observed" json:"observed"`               // field paths shown as the current state
	Desired     string            `yaml:"desired" json:"desired"`                 // the desired state; {name} stands for a parameter
	Remediation map[string]string `yaml:"remediation" json:"remediation"`         // by provider
	Effort      string            `yaml:"effort" json:"effort"`                   // low, medium, high
	Covers      []string          `yaml:"covers" json:"covers"`                   // rows of tests.csv it answers
}

// AppliesTo says whether the check judges resources of a type.
func (c Check) AppliesTo(resourceType string) bool {
	if len(c.Types) == 0 {
		return true
	}
	return slices.Contains(c.Types, resourceType)
}

// AttestationAsked is what a person is asked to state.
type AttestationAsked struct {
	Question string   `yaml:"question" json:"question"`
	Evidence []string `yaml:"evidence" json:"evidence"` // what should be attached
	Validity string   `yaml:"validity" json:"validity"` // ISO 8601 duration from the day performed
	Covers   []string `yaml:"covers" json:"covers"`     // rows of manual controls it answers
	Reviewer bool     `yaml:"reviewer" json:"reviewer"` // a second person must have reviewed
	// PerSystem asks for an instance of its own for each system in scope.
	PerSystem bool `yaml:"per_system,omitempty" json:"per_system,omitempty"`
}

// AttestationCheck is the id of the check an attested control has implicitly.
const AttestationCheck = "attested"

// Catalogue is everything that can be judged, and the digest that names it.
type Catalogue struct {
	Criteria []Criterion
	Controls []Control
	Digest   string // of the bytes it was read from
}
