package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func change(edit func(*evidence.ChangeRequest)) evidence.Fact {
	merged := now.Add(-time.Hour)
	c := &evidence.ChangeRequest{
		Repository: new("acme/arm"), Target: new("main"), Author: new("ada"), MergedAt: &merged, Head: new("abc"),
		Reviews: []evidence.ChangeReview{approval("grace")}, CommitAuthors: []string{"ada"}, UnknownAuthors: new(int64(0)), Checks: []evidence.ChangeCheck{},
	}
	edit(c)
	return fact("ChangeRequest", "github.pull_request", "1", c)
}

func approval(by string) evidence.ChangeReview {
	return evidence.ChangeReview{Reviewer: by, State: evidence.ReviewApproved, Commit: "abc", At: now.Add(-2 * time.Hour)}
}

func later(r evidence.ChangeReview, state string, by time.Duration) evidence.ChangeReview {
	r.State, r.At = state, r.At.Add(by)
	return r
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*evidence.ChangeRequest)
		want string // a number, or unseen
	}{
		"somebody else's approval":    {func(*evidence.ChangeRequest) {}, "1"},
		"two approvals":               {func(c *evidence.ChangeRequest) { c.Reviews = append(c.Reviews, approval("linus")) }, "2"},
		"two approvals of one person": {func(c *evidence.ChangeRequest) { c.Reviews = append(c.Reviews, approval("grace")) }, "1"},
		"no review":                   {func(c *evidence.ChangeRequest) { c.Reviews = []evidence.ChangeReview{} }, "0"},
		"the author's own":            {func(c *evidence.ChangeRequest) { c.Reviews = []evidence.ChangeReview{approval("Ada")} }, "0"},
		"one who wrote a part":        {func(c *evidence.ChangeRequest) { c.CommitAuthors = []string{"ada", "grace"} }, "0"},
		"one of two wrote a part": {func(c *evidence.ChangeRequest) {
			c.Reviews, c.CommitAuthors = append(c.Reviews, approval("linus")), []string{"ada", "grace"}
		}, "1"},
		"an approval of an older commit":         {func(c *evidence.ChangeRequest) { c.Reviews[0].Commit = "older" }, "0"},
		"an approval of a commit that is gone":   {func(c *evidence.ChangeRequest) { c.Reviews[0].Commit = "" }, "0"},
		"an approval after the merge":            {func(c *evidence.ChangeRequest) { c.Reviews[0].At = now }, "0"},
		"a program's approval":                   {func(c *evidence.ChangeRequest) { c.Reviews[0].Bot = true }, "0"},
		"an approval of an account that is gone": {func(c *evidence.ChangeRequest) { c.Reviews[0].Reviewer = "" }, "0"},
		"an approval taken back": {func(c *evidence.ChangeRequest) {
			c.Reviews = append(c.Reviews, later(c.Reviews[0], evidence.ReviewChangesRequested, time.Minute))
		}, "0"},
		"an approval dismissed": {func(c *evidence.ChangeRequest) { c.Reviews[0].State = evidence.ReviewDismissed }, "0"},
		"an approval taken back after the merge": {func(c *evidence.ChangeRequest) {
			c.Reviews = append(c.Reviews, later(c.Reviews[0], evidence.ReviewChangesRequested, 90*time.Minute))
		}, "1"},
		"a comment after the approval": {func(c *evidence.ChangeRequest) {
			c.Reviews = append(c.Reviews, later(c.Reviews[0], evidence.ReviewCommented, time.Minute))
		}, "1"},
		"an approval after a refusal": {func(c *evidence.ChangeRequest) {
			c.Reviews = append(c.Reviews, later(c.Reviews[0], evidence.ReviewChangesRequested, -time.Hour))
		}, "1"},
		"commits of nobody known": {func(c *evidence.ChangeRequest) { c.UnknownAuthors = new(int64(1)) }, "unseen"},
		"commits of nobody known and no approval": {func(c *evidence.ChangeRequest) {
			c.UnknownAuthors, c.Reviews = new(int64(1)), []evidence.ChangeReview{}
		}, "0"},
		"unseen reviews":                              {func(c *evidence.ChangeRequest) { c.Reviews = nil }, "unseen"},
		"unseen authors of commits":                   {func(c *evidence.ChangeRequest) { c.CommitAuthors = nil }, "unseen"},
		"an unseen number of commits of nobody known": {func(c *evidence.ChangeRequest) { c.UnknownAuthors = nil }, "unseen"},
		"an unseen author":                            {func(c *evidence.ChangeRequest) { c.Author = nil }, "unseen"},
		"an author whose account is gone":             {func(c *evidence.ChangeRequest) { c.Author = new("") }, "1"},
		"an unseen author and no approval":            {func(c *evidence.ChangeRequest) { c.Author, c.Reviews = nil, []evidence.ChangeReview{} }, "0"},
		"an unseen head":                              {func(c *evidence.ChangeRequest) { c.Head = nil }, "unseen"},
		"an unseen time of the merge":                 {func(c *evidence.ChangeRequest) { c.MergedAt = nil }, "unseen"},
	} {
		t.Run("with "+name+" there are: "+c.want, func(t *testing.T) {
			t.Parallel()
			f := derive.All(world(change(c.edit)))[0]
			got := f.Body.(*evidence.ChangeRequest).Approvals
			if c.want == "unseen" {
				require.Nil(t, got)
				_, told := f.Hole("approvals")
				require.True(t, told)
				return
			}
			require.NotNil(t, got)
			require.Equal(t, c.want, map[int64]string{0: "0", 1: "1", 2: "2"}[*got])
		})
	}
}

