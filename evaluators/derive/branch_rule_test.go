package derive_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func branch(t *testing.T, b evidence.BranchRule, holes ...evidence.Hole) (*evidence.BranchRule, evidence.Fact) {
	t.Helper()
	f := fact("BranchRule", "github.branch", "r", &b)
	f.Holes = holes
	got := derive.All(world(f))[0]
	return got.Body.(*evidence.BranchRule), got
}

func open() *evidence.Protection {
	return &evidence.Protection{
		Exists: new(false), PullRequestRequired: new(false), Approvals: new(int64(0)), DismissStaleReviews: new(false),
		LastPushApproval: new(false), CodeOwnerReview: new(false), StatusChecks: []string{}, StatusChecksStrict: new(false), RequiredWorkflows: []string{}, ForcePushBlocked: new(false),
		DeletionBlocked: new(false), AdminsBound: new(false), SignedCommits: new(false), ConversationResolved: new(false),
	}
}

func TestRulesets(t *testing.T) {
	t.Parallel()

	t.Run("the strictest of several rules holds", func(t *testing.T) {
		t.Parallel()
		b, _ := branch(t, evidence.BranchRule{Bypasses: []evidence.RulesetBypass{}, Rules: []evidence.BranchRulesetRule{
			{RulesetID: 1, Type: "pull_request", Approvals: 1, DismissStaleReviews: true, ResolveThreads: true},
			{RulesetID: 2, Type: "pull_request", Approvals: 2, CodeOwnerReview: true, LastPushApproval: true},
			{RulesetID: 1, Type: "required_status_checks", StatusChecks: []string{"test", "build"}},
			{RulesetID: 2, Type: "required_status_checks", StatusChecks: []string{"lint", "test"}, StatusChecksStrict: true},
			{RulesetID: 2, Type: "workflows", RequiredWorkflows: []string{".github/workflows/scan.yml"}},
			{RulesetID: 2, Type: "non_fast_forward"},
			{RulesetID: 2, Type: "deletion"},
			{RulesetID: 2, Type: "required_signatures"},
			{RulesetID: 2, Type: "merge_queue"},
			{RulesetID: 2, Type: "a_rule_from_next_year"},
		}})
		yes := new(true)
		require.Equal(t, &evidence.Protection{
			Exists: yes, PullRequestRequired: yes, Approvals: new(int64(2)), DismissStaleReviews: yes, LastPushApproval: yes, CodeOwnerReview: yes,
			StatusChecks: []string{"build", "lint", "test"}, StatusChecksStrict: yes, RequiredWorkflows: []string{".github/workflows/scan.yml"}, ForcePushBlocked: yes, DeletionBlocked: yes, AdminsBound: yes, SignedCommits: yes, ConversationResolved: yes,
		}, b.Rulesets)
	})

	t.Run("no rules demand nothing", func(t *testing.T) {
		t.Parallel()
		b, _ := branch(t, evidence.BranchRule{Rules: []evidence.BranchRulesetRule{}})
		require.Equal(t, open(), b.Rulesets)
	})

	t.Run("a rule of another type demands nothing that is judged", func(t *testing.T) {
		t.Parallel()
		b, _ := branch(t, evidence.BranchRule{Rules: []evidence.BranchRulesetRule{{Type: "merge_queue"}}, Bypasses: []evidence.RulesetBypass{}})
		require.False(t, *b.Rulesets.PullRequestRequired)
		require.False(t, *b.Rulesets.ForcePushBlocked)
	})

	t.Run("unseen rules are an unseen half, with the reason", func(t *testing.T) {
		t.Parallel()
		b, f := branch(t, evidence.BranchRule{Own: open()}, evidence.Hole{Field: "rules", Reason: evidence.Denied, Operation: "GET rules"})
		require.Nil(t, b.Rulesets)
		hole, ok := f.Hole("rulesets.approvals")
		require.True(t, ok)
		require.Equal(t, "GET rules", hole.Operation)
	})

	for name, c := range map[string]struct {
		bypasses []evidence.RulesetBypass
		want     string
	}{
		"nobody may bypass":            {[]evidence.RulesetBypass{}, "yes"},
		"an actor may always bypass":   {[]evidence.RulesetBypass{{RulesetID: 1, Actor: "Team:1", Mode: "always"}}, "no"},
		"an actor may in pull request": {[]evidence.RulesetBypass{{RulesetID: 1, Actor: "Team:1", Mode: "pull_request"}}, "no"},
		"bypasses unseen":              {nil, "unseen"},
	} {
		t.Run(name+": administrators are bound: "+c.want, func(t *testing.T) {
			t.Parallel()
			b, f := branch(t, evidence.BranchRule{Rules: []evidence.BranchRulesetRule{{RulesetID: 1, Type: "deletion"}}, Bypasses: c.bypasses})
			require.Equal(t, c.want, word(b.Rulesets.AdminsBound))
			_, hole := f.Hole("rulesets.admins_bound")
			require.Equal(t, c.want == "unseen", hole)
		})
	}
}

