package derive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var changeRequestRule = rule{kind: "ChangeRequest", apply: func(w *world, s *subject) {
	c, ok := s.Body.(*evidence.ChangeRequest)
	if !ok {
		return
	}
	c.Approvals = approvals(s, c)
	c.ChecksPassed = s.set("checks_passed", checksPassed(w, s, c))
}}

// approvals counts people. One who wrote a part of the change under an address
// that no account is known for could be any of those who approved.
func approvals(s *subject, c *evidence.ChangeRequest) *int64 {
	none := new(int64)
	lost := func(fields ...string) *int64 {
		for _, field := range fields {
			s.miss("approvals", sight.Holes(s.Fact, field))
		}
		return nil
	}
	switch {
	case c.Reviews == nil:
		return lost("reviews")
	case c.Head == nil || c.MergedAt == nil:
		return lost("head", "merged_at")
	}
	approvers := approvers(c)
	switch {
	case len(approvers) == 0:
		return none
	case c.Author == nil:
		return lost("author")
	case c.CommitAuthors == nil:
		return lost("commit_authors")
	}
	count := int64(0)
	for _, login := range approvers {
		wrote := func(author string) bool { return strings.EqualFold(author, login) }
		if !wrote(*c.Author) && !slices.ContainsFunc(c.CommitAuthors, wrote) {
			count++
		}
	}
	switch {
	case count == 0:
		return none
	case c.UnknownAuthors == nil:
		return lost("unknown_authors")
	case *c.UnknownAuthors > 0:
		s.miss("approvals", []evidence.Hole{{
			Field: "unknown_authors", Reason: evidence.NotCollected,
			Detail: fmt.Sprintf("%d commits were written under an address that no account is known for, so whether an approver wrote them is not known", *c.UnknownAuthors),
		}})
		return nil
	}
	return &count
}

// approvers are the people whose last word before the merge was an approval of
// what was merged. A comment takes nothing back.
func approvers(c *evidence.ChangeRequest) []string {
	last := map[string]evidence.ChangeReview{}
	for _, r := range c.Reviews {
		if r.State == evidence.ReviewCommented || r.Reviewer == "" || r.Bot || r.At.After(*c.MergedAt) {
			continue
		}
		if was, ok := last[r.Reviewer]; !ok || !r.At.Before(was.At) {
			last[r.Reviewer] = r
		}
	}
	var logins []string
	for login, r := range last {
		if r.State == evidence.ReviewApproved && r.Commit == *c.Head {
			logins = append(logins, login)
		}
	}
	slices.Sort(logins)
	return logins
}

// checksPassed holds the checks the branch demands today against those that ran.
// What was demanded when the change was merged is recorded nowhere: a check that
// did not run may have been demanded or not.
func checksPassed(w *world, s *subject, c *evidence.ChangeRequest) truth {
	if c.Repository == nil || c.Target == nil {
		return unseen(append(sight.Holes(s.Fact, "repository"), sight.Holes(s.Fact, "target")...)...)
	}
	rule, holes := branchRuleOf(w, s, *c.Repository, *c.Target)
	if rule == nil {
		return unseen(holes...)
	}
	demanded, all := demandedChecks(rule)
	truths := []truth{all}
	for _, name := range demanded {
		truths = append(truths, checkPassed(s, c, name))
	}
	return and(truths...)
}

func checkPassed(s *subject, c *evidence.ChangeRequest, name string) truth {
	if c.Checks == nil {
		return unseen(sight.Holes(s.Fact, "checks")...)
	}
	for _, check := range c.Checks {
		if check.Name == name {
			// GitHub, "About protected branches": successful, skipped, or neutral.
			return definite(check.Conclusion == "success" || check.Conclusion == "skipped" || check.Conclusion == "neutral")
		}
	}
	return unseen(evidence.Hole{
		Field: "checks", Reason: evidence.NotCollected,
		Detail: fmt.Sprintf("%s is demanded today and did not run; whether it was demanded when the change was merged is recorded nowhere", name),
	})
}

// branchRuleOf finds what protects the branch a change went to.
func branchRuleOf(w *world, s *subject, repository, branch string) (*subject, []evidence.Hole) {
	for _, f := range w.beside(s.Resource, "BranchRule") {
		b, ok := f.Body.(*evidence.BranchRule)
		if !ok || b.Repository == nil || b.Branch == nil || *b.Repository != repository || *b.Branch != branch {
			continue
		}
		if h, lost := w.Fact(f); lost {
			return nil, []evidence.Hole{h}
		}
		return &subject{f}, nil
	}
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "BranchRule")
	if len(holes) == 0 {
		holes = []evidence.Hole{{Type: "BranchRule", Reason: evidence.NotCollected, Detail: "nothing is known of what protects " + repository + ":" + branch}}
	}
	return nil, holes
}

// demandedChecks are the checks either half demands, and whether both halves are known.
func demandedChecks(rule *subject) (names []string, all truth) {
	b, ok := rule.Body.(*evidence.BranchRule)
	if !ok {
		return nil, unseen()
	}
	all = definite(true)
	if b.Own == nil || b.Own.StatusChecks == nil {
		all = and(all, unseen(sight.Holes(rule.Fact, "own.status_checks")...))
	} else {
		names = b.Own.StatusChecks
	}
	if b.Rules == nil {
		all = and(all, unseen(sight.Holes(rule.Fact, "rules")...))
	}
	for _, r := range b.Rules {
		names = union(names, r.StatusChecks)
	}
	return names, all
}