func TestChecksPassed(t *testing.T) {
	t.Parallel()
	protected := func(edit func(*evidence.BranchRule)) evidence.Fact {
		own := open()
		own.StatusChecks = []string{"build"}
		b := &evidence.BranchRule{
			Repository: new("acme/arm"), Branch: new("main"), Own: own, Bypasses: []evidence.RulesetBypass{},
			Rules: []evidence.BranchRulesetRule{{RulesetID: 1, Type: "required_status_checks", StatusChecks: []string{"test"}}},
		}
		edit(b)
		return fact("BranchRule", "github.branch", "arm", b)
	}
	same := func(*evidence.BranchRule) {}
	ran := func(build, test string) []evidence.ChangeCheck {
		return []evidence.ChangeCheck{{Name: "build", Conclusion: build}, {Name: "lint", Conclusion: "failure"}, {Name: "test", Conclusion: test}}
	}
	for name, c := range map[string]struct {
		checks []evidence.ChangeCheck
		rule   func(*evidence.BranchRule)
		want   string
	}{
		"both halves' checks passed":                    {ran("success", "success"), same, "yes"},
		"one was skipped and one neutral":               {ran("skipped", "neutral"), same, "yes"},
		"one failed":                                    {ran("success", "failure"), same, "no"},
		"one had not ended":                             {ran("", "success"), same, "no"},
		"one was cancelled":                             {ran("cancelled", "success"), same, "no"},
		"one did not run":                               {ran("success", "success")[:1], same, "unseen"},
		"one did not run and one failed":                {ran("failure", "")[:1], same, "no"},
		"none is demanded":                              {[]evidence.ChangeCheck{}, func(b *evidence.BranchRule) { b.Own, b.Rules = open(), []evidence.BranchRulesetRule{} }, "yes"},
		"none is demanded and none was seen":            {nil, func(b *evidence.BranchRule) { b.Own, b.Rules = open(), []evidence.BranchRulesetRule{} }, "yes"},
		"checks were not seen":                          {nil, same, "unseen"},
		"half of the rule was not seen":                 {ran("success", "success"), func(b *evidence.BranchRule) { b.Own = nil }, "unseen"},
		"half was not seen and one of the other failed": {ran("success", "failure"), func(b *evidence.BranchRule) { b.Own = nil }, "no"},
		"the other half of the rule was not seen":       {ran("success", "success"), func(b *evidence.BranchRule) { b.Rules = nil }, "unseen"},
		"the rule is of another branch":                 {ran("success", "success"), func(b *evidence.BranchRule) { b.Branch = new("next") }, "unseen"},
		"the rule is of another repository":             {ran("success", "success"), func(b *evidence.BranchRule) { b.Repository = new("acme/leg") }, "unseen"},
	} {
		t.Run("where "+name+" it is: "+c.want, func(t *testing.T) {
			t.Parallel()
			f := derive.All(world(change(func(r *evidence.ChangeRequest) { r.Checks = c.checks }), protected(c.rule)))[0]
			require.Equal(t, c.want, word(f.Body.(*evidence.ChangeRequest).ChecksPassed))
			_, told := f.Hole("checks_passed")
			require.Equal(t, c.want == "unseen", told)
		})
	}

	t.Run("a rule seen too long ago demands nothing that is known", func(t *testing.T) {
		t.Parallel()
		old := protected(same)
		old.Seen = now.Add(-25 * time.Hour)
		f := derive.All(world(change(func(r *evidence.ChangeRequest) { r.Checks = ran("success", "success") }), old))[0]
		require.Nil(t, f.Body.(*evidence.ChangeRequest).ChecksPassed)
	})
}
