package evidence

var passwordPolicyKind = KindInfo{Kind: "PasswordPolicy", New: func() any { return new(PasswordPolicy) }, Doc: "What passwords must be like."}

// PasswordPolicy is what passwords must be like. Where none was ever set, Set
// is false and the rest states the provider's documented default.
type PasswordPolicy struct {
	Set           *bool  `json:"set,omitzero"`           // aws: iam:GetAccountPasswordPolicy, NoSuchEntity: false
	MinLength     *int64 `json:"min_length,omitzero"`    // characters
	RememberLast  *int64 `json:"remember_last,omitzero"` // old passwords refused; 0: none
	MaxAgeDays    *int64 `json:"max_age_days,omitzero"`  // 0: never expires
	RequireSymbol *bool  `json:"require_symbol,omitzero"`
	RequireNumber *bool  `json:"require_number,omitzero"`
	RequireUpper  *bool  `json:"require_upper,omitzero"`
	RequireLower  *bool  `json:"require_lower,omitzero"`
	ChangeOwn     *bool  `json:"change_own,omitzero"` // users may change their own password
	// RejectCommon: well-known passwords are refused. okta: dictionary.common.exclude
	RejectCommon *bool `json:"reject_common,omitzero"`
	// LockoutAttempts is how many wrong passwords lock the user out; 0: never.
	LockoutAttempts *int64 `json:"lockout_attempts,omitzero"` // okta: lockout.maxAttempts
	// UnlockMinutes is how long that lasts; 0: until somebody unlocks.
	UnlockMinutes *int64 `json:"unlock_minutes,omitzero"` // okta: lockout.autoUnlockMinutes
	// Recovery are the ways to get a new password by oneself, the provider's words.
	// okta: settings.recovery.factors that are ACTIVE
	Recovery []string `json:"recovery,omitzero"`
	Priority *int64   `json:"priority,omitzero"`
	// Groups are those whose members it binds, by id; empty: everybody.
	Groups []string `json:"groups,omitzero"` // okta: conditions.people.groups.include
	// Source keeps the passwords it binds, the provider's word: "OKTA",
	// "ACTIVE_DIRECTORY". okta: conditions.authProvider.provider
	Source *string `json:"source,omitzero"`
	// InUse: there is somebody whom it binds, a user with a password kept at the
	// provider. Derived from the account's users; only for aws.
	InUse *bool `json:"in_use,omitzero" derived:"true"`
}
