package okta

import (
	"context"
	"net/url"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

const passwordPolicyType = "okta.policy.password"

// Calls: ⌈policies/page⌉.
var passwordPoliciesCollector = evidence.Collector{
	Name:        "okta_password_policies",
	Doc:         "Reads the password policies that are active.",
	Populations: []evidence.Population{{Kind: "PasswordPolicy", Type: passwordPolicyType}},
	Reads:       []string{readPolicies.operation},
	Permissions: []string{readPolicies.scope},
}

// setting is the part of a password policy that is kept.
// Source: schemas PasswordPolicyPasswordSettingsComplexity, PasswordPolicyPasswordSettingsAge,
// PasswordPolicyPasswordSettingsLockout, PasswordDictionaryCommon, PasswordPolicyRecoveryFactors.
type setting struct {
	enrolments // of an enrolment policy

	Password struct {
		Complexity struct {
			MinLength    *int64 `json:"minLength"`
			MinLowerCase *int64 `json:"minLowerCase"`
			MinUpperCase *int64 `json:"minUpperCase"`
			MinNumber    *int64 `json:"minNumber"`
			MinSymbol    *int64 `json:"minSymbol"`
			Dictionary   struct {
				Common struct {
					Exclude *bool `json:"exclude"`
				} `json:"common"`
			} `json:"dictionary"`
		} `json:"complexity"`
		Age struct {
			HistoryCount *int64 `json:"historyCount"`
			MaxAgeDays   *int64 `json:"maxAgeDays"`
		} `json:"age"`
		Lockout struct {
			MaxAttempts       *int64 `json:"maxAttempts"`
			AutoUnlockMinutes *int64 `json:"autoUnlockMinutes"`
		} `json:"lockout"`
	} `json:"password"`
	Recovery struct {
		Factors map[string]struct {
			Status string `json:"status"`
		} `json:"factors"`
	} `json:"recovery"`
}

// collectPasswordPolicies reads active policies only, and says so among the
// pull's parameters: one that is switched off binds nobody's password.
func (s *source) collectPasswordPolicies(ctx context.Context, rec *evidence.Recorder) error {
	rec.Parameter(readPolicies.operation + " status=ACTIVE")
	query := url.Values{"type": {"PASSWORD"}, "status": {"ACTIVE"}}
	return s.listPolicies(ctx, rec, query, func(p listed) error {
		body := p.Settings.policy()
		body.Priority, body.Groups = p.Priority, p.groups()
		if source := p.Conditions.value.AuthProvider.Provider; source != "" {
			body.Source = &source
		}
		return rec.Add(evidence.Fact{Resource: s.resource("PasswordPolicy", passwordPolicyType, p.ID, p.Name), Body: body})
	})
}

func (s setting) policy() *evidence.PasswordPolicy {
	complexity, age := s.Password.Complexity, s.Password.Age
	return &evidence.PasswordPolicy{
		Set:           new(true),
		MinLength:     complexity.MinLength,
		RememberLast:  age.HistoryCount,
		MaxAgeDays:    age.MaxAgeDays,
		RequireSymbol: positive(complexity.MinSymbol),
		RequireNumber: positive(complexity.MinNumber),
		RequireUpper:  positive(complexity.MinUpperCase),
		RequireLower:  positive(complexity.MinLowerCase),

		RejectCommon:    complexity.Dictionary.Common.Exclude,
		LockoutAttempts: s.Password.Lockout.MaxAttempts,
		UnlockMinutes:   s.Password.Lockout.AutoUnlockMinutes,
		Recovery:        s.recovery(),
	}
}

// recovery lists the factors that are switched on; nil where there is one of
// which Okta does not say so.
func (s setting) recovery() []string {
	if s.Recovery.Factors == nil {
		return nil
	}
	on := []string{}
	for name, f := range s.Recovery.Factors {
		switch f.Status {
		case "ACTIVE":
			on = append(on, name)
		case "INACTIVE":
		default:
			return nil
		}
	}
	slices.Sort(on)
	return on
}

// positive reads Okta's "at least n of these" as required or not.
func positive(n *int64) *bool {
	if n == nil {
		return nil
	}
	return new(*n > 0)
}
