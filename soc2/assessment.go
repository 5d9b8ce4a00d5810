package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Judge names what judged: same judge and same evidence, same verdict.
type Judge struct {
	Catalogue  string `json:"catalogue"`  // digest of the catalogue's bytes
	Parameters string `json:"parameters"` // digest of the parameters in force
	Engine     string `json:"engine"`     // version of the evaluation engine
	Derive     string `json:"derive"`     // version of the derivations
}

// Assessment is one judgement of everything at a clock time, over the latest
// pulls of every feed.
type Assessment struct {
	ID         string
	At         time.Time // the clock time judged at
	StartedAt  time.Time
	FinishedAt time.Time
	Version    string // of controlwatch
	Judge      Judge
	SampleData bool

	Outcomes map[Outcome]int // findings by outcome; excluded ones not counted
	Criteria []CriterionResult
	Controls []ControlResult
	Findings []Finding
	Holes    []ScopedHole
	Pulls    []evidence.Pull // the newest of each feed
	Feeds    []evidence.FeedState
	Drift    []Drift
	Changed  []FindingState // states that are not as they were, for the store
}

// CriterionResult is the state of one criterion.
type CriterionResult struct {
	ID       string
	Category string
	Series   string // "CC6 Logical and physical access"
	Title    string
	State    CriterionState
	Residual string
	Controls []string // in scope and mapped to it
}

// ControlResult is the state of one control.
type ControlResult struct {
	ID       string
	Title    string
	Adoption string // adopted, advisory or declined
	State    Outcome
	Severity Severity
	Criteria []Mapping
	Checks   []string // ids
	Failing, Unobserved, Passing, NotApplicable,
	Accepted, Excluded int
}

// ScopedHole is a hole and where it is.
type ScopedHole struct {
	Provider, Account, Region string
	Collector                 string
	Resource                  string // label; empty for a whole population
	Hole                      evidence.Hole
}
