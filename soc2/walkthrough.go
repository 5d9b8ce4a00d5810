package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Walkthrough is a recorded interview about how a control is really done (R23).
type Walkthrough struct {
	ID          string         `json:"id"` // of its record
	Control     string         `json:"control"`
	At          time.Time      `json:"at"` // when it was held
	Interviewer evidence.Actor `json:"interviewer"`
	With        []string       `json:"with"`
	Shown       string         `json:"shown"`
	Matches     bool           `json:"matches"` // practice is as written; false opens a gap
	Note        string         `json:"note,omitempty"`
	Files       []string       `json:"files,omitempty"` // digests
}
