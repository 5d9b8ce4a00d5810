package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var branchRuleRule = rule{kind: "BranchRule", apply: func(_ *world, s *subject) {
	b, ok := s.Body.(*evidence.BranchRule)
	if !ok {
		return
	}
	b.Rulesets = rulesets(s, b)
	b.Effective = effective(s, b)
}}

// rulesets merges the rules that apply to the branch; of several of one type the
// strictest demand holds. The bypasses bear on AdminsBound only.
func rulesets(s *subject, b *evidence.BranchRule) *evidence.Protection {
	if b.Rules == nil {
		s.miss("rulesets", sight.Holes(s.Fact, "rules"))
		return nil
	}
	m := merged{StatusChecks: []string{}, Workflows: []string{}}
	for _, r := range b.Rules {
		m.add(r)
	}
	bound := definite(len(b.Rules) > 0)
	if bound.value {
		bound = adminsBound(s, b)
	}
	exists := len(b.Rules) > 0
	return &evidence.Protection{
		Exists: &exists, PullRequestRequired: &m.PullRequest, Approvals: &m.Approvals,
		DismissStaleReviews: &m.DismissStale, LastPushApproval: &m.LastPush, CodeOwnerReview: &m.CodeOwner,
		StatusChecks: m.StatusChecks, StatusChecksStrict: &m.Strict, RequiredWorkflows: m.Workflows, ForcePushBlocked: &m.ForcePush, DeletionBlocked: &m.Deletion,
		AdminsBound: s.set("rulesets.admins_bound", bound), SignedCommits: &m.Signed, ConversationResolved: &m.Resolved,
	}
}

// adminsBound holds only where nobody may bypass. An actor in mode pull_request
// is no exception: he may merge his own pull request without what the rules ask.
func adminsBound(s *subject, b *evidence.BranchRule) truth {
	if b.Bypasses == nil {
		return unseen(sight.Holes(s.Fact, "bypasses")...)
	}
	return definite(len(b.Bypasses) == 0)
}

// merged is the strictest of the rules so far.
type merged struct {
	PullRequest, DismissStale, LastPush, CodeOwner bool
	ForcePush, Deletion, Signed, Resolved, Strict  bool
	Approvals                                      int64
	StatusChecks, Workflows                        []string
}

// add takes one rule in. Types not named here demand nothing that is judged.
// Source of the types: GET /repos/{owner}/{repo}/rules/branches/{branch}.
func (m *merged) add(r evidence.BranchRulesetRule) {
	switch r.Type {
	case "pull_request":
		m.PullRequest = true
		m.Approvals = max(m.Approvals, r.Approvals)
		m.DismissStale = m.DismissStale || r.DismissStaleReviews
		m.LastPush = m.LastPush || r.LastPushApproval
		m.CodeOwner = m.CodeOwner || r.CodeOwnerReview
		m.Resolved = m.Resolved || r.ResolveThreads
	case "required_status_checks":
		m.StatusChecks = union(m.StatusChecks, r.StatusChecks)
		m.Strict = m.Strict || r.StatusChecksStrict && len(r.StatusChecks) > 0
	case "workflows":
		m.Workflows = union(m.Workflows, r.RequiredWorkflows)
	case "non_fast_forward":
		m.ForcePush = true
	case "deletion":
		m.Deletion = true
	case "required_signatures":
		m.Signed = true
	}
}

func union(a, b []string) []string {
	all := append(append([]string{}, a...), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