func TestEffective(t *testing.T) {
	t.Parallel()
	reviews := []evidence.BranchRulesetRule{{RulesetID: 1, Type: "pull_request", Approvals: 2}}
	none := []evidence.RulesetBypass{}

	t.Run("a demand of either half holds", func(t *testing.T) {
		t.Parallel()
		own := open()
		own.Exists, own.AdminsBound, own.ForcePushBlocked, own.StatusChecks = new(true), new(true), new(true), []string{"test"}
		b, _ := branch(t, evidence.BranchRule{Own: own, Rules: reviews, Bypasses: none})
		require.True(t, *b.Effective.ForcePushBlocked)
		require.True(t, *b.Effective.PullRequestRequired)
		require.Equal(t, int64(2), *b.Effective.Approvals)
		require.Equal(t, []string{"test"}, b.Effective.StatusChecks)
		require.False(t, *b.Effective.DeletionBlocked)
		require.True(t, *b.Effective.AdminsBound)
	})

	t.Run("an unseen half does not hide what the other demands", func(t *testing.T) {
		t.Parallel()
		b, f := branch(t, evidence.BranchRule{Rules: reviews, Bypasses: none}, evidence.Hole{Field: "own", Reason: evidence.Denied, Operation: "GET protection"})
		require.Equal(t, "yes", word(b.Effective.PullRequestRequired))
		require.Equal(t, "unseen", word(b.Effective.DeletionBlocked))
		require.Nil(t, b.Effective.Approvals, "the unseen half could ask for more")
		require.Nil(t, b.Effective.StatusChecks)
		hole, ok := f.Hole("effective.deletion_blocked")
		require.True(t, ok)
		require.Equal(t, "GET protection", hole.Operation)
	})

	t.Run("two unseen halves are nothing", func(t *testing.T) {
		t.Parallel()
		b, _ := branch(t, evidence.BranchRule{})
		require.Nil(t, b.Effective)
	})

	t.Run("a half that binds administrators does not vouch for one that does not", func(t *testing.T) {
		t.Parallel()
		own := open()
		own.Exists, own.AdminsBound, own.DeletionBlocked = new(true), new(true), new(true)
		b, _ := branch(t, evidence.BranchRule{Own: own, Rules: reviews, Bypasses: []evidence.RulesetBypass{{RulesetID: 1, Actor: "OrganizationAdmin:1", Mode: "always"}}})
		require.Equal(t, "no", word(b.Effective.AdminsBound))
	})

	t.Run("an own protection that does not bind is not made up for by a ruleset that does", func(t *testing.T) {
		t.Parallel()
		own := open()
		own.Exists, own.PullRequestRequired = new(true), new(true)
		b, _ := branch(t, evidence.BranchRule{Own: own, Rules: []evidence.BranchRulesetRule{{RulesetID: 1, Type: "deletion"}}, Bypasses: none})
		require.Equal(t, "no", word(b.Effective.AdminsBound))
	})

	t.Run("no protection binds nobody", func(t *testing.T) {
		t.Parallel()
		b, _ := branch(t, evidence.BranchRule{Own: open(), Rules: []evidence.BranchRulesetRule{}})
		require.Equal(t, "no", word(b.Effective.AdminsBound))
		require.Equal(t, "no", word(b.Effective.Exists))
	})
}
