package report

import (
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Decision is a recorded act of narrowing, with where it is in its life and what it
// picks now.
type Decision struct {
	// The record's id in the log, or the id in the configuration.
	ID string `json:"id"`
	// acceptance, exclusion, relaxation, skip or scope.
	Kind soc2.DecisionKind `json:"kind"`
	// requested, in-force, expired, withdrawn, refused or unreadable. Only what is in force narrows anything.
	State soc2.DecisionLife `json:"state"`
	// In force, and it ends soon.
	Expiring bool `json:"expiring"`
	// In force, and it picks nothing now.
	Unused bool `json:"unused"`
	// Decisions of its kind in force that pick something that it picks. What ends first governs what is said.
	Overlaps []string `json:"overlaps"`
	// Findings that it picks now, or settings; before it is in force, or after, those that it would.
	Picks int `json:"picks"`
	// The control it is about; empty: any, or none.
	Control string `json:"control"`
	// Its check; empty: each.
	Check string `json:"check"`
	// The resource it is about, or which ones it selects, or what of a source or the scope; for people.
	About string `json:"about"`
	// Why.
	Reason string `json:"reason"`
	// The control or measure that takes the place of what is accepted.
	Compensating string `json:"compensating"`
	// Who asked for it.
	Requester string `json:"requester"`
	// Who approved it; empty: nobody did.
	Approver string `json:"approver"`
	// The approver, and how it is known who that is.
	ApprovedAs string `json:"approved_as"`
	// When it ends.
	Expires time.Time `json:"expires"`
	// Whether it was recorded by command; else the configuration holds it.
	Recorded bool `json:"recorded"`
}

// Narrowing is something in force that lowers a bar or shrinks what is looked at.
type Narrowing struct {
	// relaxation, skip or scope.
	Kind soc2.DecisionKind `json:"kind"`
	// What it is, for people.
	What string `json:"what"`
	// The decision that it rests on. Null: it narrows without a recorded decision.
	Decision *string `json:"decision"`
}

func decisionsOf(all []soc2.DecisionState) []Decision {
	out := []Decision{}
	for i := range all {
		out = append(out, DecisionOf(all[i]))
	}
	return out
}

// DecisionOf is a decision in the form of the JSON contract.
func DecisionOf(s soc2.DecisionState) Decision {
	return Decision{
		ID: s.ID, Kind: s.Kind, State: s.Life, Expiring: s.Expiring, Unused: s.Unused, Overlaps: append([]string{}, s.Overlaps...), Picks: s.Picks,
		Control: s.Control, Check: s.Check, About: s.Subject(), Reason: s.Reason, Compensating: s.Compensating,
		Requester: s.Requester, Approver: s.Approver, ApprovedAs: s.ApprovedAs, Expires: s.Expires.UTC(), Recorded: s.Recorded,
	}
}

func narrowingsOf(all []soc2.Narrowing) []Narrowing {
	out := []Narrowing{}
	for _, n := range all {
		out = append(out, Narrowing{Kind: n.Kind, What: n.String(), Decision: given(n.Decision)})
	}
	return out
}
