package evidence

import "time"

var accessKeyKind = KindInfo{Kind: "AccessKey", New: func() any { return new(AccessKey) }, Doc: "A long-lived credential for programs."}

// AccessKey is a long-lived credential for programs.
type AccessKey struct {
	User      *string    `json:"user,omitzero"`       // who it acts as. aws: iam:ListAccessKeys UserName
	Active    *bool      `json:"active,omitzero"`     // can be used now. aws: iam:ListAccessKeys Status
	CreatedAt *time.Time `json:"created_at,omitzero"` // aws: iam:ListAccessKeys CreateDate
	LastUsed  *Moment    `json:"last_used,omitzero"`  // volatile, by day. aws: iam:GetAccessKeyLastUsed
}
