package evidence

import "time"

var secretKind = KindInfo{Kind: "Secret", New: func() any { return new(Secret) }, Doc: "A secret kept in a secret store: that it exists and how old it is, never what it says."}

// Secret is a secret in a store of secrets. Its value is never read.
// aws: secretsmanager:ListSecrets
type Secret struct {
	CreatedAt *time.Time        `json:"created_at,omitzero"` // CreatedDate
	Tags      map[string]string `json:"tags,omitzero"`       // Tags
	// RotationEnabled: the store replaces it by itself. RotationEnabled
	RotationEnabled *bool `json:"rotation_enabled,omitzero"`
	// RotationDays is the number of days between two rotations; 0: none is planned.
	// RotationRules.AutomaticallyAfterDays
	RotationDays *int64  `json:"rotation_days,omitzero"`
	LastRotated  *Moment `json:"last_rotated,omitzero"` // LastRotatedDate
	// LastChanged is the newest change, by rotation or by hand. LastChangedDate
	LastChanged *Moment `json:"last_changed,omitzero"`
	// LastAccessed is when it was last read. Volatile, by day. LastAccessedDate
	LastAccessed *Moment `json:"last_accessed,omitzero"`
	// Manager is the service that keeps it for itself; empty: the company. OwningService
	Manager *string `json:"manager,omitzero"`
}
