package evidence

import "time"

var roleKind = KindInfo{Kind: "Role", New: func() any { return new(Role) }, Doc: "A set of rights that principals take on: an IAM role, a permission set."}

// Role is a set of rights that principals take on for a while.
type Role struct {
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// LastUsed: AWS tracks 400 days. Volatile, by day. aws: RoleLastUsed of iam:GetAccountAuthorizationDetails
	LastUsed *Moment `json:"last_used,omitzero"`
	// ProviderOwned: the provider made it for a service of its own and its rights
	// cannot be changed. aws: path /aws-service-role/
	ProviderOwned *bool `json:"provider_owned,omitzero"`
	// PermissionSet is the name of the permission set it stands for in the
	// account; empty: none. aws: path /aws-reserved/sso.amazonaws.com/
	PermissionSet *string `json:"permission_set,omitzero"`
	// Trust says who may take it on. aws: AssumeRolePolicyDocument
	Trust  *PolicyDocument `json:"trust,omitzero"`
	Rights *PolicyRights   `json:"rights,omitzero"`

	// Admin: gives every right in the account, or the right to give oneself every
	// right. Derived from Rights and the policies they name.
	Admin *bool `json:"admin,omitzero" derived:"true"`
	// AnyoneTrusted: somebody whom nobody named can take it on. Derived from Trust.
	AnyoneTrusted *bool `json:"anyone_trusted,omitzero" derived:"true"`
	// Outside are the accounts and organisations beside its own that can take it on. Derived from Trust.
	Outside []OutsideTrust `json:"outside,omitzero" derived:"true"`
	// UnguardedServices are the provider's services that can take it on for whose
	// sake ever, without a condition on the account or resource they act for.
	// Derived from Trust.
	UnguardedServices []string `json:"unguarded_services,omitzero" derived:"true"`
	// Pipelines are the ways in for jobs of hosted pipelines. Derived from Trust.
	Pipelines []PipelineTrust `json:"pipelines,omitzero" derived:"true"`
	// Holders are the ids of the people it is assigned to, groups expanded, each
	// once. Derived from grants and groups; only for permission sets.
	Holders []string `json:"holders,omitzero" derived:"true"`
}

// PolicyRights are the policies that give a principal its rights.
type PolicyRights struct {
	Attached []AttachedPolicy `json:"attached,omitzero"` // managed policies
	Inline   []InlinePolicy   `json:"inline,omitzero"`
	Groups   []string         `json:"groups,omitzero"`   // names of the groups a user has more rights from
	Boundary *string          `json:"boundary,omitzero"` // ARN of the permissions boundary; empty: none
}

// AttachedPolicy names a managed policy.
type AttachedPolicy struct {
	ARN  string `json:"arn" seen:"always"` // a permission set names a customer's policy by name only: empty
	Name string `json:"name" seen:"always"`
	// ProviderManaged: the provider wrote it and keeps it up to date.
	ProviderManaged bool `json:"provider_managed,omitempty" seen:"always"`
}

// InlinePolicy is a policy that belongs to one principal.
type InlinePolicy struct {
	Name     string          `json:"name" seen:"always"`
	Document *PolicyDocument `json:"document,omitzero"`
}

// OutsideTrust is somebody outside the account who can take a role on.
type OutsideTrust struct {
	Account string `json:"account" seen:"always"` // number of the account, or id of the organisation
	// ExternalID: only with an agreed external id. aws: condition sts:ExternalId
	ExternalID *bool `json:"external_id,omitzero"`
	// OwnOrganization: belongs to the same organisation as the account.
	OwnOrganization *bool `json:"own_organization,omitzero"`
}

// PipelineTrust is one way in for jobs of a pipeline.
type PipelineTrust struct {
	Issuer string `json:"issuer" seen:"always"` // "token.actions.githubusercontent.com"
	// AudiencePinned: the token must have been made for a fixed audience.
	AudiencePinned *bool `json:"audience_pinned,omitzero"`
	// SubjectScoped: the token's subject must name an organisation and a repository.
	SubjectScoped *bool    `json:"subject_scoped,omitzero"`
	Owners        []string `json:"owners,omitzero"`   // organisations that the subjects name
	Subjects      []string `json:"subjects,omitzero"` // patterns of the condition
}
