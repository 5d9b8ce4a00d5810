package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

const globalSessionPolicyType = "okta.policy.global_session"

// Calls: ⌈policies/page⌉ + policies. An org has a handful of policies.
var globalSessionPoliciesCollector = evidence.Collector{
	Name:        "okta_global_session_policies",
	Doc:         "Reads the global session policies (in Classic Engine: Okta sign-on policies) and their rules.",
	Populations: []evidence.Population{{Kind: "SignOnPolicy", Type: globalSessionPolicyType}},
	Reads:       []string{readPolicies.operation, readRules.operation},
	Permissions: []string{readPolicies.scope},
}

func (s *source) collectGlobalSessionPolicies(ctx context.Context, rec *evidence.Recorder) error {
	return s.listPolicies(ctx, rec, url.Values{"type": {"OKTA_SIGN_ON"}}, func(p listed) error {
		body := &evidence.SignOnPolicy{Active: lifecycle(p.Status), System: p.System, Priority: p.Priority, Groups: p.groups()}
		f := evidence.Fact{Resource: s.resource("SignOnPolicy", globalSessionPolicyType, p.ID, p.Name), Body: body}
		if body.Active == nil {
			f.Miss("active", unseen(readPolicies, evidence.ProviderError, fmt.Errorf("status %q is not one Okta documents", p.Status)))
		}
		rules, err := s.readSignOnRules(ctx, p.ID, parseSignOnRule)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			f.Miss("rules", err)
		default:
			body.Rules = rules
		}
		return rec.Add(f)
	})
}

// parseRule reads one rule and its rank.
type parseRule = func(json.RawMessage) (rule evidence.SignOnRule, priority int64, err error)

// readSignOnRules lists a policy's rules in the order in which Okta tries them.
// One rule that cannot be read leaves all unseen: the order decides.
func (s *source) readSignOnRules(ctx context.Context, policyID string, parse parseRule) ([]evidence.SignOnRule, error) {
	type ranked struct {
		rule     evidence.SignOnRule
		priority int64
	}
	var found []ranked
	err := s.client.list(ctx, readRules, "/api/v1/policies/"+policyID+"/rules", nil, func(page []json.RawMessage) error {
		for _, raw := range page {
			rule, priority, err := parse(raw)
			if err != nil {
				return unseen(readRules, evidence.ProviderError, err)
			}
			found = append(found, ranked{rule, priority})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Compare(a.priority, b.priority) })
	rules := make([]evidence.SignOnRule, len(found))
	for i, f := range found {
		rules[i] = f.rule
	}
	return rules, nil
}

func parseSignOnRule(raw json.RawMessage) (evidence.SignOnRule, int64, error) {
	var r struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Name     string `json:"name"`
		Status   string `json:"status"`
		System   *bool  `json:"system"`
		Priority *int64 `json:"priority"`
		Actions  struct {
			SignOn struct {
				Access        string `json:"access"`
				RequireFactor *bool  `json:"requireFactor"`
				Session       struct {
					MaxIdle     *int64 `json:"maxSessionIdleMinutes"`
					MaxLifetime *int64 `json:"maxSessionLifetimeMinutes"`
					Persistent  *bool  `json:"usePersistentCookie"`
				} `json:"session"`
			} `json:"signon"`
		} `json:"actions"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return evidence.SignOnRule{}, 0, fmt.Errorf("a rule cannot be read: %w", err)
	}
	switch {
	case r.ID == "":
		return evidence.SignOnRule{}, 0, errors.New("a rule has no id")
	case r.Type != "SIGN_ON":
		return evidence.SignOnRule{}, 0, fmt.Errorf("rule %s has type %q where SIGN_ON was expected", r.ID, r.Type)
	}
	rule := evidence.SignOnRule{
		ID: r.ID, Name: r.Name, Active: lifecycle(r.Status), System: r.System,
		MFARequired:            r.Actions.SignOn.RequireFactor,
		SessionIdleMinutes:     r.Actions.SignOn.Session.MaxIdle,
		SessionLifetimeMinutes: r.Actions.SignOn.Session.MaxLifetime,
		PersistentCookie:       r.Actions.SignOn.Session.Persistent,
		Ways:                   []evidence.FactorWay{}, // which factors is not this policy's to say
	}
	switch r.Actions.SignOn.Access {
	case "ALLOW":
		rule.Allow = new(true)
	case "DENY":
		rule.Allow = new(false)
	}
	priority := int64(math.MaxInt64) // a rule without priority is tried last
	if r.Priority != nil {
		priority = *r.Priority
	}
	return rule, priority, nil
}
