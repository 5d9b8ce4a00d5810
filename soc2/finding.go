package soc2

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Finding is what one check says of one resource, or of a scope that was not seen.
type Finding struct {
	Control     string
	Check       string
	Covers      []string
	Outcome     Outcome
	Reason      string // why unobserved or not applicable; empty for pass and fail
	Severity    Severity
	Resource    evidence.Resource
	Observed    json.RawMessage // object: field path to value, or to {"unseen": reason}
	Desired     string
	Remediation string
	Holes       []evidence.Hole // what was not seen and mattered
	Inputs      string          // digest of the fact (after derivation) that was judged

	FirstSeen   time.Time   // since when the resource is judged by this check
	LastChanged time.Time   // since when the outcome is what it is
	Acceptance  *Acceptance // a decision to live with it; never changes the outcome
	ExcludedBy  string      // id of the decision that takes it out of roll-ups
	Asset       *Asset      // what the resource is to the company, shared by all findings on it; nil: nobody placed it
}

// FindingKey identifies a finding over time.
type FindingKey struct {
	Control, Check string
	Resource       evidence.Key
}

// Key identifies the finding over time.
func (f Finding) Key() FindingKey {
	return FindingKey{Control: f.Control, Check: f.Check, Resource: f.Resource.Key()}
}

// OnScope says that the finding stands on a scope that was not seen.
func (f Finding) OnScope() bool { return f.Resource.Kind == evidence.KindScope }

// Compare orders findings as every output does: by control, check and resource.
func (f Finding) Compare(other Finding) int { return f.Key().Compare(other.Key()) }

// Compare orders findings as every output does: by control, check and resource.
func (k FindingKey) Compare(other FindingKey) int {
	if c := compareCheck(k, other); c != 0 {
		return c
	}
	return k.Resource.Compare(other.Resource)
}

// compareCheck orders what is said of one resource.
func compareCheck(a, b FindingKey) int {
	if c := strings.Compare(a.Control, b.Control); c != 0 {
		return c
	}
	return strings.Compare(a.Check, b.Check)
}

// SortFindings puts findings in the order every output uses.
func SortFindings(fs []Finding) { slices.SortFunc(fs, Finding.Compare) }
