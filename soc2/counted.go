package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Counted is what is kept of an assessment's result: states and counters.
type Counted struct {
	Binary   string             `json:"binary,omitempty"` // SHA-256 of the program that judged; empty: not known
	Outcomes map[Outcome]int    `json:"outcomes"`
	Criteria []CountedCriterion `json:"criteria"`
	Controls []CountedControl   `json:"controls"`
	// Withdrawn is drift that was over before it was confirmed.
	Withdrawn []CountedWithdrawn `json:"withdrawn,omitempty"`
}

// CountedWithdrawn is drift that was never announced.
type CountedWithdrawn struct {
	Control  string       `json:"control"`
	Check    string       `json:"check"`
	Change   Change       `json:"change"`
	Resource evidence.Key `json:"resource"`
	Since    time.Time    `json:"since"`
}

// CountedCriterion is the state of one criterion.
type CountedCriterion struct {
	ID    string         `json:"id"`
	State CriterionState `json:"state"`
}

// CountedControl is the state of one control, and its findings by outcome.
type CountedControl struct {
	ID            string  `json:"id"`
	Adoption      string  `json:"adoption"`
	State         Outcome `json:"state"`
	Failing       int     `json:"failing"`
	Unobserved    int     `json:"unobserved"`
	Passing       int     `json:"passing"`
	NotApplicable int     `json:"not_applicable"`
	Accepted      int     `json:"accepted"`
	Excluded      int     `json:"excluded"`
}

// CountedOf takes states and counters from an assessment.
func CountedOf(a *Assessment) Counted {
	kept := Counted{Binary: a.Binary, Outcomes: a.Outcomes}
	for _, c := range a.Criteria {
		kept.Criteria = append(kept.Criteria, CountedCriterion{c.ID, c.State})
	}
	for _, c := range a.Controls {
		kept.Controls = append(kept.Controls, CountedControl{
			c.ID, c.Adoption, c.State, c.Failing, c.Unobserved, c.Passing, c.NotApplicable, c.Accepted, c.Excluded,
		})
	}
	for _, w := range a.Pending.Withdrawn {
		kept.Withdrawn = append(kept.Withdrawn, CountedWithdrawn{w.Control, w.Check, w.Change, w.Resource.Key(), w.Since})
	}
	return kept
}
