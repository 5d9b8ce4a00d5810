package evidence

var enrolmentPolicyKind = KindInfo{Kind: "EnrolmentPolicy", New: func() any { return new(EnrolmentPolicy) }, Doc: "Which factors people must, may and may not enrol."}

// EnrolmentPolicy says which factors people must, may and may not enrol, and
// when they are asked to.
type EnrolmentPolicy struct {
	Active   *bool  `json:"active,omitzero"`
	System   *bool  `json:"system,omitzero"` // the provider's own default policy, tried last
	Priority *int64 `json:"priority,omitzero"`
	// Groups are those whose members it binds, by id; empty: everybody.
	Groups  []string          `json:"groups,omitzero"`
	Methods []EnrolmentMethod `json:"methods,omitzero"`
	Rules   []EnrolmentRule   `json:"rules,omitzero"`
}

// EnrolmentMethod is what a policy says of one way to prove oneself.
// okta: settings.authenticators; settings.factors in policies of Classic Engine
type EnrolmentMethod struct {
	Key    string  `json:"key" seen:"always"`
	Demand *string `json:"demand,omitzero"` // REQUIRED, OPTIONAL, NOT_ALLOWED
}

// EnrolmentRule says when people are asked.
// okta: GET /api/v1/policies/{policyId}/rules, actions.enroll
type EnrolmentRule struct {
	ID     string  `json:"id" seen:"always"`
	Name   string  `json:"name" seen:"always"`
	Active *bool   `json:"active,omitzero"`
	Prompt *string `json:"prompt,omitzero"` // CHALLENGE, LOGIN, NEVER, NEVER_INCLUDING_RECOVERY
}
