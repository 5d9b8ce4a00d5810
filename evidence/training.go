package evidence

import "time"

var trainingKind = KindInfo{Kind: "Training", New: func() any { return new(Training) }, Doc: "A training that a person has to take, and whether they did."}

// Training is one person's share of one training.
type Training struct {
	Person      *string    `json:"person,omitzero"` // e-mail address
	Course      *string    `json:"course,omitzero"` // "Security awareness"
	AssignedAt  *time.Time `json:"assigned_at,omitzero"`
	DueAt       *time.Time `json:"due_at,omitzero"`
	CompletedAt *Moment    `json:"completed_at,omitzero"` // never: not yet
}
