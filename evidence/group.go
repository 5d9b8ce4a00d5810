package evidence

import "time"

var groupKind = KindInfo{Kind: "Group", New: func() any { return new(Group) }, Doc: "Users who get the same rights: a group, a team."}

// Group is a set of users who get the same rights: a group, a team.
type Group struct {
	Description *string    `json:"description,omitzero"`
	CreatedAt   *time.Time `json:"created_at,omitzero"`
	// Members are the users in it, by the provider's immutable id.
	Members []string `json:"members,omitzero"`
	// Roles are the administrator roles it gives, the provider's words.
	Roles []string `json:"roles,omitzero"`
	// BuiltIn: the provider makes and keeps it, such as "Everyone".
	BuiltIn *bool `json:"built_in,omitzero"`
	// Rights are the policies that give its members their rights. aws: iam:GetAccountAuthorizationDetails GroupDetailList
	Rights *PolicyRights `json:"rights,omitzero"`
}
