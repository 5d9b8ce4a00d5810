package soc2

import (
	"cmp"
	"path"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// DecisionKind is what a decision does.
type DecisionKind string

// The kinds of decision: whatever shrinks a population or lowers a bar is one.
const (
	Accept   DecisionKind = "acceptance" // live with a failing finding: it stays a fail, and is marked
	Exclude  DecisionKind = "exclusion"  // take it out of roll-ups: it stays in the population, and is counted
	Relax    DecisionKind = "relaxation" // judge by another parameter than the catalogue's
	Skip     DecisionKind = "skip"       // a source's setting leaves something unread
	LeaveOut DecisionKind = "scope"      // a Trust Services category or a system is not in scope
)

// DecisionKinds lists them, for metrics and schemas.
var DecisionKinds = []DecisionKind{Accept, Exclude, Relax, Skip, LeaveOut}

// Decision is a recorded act of narrowing, with an end (promise 7). What it is about
// is told by control, check, resource and selector for acceptances and exclusions, by
// control, parameter and value for relaxations, by source and setting for skips, and
// by what is left out for the scope. Decisions are compared by ==: no field may hold
// a list.
type Decision struct {
	ID           string       `json:"id"`
	Kind         DecisionKind `json:"kind"`
	Control      string       `json:"control"`         // empty, with a selector: of any control
	Check        string       `json:"check,omitempty"` // empty: each of the control's
	Resource     ResourceKey  `json:"resource,omitzero"`
	Select       Selector     `json:"select"`
	Parameter    string       `json:"parameter,omitempty"`
	Value        string       `json:"value,omitempty"` // of a parameter, as JSON
	Source       string       `json:"source,omitempty"`
	Setting      string       `json:"setting,omitempty"` // of the source
	Leaves       string       `json:"leaves_out,omitempty"`
	Reason       string       `json:"reason"`
	Compensating string       `json:"compensating,omitempty"` // control: its id, or what is done instead
	Requester    string       `json:"requester"`
	Approver     string       `json:"approver"` // another person; empty: nobody approved it, and it is not in force
	ApprovedAs   string       `json:"approved_as,omitempty"`
	Expires      time.Time    `json:"expires"`            // mandatory
	From         time.Time    `json:"from,omitzero"`      // when it was approved; zero: configured
	Withdrawn    time.Time    `json:"withdrawn,omitzero"` // zero: it was not
}

// NamedInConfiguration is how it is known who approved a decision of the configuration.
const NamedInConfiguration = "named in the configuration: identity not verified"

// ResourceKey is evidence.Key as a decision holds it.
type ResourceKey struct {
	Provider string        `json:"provider"`
	Account  string        `json:"account"`
	Region   string        `json:"region,omitempty"`
	Kind     evidence.Kind `json:"kind"`
	ID       string        `json:"id"`
}

// Selector picks resources. Empty fields pick everything; ID and Name may hold
// the wildcards of path.Match.
type Selector struct {
	Provider string `yaml:"provider,omitempty" json:"provider,omitempty"`
	Account  string `yaml:"account,omitempty" json:"account,omitempty"`
	Region   string `yaml:"region,omitempty" json:"region,omitempty"`
	Type     string `yaml:"type,omitempty" json:"type,omitempty"`
	ID       string `yaml:"id,omitempty" json:"id,omitempty"`
	Name     string `yaml:"name,omitempty" json:"name,omitempty"`
}

// Acceptance is the mark an accepted finding carries.
type Acceptance struct {
	ID           string    `json:"id"`
	Also         string    `json:"also,omitempty"` // ids of other decisions that accept it, which end later
	Reason       string    `json:"reason"`
	Compensating string    `json:"compensating,omitempty"`
	Approver     string    `json:"approver"`
	Expires      time.Time `json:"expires"`
}

// InForce says whether a decision counts at a time: somebody approved it, and it
// was neither withdrawn nor has it ended.
func (d Decision) InForce(at time.Time) bool {
	return !Nobody(d.Approver) && !at.Before(d.From) && at.Before(d.Expires) && (d.Withdrawn.IsZero() || at.Before(d.Withdrawn))
}

// Picks says whether an acceptance or exclusion is about a finding. An acceptance is
// about what fails only, an exclusion never about a scope that was not seen.
func (d *Decision) Picks(f *Finding) bool {
	switch d.Kind {
	case Accept:
		if f.Outcome != Fail {
			return false
		}
	case Exclude:
		if f.OnScope() {
			return false
		}
	case Relax, Skip, LeaveOut:
		return false
	default:
		return false
	}
	return d.About(f)
}

// About is Picks, whatever the finding's outcome.
func (d *Decision) About(f *Finding) bool {
	return (d.Control == f.Control || d.Control == "" && d.Select != Selector{}) &&
		(d.Check == "" || d.Check == f.Check) &&
		(d.Resource == ResourceKey{} || evidence.Key(d.Resource) == f.Resource.Key()) &&
		d.Select.Matches(*f)
}

// Decide marks findings with the decisions that apply to them at a time. It
// never changes an outcome and never removes a finding. Decisions that are not in
// force do nothing.
func Decide(findings []Finding, decisions []Decision, now time.Time) {
	NewDecider(decisions, now).Mark(findings)
}

// Sooner says which of two decisions on one finding governs what is said of it: the
// one that ends first, so that nothing reads as settled for longer than it is.
func (d *Decision) Sooner(than Decision) bool {
	return cmp.Or(d.Expires.Compare(than.Expires), cmp.Compare(d.ID, than.ID)) < 0
}

// Matches says whether a finding's resource is selected.
func (s Selector) Matches(f Finding) bool { return s.Picks(f.Resource) }

// Picks says whether a resource is selected.
func (s Selector) Picks(r evidence.Resource) bool {
	return (s.Provider == "" || s.Provider == r.Provider) &&
		(s.Account == "" || s.Account == r.Account) &&
		(s.Region == "" || s.Region == r.Region) &&
		(s.Type == "" || s.Type == r.Type) &&
		wild(s.ID, r.ID) && wild(s.Name, r.Name)
}

func wild(pattern, text string) bool {
	if pattern == "" || pattern == text {
		return true
	}
	ok, err := path.Match(pattern, text)
	return err == nil && ok
}
