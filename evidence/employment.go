package evidence

import "time"

var employmentKind = KindInfo{Kind: "Employment", New: func() any { return new(Employment) }, Doc: "A person's time with the company, as the HR system tells it."}

// The states of an employment.
const (
	EmploymentActive = "active"
	EmploymentFuture = "future" // hired, not begun
	EmploymentLeave  = "leave"  // away and coming back
	EmploymentEnded  = "ended"
)

// Employment is a person's time with the company: staff, contractors, interns.
type Employment struct {
	Email  *string `json:"email,omitzero"`  // at work
	Status *string `json:"status,omitzero"` // active, future, leave, ended
	// Relation is how the person is tied to the company: "employee", "contractor".
	Relation  *string    `json:"relation,omitzero"`
	Manager   *string    `json:"manager,omitzero"` // e-mail address; empty: none
	StartedAt *time.Time `json:"started_at,omitzero"`
	// EndsAt is the last day, past or agreed. Never: no end is agreed.
	EndsAt *Moment `json:"ends_at,omitzero"`
}
