package evidence

import "time"

var policyKind = KindInfo{Kind: "Policy", New: func() any { return new(Policy) }, Doc: "A document that grants rights: a managed or inline IAM policy."}

// Policy is a document that grants rights to those it is attached to.
type Policy struct {
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// ProviderManaged: the provider wrote it and keeps it up to date.
	ProviderManaged *bool `json:"provider_managed,omitzero"`
	// Attachments counts the principals it gives rights to; 1 for an inline
	// policy. aws: AttachmentCount of iam:GetAccountAuthorizationDetails
	Attachments *int64 `json:"attachments,omitzero"`
	// Holder is the principal an inline policy belongs to: "role/deploy"; empty: none
	Holder *string `json:"holder,omitzero"`
	// Document is the version in force. aws: PolicyVersionList, IsDefaultVersion; iam:GetPolicyVersion
	Document *PolicyDocument `json:"document,omitzero"`

	// Admin: grants every right in the account, or the right to give oneself
	// every right. Derived from Document.
	Admin *bool `json:"admin,omitzero" derived:"true"`
}
