package github

import (
	"context"
	"encoding/json"

	"github.com/controlwatch/controlwatch/evidence"
)

// ruleParameters are the parameters of the rule types that are judged.
type ruleParameters struct {
	Approvals    int64 `json:"required_approving_review_count"`
	DismissStale bool  `json:"dismiss_stale_reviews_on_push"`
	LastPush     bool  `json:"require_last_push_approval"`
	CodeOwners   bool  `json:"require_code_owner_review"`
	Threads      bool  `json:"required_review_thread_resolution"`
	StatusChecks []struct {
		Context string `json:"context"`
	} `json:"required_status_checks"`
	Strict    bool `json:"strict_required_status_checks_policy"`
	Workflows []struct {
		Path string `json:"path"`
	} `json:"workflows"`
}

// readRules reads the rules that apply to a branch. It does not use go-github's
// types: v60 fails on a whole answer that holds one rule type it does not know.
// A rule that cannot be read makes all of them unseen: a part of the list would
// look like all of it.
func readRules(ctx context.Context, c *session, path string) ([]evidence.BranchRulesetRule, error) {
	items, err := c.list(ctx, readBranchRules, path)
	if notInPlan(err) {
		return []evidence.BranchRulesetRule{}, nil
	}
	if err != nil {
		return nil, err
	}
	rules := make([]evidence.BranchRulesetRule, 0, len(items))
	for _, item := range items {
		r, err := parseRule(item)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// parseRule keeps types that are not judged, and types newer than this version,
// by name; their parameters may have any shape.
func parseRule(item json.RawMessage) (evidence.BranchRulesetRule, error) {
	var head struct {
		Type       string          `json:"type"`
		RulesetID  int64           `json:"ruleset_id"`
		Source     string          `json:"ruleset_source"`
		Parameters json.RawMessage `json:"parameters"`
	}
	if err := json.Unmarshal(item, &head); err != nil || head.Type == "" || head.RulesetID == 0 {
		return evidence.BranchRulesetRule{}, unreadable(readBranchRules, "a rule without type or ruleset_id", err)
	}
	r := evidence.BranchRulesetRule{RulesetID: head.RulesetID, Source: head.Source, Type: head.Type}
	if head.Type != "pull_request" && head.Type != "required_status_checks" && head.Type != "workflows" {
		return r, nil
	}
	var p ruleParameters
	if err := decode(head.Parameters, &p); err != nil {
		return evidence.BranchRulesetRule{}, unreadable(readBranchRules, "the parameters of a "+head.Type+" rule", err)
	}
	r.Approvals, r.DismissStaleReviews, r.LastPushApproval = p.Approvals, p.DismissStale, p.LastPush
	r.CodeOwnerReview, r.ResolveThreads = p.CodeOwners, p.Threads
	for _, check := range p.StatusChecks {
		r.StatusChecks = append(r.StatusChecks, check.Context)
	}
	r.StatusChecksStrict = p.Strict
	for _, w := range p.Workflows {
		r.RequiredWorkflows = append(r.RequiredWorkflows, w.Path)
	}
	return r, nil
}
