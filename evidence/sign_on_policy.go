package evidence

var signOnPolicyKind = KindInfo{Kind: "SignOnPolicy", New: func() any { return new(SignOnPolicy) }, Doc: "Who may sign in, from where, with how many factors."}

// SignOnPolicy says who may sign in, from where, with how many factors. Rules
// are tried in order of priority; the first that fits decides.
type SignOnPolicy struct {
	Active   *bool        `json:"active,omitzero"`
	System   *bool        `json:"system,omitzero"` // the provider's own default policy, tried last
	Priority *int64       `json:"priority,omitzero"`
	Rules    []SignOnRule `json:"rules,omitzero"`
}

// SignOnRule is one rule of a sign-on policy.
// okta: GET /api/v1/policies/{id}/rules, actions.signon of OKTA_SIGN_ON policies
type SignOnRule struct {
	ID                     string `json:"id" seen:"always"`
	Name                   string `json:"name" seen:"always"`
	Active                 *bool  `json:"active,omitzero"`
	System                 *bool  `json:"system,omitzero"`
	Allow                  *bool  `json:"allow,omitzero"`        // false: it denies
	MFARequired            *bool  `json:"mfa_required,omitzero"` // requireFactor
	SessionIdleMinutes     *int64 `json:"session_idle_minutes,omitzero"`
	SessionLifetimeMinutes *int64 `json:"session_lifetime_minutes,omitzero"` // 0: no limit
}
