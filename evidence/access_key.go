package evidence

import "time"

var accessKeyKind = KindInfo{Kind: "AccessKey", New: func() any { return new(AccessKey) }, Doc: "A long-lived credential for programs."}

// AccessKey is a long-lived credential for programs.
type AccessKey struct {
	User      *string    `json:"user,omitzero"`       // who it acts as. aws: iam:ListAccessKeys UserName
	Active    *bool      `json:"active,omitzero"`     // can be used now. aws: iam:ListAccessKeys Status
	CreatedAt *time.Time `json:"created_at,omitzero"` // aws: iam:ListAccessKeys CreateDate
	LastUsed  *Moment    `json:"last_used,omitzero"`  // volatile, by day. aws: iam:GetAccessKeyLastUsed
	// ReadOnly: it can change nothing. github: deploy key read_only
	ReadOnly *bool `json:"read_only,omitzero"`
	// Subject is the one thing it opens; github: the repository, owner/name.
	Subject *string `json:"subject,omitzero"`
	// ExpiresAt is when it stops working. okta: GET /api/v1/api-tokens expiresAt
	ExpiresAt *Moment `json:"expires_at,omitzero"`
	// Anywhere: it works from every network address. okta: network.connection ANYWHERE
	Anywhere *bool     `json:"anywhere,omitzero"`
	Owner    *KeyOwner `json:"owner,omitzero" derived:"true"`
}

// KeyOwner is who a credential acts as. Derived from the account's users and
// the groups that give roles.
type KeyOwner struct {
	Name               *string `json:"name,omitzero"` // empty: there is no such user
	Active             *bool   `json:"active,omitzero"`
	SuperAdministrator *bool   `json:"super_administrator,omitzero"`
}
