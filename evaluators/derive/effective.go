package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// effective is what the branch's own protection and the rulesets demand
// together: a demand holds if either makes it, so an unseen half matters only
// where the other does not make it.
//
// AdminsBound is the exception: it holds only if every half that exists binds
// administrators. Otherwise a half that binds them to little would vouch for one
// they can pass by. A check that is content with one half alone asks that half.
func effective(s *subject, b *evidence.BranchRule) *evidence.Protection {
	if b.Own == nil && b.Rulesets == nil {
		s.miss("effective", append(sight.Holes(s.Fact, "own"), sight.Holes(s.Fact, "rulesets")...))
		return nil
	}
	h := halves{s: s, own: b.Own, rulesets: b.Rulesets}
	return &evidence.Protection{
		Exists:               h.either("exists", func(p *evidence.Protection) *bool { return p.Exists }),
		PullRequestRequired:  h.either("pull_request_required", func(p *evidence.Protection) *bool { return p.PullRequestRequired }),
		Approvals:            h.most("approvals", func(p *evidence.Protection) *int64 { return p.Approvals }),
		DismissStaleReviews:  h.either("dismiss_stale_reviews", func(p *evidence.Protection) *bool { return p.DismissStaleReviews }),
		LastPushApproval:     h.either("last_push_approval", func(p *evidence.Protection) *bool { return p.LastPushApproval }),
		CodeOwnerReview:      h.either("code_owner_review", func(p *evidence.Protection) *bool { return p.CodeOwnerReview }),
		StatusChecks:         h.all("status_checks", func(p *evidence.Protection) []string { return p.StatusChecks }),
		StatusChecksStrict:   h.either("status_checks_strict", func(p *evidence.Protection) *bool { return p.StatusChecksStrict }),
		RequiredWorkflows:    h.all("required_workflows", func(p *evidence.Protection) []string { return p.RequiredWorkflows }),
		ForcePushBlocked:     h.either("force_push_blocked", func(p *evidence.Protection) *bool { return p.ForcePushBlocked }),
		DeletionBlocked:      h.either("deletion_blocked", func(p *evidence.Protection) *bool { return p.DeletionBlocked }),
		AdminsBound:          h.bound(),
		SignedCommits:        h.either("signed_commits", func(p *evidence.Protection) *bool { return p.SignedCommits }),
		ConversationResolved: h.either("conversation_resolved", func(p *evidence.Protection) *bool { return p.ConversationResolved }),
	}
}

// halves are the two places a demand can come from; either may be unseen.
type halves struct {
	s             *subject
	own, rulesets *evidence.Protection
}

func (h halves) switchOf(half string, p *evidence.Protection, field string, get func(*evidence.Protection) *bool) truth {
	var value *bool
	if p != nil {
		value = get(p)
	}
	return h.s.look(half+"."+field, value)
}

func (h halves) either(field string, get func(*evidence.Protection) *bool) *bool {
	return h.s.set("effective."+field, or(h.switchOf("own", h.own, field, get), h.switchOf("rulesets", h.rulesets, field, get)))
}

func (h halves) bound() *bool {
	exists := func(p *evidence.Protection) *bool { return p.Exists }
	binds := func(p *evidence.Protection) *bool { return p.AdminsBound }
	ownExists := h.switchOf("own", h.own, "exists", exists)
	ruleExists := h.switchOf("rulesets", h.rulesets, "exists", exists)
	return h.s.set("effective.admins_bound", and(
		or(ownExists, ruleExists),
		or(not(ownExists), h.switchOf("own", h.own, "admins_bound", binds)),
		or(not(ruleExists), h.switchOf("rulesets", h.rulesets, "admins_bound", binds)),
	))
}

func (h halves) most(field string, get func(*evidence.Protection) *int64) *int64 {
	own, okOwn := number(h.own, get)
	rules, okRules := number(h.rulesets, get)
	if okOwn && okRules {
		n := max(own, rules)
		return &n
	}
	h.missing(field, okOwn, okRules)
	return nil
}

func number(p *evidence.Protection, get func(*evidence.Protection) *int64) (int64, bool) {
	if p == nil || get(p) == nil {
		return 0, false
	}
	return *get(p), true
}

func (h halves) all(field string, get func(*evidence.Protection) []string) []string {
	okOwn := h.own != nil && get(h.own) != nil
	okRules := h.rulesets != nil && get(h.rulesets) != nil
	if okOwn && okRules {
		return union(get(h.own), get(h.rulesets))
	}
	h.missing(field, okOwn, okRules)
	return nil
}

func (h halves) missing(field string, okOwn, okRules bool) {
	var holes []evidence.Hole
	if !okOwn {
		holes = append(holes, sight.Holes(h.s.Fact, "own."+field)...)
	}
	if !okRules {
		holes = append(holes, sight.Holes(h.s.Fact, "rulesets."+field)...)
	}
	h.s.miss("effective."+field, holes)
}
