package okta

import (
	"context"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

const passwordPolicyType = "okta.policy.password"

var passwordPoliciesCollector = evidence.Collector{
	Name:        "okta_password_policies",
	Doc:         "Reads the password policies that are active.",
	Populations: []evidence.Population{{Kind: "PasswordPolicy", Type: passwordPolicyType}},
	Reads:       []string{readPolicies.operation},
	Permissions: []string{readPolicies.scope},
}

// setting is the part of a password policy that is kept.
// Source: schemas PasswordPolicyPasswordSettingsComplexity, PasswordPolicyPasswordSettingsAge.
type setting struct {
	Password struct {
		Complexity struct {
			MinLength    *int64 `json:"minLength"`
			MinLowerCase *int64 `json:"minLowerCase"`
			MinUpperCase *int64 `json:"minUpperCase"`
			MinNumber    *int64 `json:"minNumber"`
			MinSymbol    *int64 `json:"minSymbol"`
		} `json:"complexity"`
		Age struct {
			HistoryCount *int64 `json:"historyCount"`
			MaxAgeDays   *int64 `json:"maxAgeDays"`
		} `json:"age"`
	} `json:"password"`
}

// collectPasswordPolicies reads active policies only, and says so among the
// pull's parameters: one that is switched off binds nobody's password.
func (s *source) collectPasswordPolicies(ctx context.Context, rec *evidence.Recorder) error {
	rec.Parameter(readPolicies.operation + " status=ACTIVE")
	query := url.Values{"type": {"PASSWORD"}, "status": {"ACTIVE"}}
	return s.listPolicies(ctx, rec, query, func(p listed) error {
		return rec.Add(evidence.Fact{
			Resource: s.resource("PasswordPolicy", passwordPolicyType, p.ID, p.Name),
			Body:     p.Settings.policy(),
		})
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
	}
}

// positive reads Okta's "at least n of these" as required or not.
func positive(n *int64) *bool {
	if n == nil {
		return nil
	}
	return new(*n > 0)
}
