package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

const authenticationPolicyType = "okta.policy.authentication"

// Calls: 1 + ⌈policies/page⌉ + policies. An org has at most some dozens.
var authenticationPoliciesCollector = evidence.Collector{
	Name:        "okta_authentication_policies",
	Doc:         "Reads the authentication policies that guard applications, and their rules. Identity Engine only.",
	Populations: []evidence.Population{{Kind: "SignOnPolicy", Type: authenticationPolicyType}},
	Reads:       []string{readEngine.operation, readPolicies.operation, readRules.operation},
	Permissions: []string{readPolicies.scope},
}

// collectAuthenticationPolicies does not ask a Classic Engine org: it has sign-on
// rules of applications, but no operation that lists them, so they are unseen
// and not absent.
func (s *source) collectAuthenticationPolicies(ctx context.Context, rec *evidence.Recorder) error {
	if err := s.needsIdentityEngine(ctx, readPolicies); err != nil {
		return err
	}
	return s.listPolicies(ctx, rec, url.Values{"type": {"ACCESS_POLICY"}}, func(p listed) error {
		body := &evidence.SignOnPolicy{Active: lifecycle(p.Status), System: p.System, Priority: p.Priority, Groups: p.groups()}
		f := evidence.Fact{Resource: s.resource("SignOnPolicy", authenticationPolicyType, p.ID, p.Name), Body: body}
		if body.Active == nil {
			f.Miss("active", unseen(readPolicies, evidence.ProviderError, fmt.Errorf("status %q is not one Okta documents", p.Status)))
		}
		rules, err := s.readSignOnRules(ctx, p.ID, parseAuthenticationRule)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			f.Miss("rules", err)
		default:
			body.Rules = rules
			for _, r := range rules {
				if r.MFARequired == nil || r.Ways == nil {
					f.Miss("rules", unseen(readRules, evidence.ProviderError, fmt.Errorf("rule %s demands factors in a way that is not known here", r.ID)))
				}
			}
		}
		return rec.Add(f)
	})
}

// verification is what a rule demands. Source: schemas AssuranceMethod,
// AuthenticationMethodChainMethod; the third, ID_PROOFING, stays unseen.
type verification struct {
	Type        string       `json:"type"`
	FactorMode  string       `json:"factorMode"`
	Constraints []constraint `json:"constraints"`
	Chains      []chain      `json:"chains"`
}

func parseAuthenticationRule(raw json.RawMessage) (evidence.SignOnRule, int64, error) {
	var r struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Name     string `json:"name"`
		Status   string `json:"status"`
		System   *bool  `json:"system"`
		Priority *int64 `json:"priority"`
		Actions  struct {
			SignOn struct {
				Access       string       `json:"access"`
				Verification verification `json:"verificationMethod"`
			} `json:"appSignOn"`
		} `json:"actions"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return evidence.SignOnRule{}, 0, fmt.Errorf("a rule cannot be read: %w", err)
	}
	switch {
	case r.ID == "":
		return evidence.SignOnRule{}, 0, errors.New("a rule has no id")
	case r.Type != "ACCESS_POLICY":
		return evidence.SignOnRule{}, 0, fmt.Errorf("rule %s has type %q where ACCESS_POLICY was expected", r.ID, r.Type)
	}
	rule := evidence.SignOnRule{ID: r.ID, Name: r.Name, Active: lifecycle(r.Status), System: r.System}
	switch r.Actions.SignOn.Access {
	case "ALLOW":
		rule.Allow = new(true)
		rule.MFARequired, rule.Ways = r.Actions.SignOn.Verification.demands()
	case "DENY":
		// Nobody comes in this way, so there is nothing to demand.
		rule.Allow, rule.MFARequired, rule.Ways = new(false), new(false), []evidence.FactorWay{}
	}
	priority := int64(math.MaxInt64) // a rule without priority is tried last
	if r.Priority != nil {
		priority = *r.Priority
	}
	return rule, priority, nil
}

// demands says whether two factors are demanded, and which ways there are.
func (v verification) demands() (mfa *bool, ways []evidence.FactorWay) {
	switch v.Type {
	case "ASSURANCE":
		ways = []evidence.FactorWay{}
		for _, c := range v.Constraints {
			ways = append(ways, c.way())
		}
		switch v.FactorMode {
		case "1FA":
			mfa = new(false)
		case "2FA":
			mfa = new(true)
		}
		return mfa, ways
	case "AUTH_METHOD_CHAIN":
		return chainsDemand(v.Chains)
	}
	return nil, nil
}
