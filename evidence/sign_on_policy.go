package evidence

var signOnPolicyKind = KindInfo{Kind: "SignOnPolicy", New: func() any { return new(SignOnPolicy) }, Doc: "Who may sign in, from where, with how many factors."}

// SignOnPolicy says who may sign in, from where, with how many factors. Rules
// are tried in order of priority; the first that fits decides.
type SignOnPolicy struct {
	Active   *bool        `json:"active,omitzero"`
	System   *bool        `json:"system,omitzero"` // the provider's own default policy, tried last
	Priority *int64       `json:"priority,omitzero"`
	Rules    []SignOnRule `json:"rules,omitzero"`
	// Groups are those whose members it binds, by id; empty: everybody.
	// okta: conditions.people.groups.include
	Groups []string `json:"groups,omitzero"`
	// Applications are the active ones it guards. Derived from the account's
	// applications; unseen where any of them is.
	Applications []GuardedApplication `json:"applications,omitzero" derived:"true"`
	// ApplicationsDemandMFA: whoever has passed this policy still needs two factors
	// for every application. Derived for policies of whole sessions.
	ApplicationsDemandMFA *bool `json:"applications_demand_mfa,omitzero" derived:"true"`
}

// GuardedApplication is an application that a policy guards.
type GuardedApplication struct {
	ID   string `json:"id" seen:"always"`
	Name string `json:"name" seen:"always"`
}

// SignOnRule is one rule of a sign-on policy.
// okta: GET /api/v1/policies/{id}/rules, actions.signon of OKTA_SIGN_ON policies,
// actions.appSignOn of ACCESS_POLICY policies
type SignOnRule struct {
	ID                     string `json:"id" seen:"always"`
	Name                   string `json:"name" seen:"always"`
	Active                 *bool  `json:"active,omitzero"`
	System                 *bool  `json:"system,omitzero"`
	Allow                  *bool  `json:"allow,omitzero"`        // false: it denies
	MFARequired            *bool  `json:"mfa_required,omitzero"` // requireFactor; factorMode 2FA
	SessionIdleMinutes     *int64 `json:"session_idle_minutes,omitzero"`
	SessionLifetimeMinutes *int64 `json:"session_lifetime_minutes,omitzero"` // 0: no limit
	PersistentCookie       *bool  `json:"persistent_cookie,omitzero"`        // usePersistentCookie
	// Ways are the combinations of factors it is content with, any one of them;
	// empty: every combination that has enough factors. okta: constraints, chains
	Ways []FactorWay `json:"ways,omitzero"`
}

// FactorWay is one combination of factors that satisfies a rule.
type FactorWay struct {
	Possession        *bool `json:"possession,omitzero"` // something one has is part of it
	PhishingResistant *bool `json:"phishing_resistant,omitzero"`
	HardwareProtected *bool `json:"hardware_protected,omitzero"`
	UserVerified      *bool `json:"user_verified,omitzero"` // by PIN or biometrics
}
