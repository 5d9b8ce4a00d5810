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
}
