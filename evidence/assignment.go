package evidence

import "time"

// Assignment says that a user may use an application, or once might.
// okta: GET /api/v1/apps/{appId}/users
type Assignment struct {
	User   string  `json:"user" seen:"always"` // the provider's immutable id
	Status *string `json:"status,omitzero"`    // the provider's word: "ACTIVE", "REVOKED"
	// Sync is how far the application's own account follows, the provider's word:
	// "SYNCHRONIZED", "ERROR". okta: syncState
	Sync      *string    `json:"sync,omitzero"`
	Direct    *bool      `json:"direct,omitzero"`     // given to this person and not to a group. okta: scope USER
	ChangedAt *time.Time `json:"changed_at,omitzero"` // of the status. okta: statusChanged
}

// PendingRemoval is an assignment that was ended and that somebody, or some
// system, has yet to carry out in the application.
type PendingRemoval struct {
	Application string     `json:"application" seen:"always"` // its name
	Since       *time.Time `json:"since,omitzero"`
}
