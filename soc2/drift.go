package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Change is how a finding differs from last time.
type Change string

// The changes that are drift.
const (
	Opened            Change = "opened"             // fails now, did not before
	Resolved          Change = "resolved"           // failed, passes now or is gone
	Reopened          Change = "reopened"           // opened, and had been resolved before
	LostSight         Change = "lost-sight"         // was seen, is not now
	Regained          Change = "regained"           // was not seen, is now
	AcceptanceExpired Change = "acceptance-expired" // fails, and no decision covers it any more
)

// Changes lists every change, for metrics and schemas.
var Changes = []Change{Opened, Resolved, Reopened, LostSight, Regained, AcceptanceExpired}

// Cause is what made a finding differ.
type Cause string

// The causes of drift.
const (
	CauseSystem    Cause = "system"    // the provider's configuration changed
	CauseSight     Cause = "sight"     // what we can see changed
	CauseJudgement Cause = "judgement" // catalogue, parameters or engine changed
	CauseTime      Cause = "time"      // an age or an expiry passed
	CauseScope     Cause = "scope"     // what is in scope changed
)

// Causes lists every cause, for metrics and schemas.
var Causes = []Cause{CauseSystem, CauseSight, CauseJudgement, CauseTime, CauseScope}

// Drift is one finding that differs from last time.
type Drift struct {
	At       time.Time         `json:"at"`
	Change   Change            `json:"change"`
	Cause    Cause             `json:"cause"`
	Control  string            `json:"control"`
	Check    string            `json:"check"`
	Resource evidence.Resource `json:"resource"`
	From     Outcome           `json:"from"`
	To       Outcome           `json:"to"`
	Gone     bool              `json:"gone,omitempty"` // the resource or scope is no longer judged
	Severity Severity          `json:"severity"`
	Since    time.Time         `json:"-"` // when it was first seen, where it waited for confirmation; not kept with it
}
