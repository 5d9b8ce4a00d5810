package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

const enrolmentPolicyType = "okta.policy.enrolment"

// Calls: ⌈policies/page⌉ + policies.
var enrolmentPoliciesCollector = evidence.Collector{
	Name:        "okta_enrolment_policies",
	Doc:         "Reads the authenticator enrolment policies (in Classic Engine: multifactor enrolment policies) and their rules.",
	Populations: []evidence.Population{{Kind: "EnrolmentPolicy", Type: enrolmentPolicyType}},
	Reads:       []string{readPolicies.operation, readRules.operation},
	Permissions: []string{readPolicies.scope},
}

// enrolments are what a policy says of each authenticator, or, in policies that
// come from Classic Engine, of each factor.
type enrolments struct {
	Authenticators []struct {
		Key    string    `json:"key"`
		Enroll enrolment `json:"enroll"`
	} `json:"authenticators"`
	Factors map[string]struct {
		Enroll enrolment `json:"enroll"`
	} `json:"factors"`
}

type enrolment struct {
	Self string `json:"self"`
}

func (s *source) collectEnrolmentPolicies(ctx context.Context, rec *evidence.Recorder) error {
	return s.listPolicies(ctx, rec, url.Values{"type": {"MFA_ENROLL"}}, func(p listed) error {
		body := &evidence.EnrolmentPolicy{Active: lifecycle(p.Status), System: p.System, Priority: p.Priority, Groups: p.groups()}
		f := evidence.Fact{Resource: s.resource("EnrolmentPolicy", enrolmentPolicyType, p.ID, p.Name), Body: body}
		var err error
		if body.Methods, err = p.Settings.methods(); err != nil {
			f.Miss("methods", unseen(readPolicies, evidence.ProviderError, err))
		}
		body.Rules, err = s.readEnrolmentRules(ctx, p.ID)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			f.Miss("rules", err)
		}
		return rec.Add(f)
	})
}

// methods are in the order of their keys. Neither list in the answer is no policy
// without methods: it is an answer in another form.
func (e enrolments) methods() ([]evidence.EnrolmentMethod, error) {
	if e.Authenticators == nil && e.Factors == nil {
		return nil, errors.New("the policy has neither authenticators nor factors")
	}
	all := []evidence.EnrolmentMethod{}
	add := func(key, demand string) error {
		if key == "" {
			return errors.New("an authenticator of the policy has no key")
		}
		switch demand {
		case "REQUIRED", "OPTIONAL", "NOT_ALLOWED":
			all = append(all, evidence.EnrolmentMethod{Key: key, Demand: &demand})
			return nil
		}
		return fmt.Errorf("enrolment %q of %s is not one Okta documents", demand, key)
	}
	for _, a := range e.Authenticators {
		if err := add(a.Key, a.Enroll.Self); err != nil {
			return nil, err
		}
	}
	for key, f := range e.Factors {
		if err := add(key, f.Enroll.Self); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b evidence.EnrolmentMethod) int { return strings.Compare(a.Key, b.Key) })
	return all, nil
}

func (s *source) readEnrolmentRules(ctx context.Context, policyID string) ([]evidence.EnrolmentRule, error) {
	rules := []evidence.EnrolmentRule{}
	err := s.client.list(ctx, readRules, "/api/v1/policies/"+policyID+"/rules", nil, func(page []json.RawMessage) error {
		for _, raw := range page {
			rule, err := parseEnrolmentRule(raw)
			if err != nil {
				return unseen(readRules, evidence.ProviderError, err)
			}
			rules = append(rules, rule)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rules, nil
}

func parseEnrolmentRule(raw json.RawMessage) (evidence.EnrolmentRule, error) {
	var r struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Name    string `json:"name"`
		Status  string `json:"status"`
		Actions struct {
			Enroll enrolment `json:"enroll"`
		} `json:"actions"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return evidence.EnrolmentRule{}, fmt.Errorf("a rule cannot be read: %w", err)
	}
	switch {
	case r.ID == "":
		return evidence.EnrolmentRule{}, errors.New("a rule has no id")
	case r.Type != "MFA_ENROLL":
		return evidence.EnrolmentRule{}, fmt.Errorf("rule %s has type %q where MFA_ENROLL was expected", r.ID, r.Type)
	}
	rule := evidence.EnrolmentRule{ID: r.ID, Name: r.Name, Active: lifecycle(r.Status)}
	if r.Actions.Enroll.Self != "" {
		rule.Prompt = &r.Actions.Enroll.Self
	}
	return rule, nil
}
