package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// PeriodEvidence is what a store holds of a window, as far as a period is told from
// it. The store reads it in one pass and keeps none of the states it passes.
type PeriodEvidence struct {
	Window      Interval  // asked for
	Until       time.Time // what was known by then: now, or the end of the window
	Began       time.Time // of the store; zero: it is empty
	SampleData  bool
	Assessments int // within the window
	Populations []PopulationHistory
	Controls    map[string]*ControlHistory
	Judges      []JudgeChange // within the window
	Scopes      []ScopeChange // within the window
	Attested    []AttestedAct
	Designs     []DesignConclusion
	Decisions   []Decision // every one that was ever in force, and those of now
	Adoptions   []KnownAdoption
	Company     Company   // the company's own controls, by Until
	Last        time.Time // of the newest assessment by Until; zero: there is none
}

// PopulationHistory is how a population of one feed was looked at.
type PopulationHistory struct {
	Feed       evidence.FeedID
	Population evidence.Population
	Scope      Intervals  // when it was in scope, within the window
	Gaps       []SightGap // when it was in scope and not observed
	Planned    int        // pulls that a plan asked for
	Executed   int        // of them, those that saw all of it
	Pulls      int        // within the window, complete or not
}

// ControlHistory is what was judged of a control.
type ControlHistory struct {
	Catalogued Intervals // when the catalogue that judged had it, within the window
	Resources  int       // that any check was asked of within the window
	Applicable int       // of them, those to which it applied
	Unjudged   []Unjudged
	Deviations []Deviation
	Standing   Standing
}

// Unjudged is time in which a check could not be judged on some resources, though
// their list was seen.
type Unjudged struct {
	Interval
	Check     string
	Resources int
	Names     []string // of the first of them
}

// Standing is the state of a control at one assessment.
type Standing struct {
	State    Outcome
	Known    bool // the assessment judged it
	Adoption string
	Failing, Unobserved, Passing, NotApplicable,
	Accepted, Excluded int
}

// JudgeChange is a change of what judges. Evidence before and after it was held to
// different standards.
type JudgeChange struct {
	At       time.Time
	From, To Judge
	Added    []string // controls
	Removed  []string
	Changed  []string // another version of the control
	Unknown  bool     // what the catalogue was is not in the store, so controls could not be compared
}

// ScopeChange is a change of which feeds were in scope.
type ScopeChange struct {
	At             time.Time
	Added, Removed []evidence.FeedID
}

// AttestedAct is one attestation as evidence.
type AttestedAct struct {
	evidence.Attestation
	ID       string
	Recorded time.Time // when it was first pulled, perhaps long after the act
}

// DesignConclusion is a person's recorded conclusion on how a control is designed.
type DesignConclusion struct {
	ID         string
	At         time.Time
	Control    string
	Conclusion string
	Note       string
	Maturity   *int   // 0 to 5; nil: nobody said
	Date       string // the day it was concluded; empty: that of At
	By         string
	Identity   string // how it is known who; empty: identity not verified
}
