package github

import (
	"context"
	"errors"
	"net/http"

	"github.com/controlwatch/controlwatch/evidence"
)

// protection is the answer of GET …/branches/{branch}/protection. Absent
// objects at the top are settings that are off; GitHub leaves none of the
// switches out.
type protection struct {
	URL          string          `json:"url"`
	Enabled      *bool           `json:"enabled"`
	Reviews      *reviewRule     `json:"required_pull_request_reviews"`
	StatusChecks *statusRule     `json:"required_status_checks"`
	Admins       *settingEnabled `json:"enforce_admins"`
	ForcePushes  *settingEnabled `json:"allow_force_pushes"`
	Deletions    *settingEnabled `json:"allow_deletions"`
	Signatures   *settingEnabled `json:"required_signatures"`
	Conversation *settingEnabled `json:"required_conversation_resolution"`
}

type settingEnabled struct {
	Enabled *bool `json:"enabled"`
}

type reviewRule struct {
	Approvals    *int64 `json:"required_approving_review_count"`
	DismissStale *bool  `json:"dismiss_stale_reviews"`
	CodeOwners   *bool  `json:"require_code_owner_reviews"`
	LastPush     *bool  `json:"require_last_push_approval"`
	Bypass       struct {
		Users []struct{} `json:"users"`
		Teams []struct{} `json:"teams"`
	} `json:"bypass_pull_request_allowances"`
}

type statusRule struct {
	Contexts []string `json:"contexts"`
	Strict   *bool    `json:"strict"`
}

// readOwnProtection reads the protection set on the branch itself.
func readOwnProtection(ctx context.Context, c *session, path string, f *evidence.Fact) (*evidence.Protection, error) {
	var p protection
	_, err := c.getInto(ctx, readProtection, path, &p)
	switch {
	case err == nil && p.URL == "":
		return nil, unreadable(readProtection, "the answer is no branch protection", nil)
	case err == nil && p.Enabled != nil && !*p.Enabled:
		return unprotected(), nil
	case err == nil:
		return p.neutral(f), nil
	case refusedWith(err, http.StatusNotFound, "Branch not protected"), notInPlan(err):
		// Only administrators are told that it is not protected; everybody else is
		// told "Not Found".
		return unprotected(), nil
	case refusedWith(err, http.StatusNotFound, "Branch not found"):
		// An empty repository has a default branch by name only. A protection rule for
		// that name may be waiting for it, but is not shown here: neither protected nor
		// unprotected is known. Rulesets are shown for branches that do not exist yet.
		return nil, &evidence.Unseen{
			Reason: evidence.NotCollected, Operation: readProtection,
			Err:  errors.New("the branch does not exist yet, and GitHub shows the protection of existing branches only"),
			Hint: "push a first commit, or archive or delete the repository",
		}
	}
	return nil, err
}

// unprotected is what a branch demands that has no protection: nothing.
func unprotected() *evidence.Protection {
	return &evidence.Protection{
		Exists: no(), PullRequestRequired: no(), Approvals: new(int64), DismissStaleReviews: no(),
		LastPushApproval: no(), CodeOwnerReview: no(), StatusChecks: []string{}, StatusChecksStrict: no(), RequiredWorkflows: []string{}, ForcePushBlocked: no(),
		DeletionBlocked: no(), AdminsBound: no(), SignedCommits: no(), ConversationResolved: no(),
	}
}

func no() *bool { return new(bool) }

// neutral states a protection in neutral words; what GitHub left out is missed.
func (p protection) neutral(f *evidence.Fact) *evidence.Protection {
	exists, reviewed := true, p.Reviews != nil
	own := &evidence.Protection{Exists: &exists, PullRequestRequired: &reviewed}
	if reviewed {
		own.Approvals = seen(f, "own.approvals", p.Reviews.Approvals)
		own.DismissStaleReviews = seen(f, "own.dismiss_stale_reviews", p.Reviews.DismissStale)
		own.LastPushApproval = seen(f, "own.last_push_approval", p.Reviews.LastPush)
		own.CodeOwnerReview = seen(f, "own.code_owner_review", p.Reviews.CodeOwners)
	} else {
		own.Approvals = new(int64)
		own.DismissStaleReviews, own.LastPushApproval, own.CodeOwnerReview = no(), no(), no()
	}
	// Only rulesets can demand workflows.
	own.StatusChecks, own.StatusChecksStrict, own.RequiredWorkflows = []string{}, no(), []string{}
	if p.StatusChecks != nil {
		own.StatusChecksStrict = seen(f, "own.status_checks_strict", p.StatusChecks.Strict)
		if own.StatusChecks = p.StatusChecks.Contexts; own.StatusChecks == nil {
			f.Miss("own.status_checks", leftOut())
		}
	}
	own.ForcePushBlocked = not(seen(f, "own.force_push_blocked", p.ForcePushes.value()))
	own.DeletionBlocked = not(seen(f, "own.deletion_blocked", p.Deletions.value()))
	own.SignedCommits = seen(f, "own.signed_commits", p.Signatures.value())
	own.ConversationResolved = seen(f, "own.conversation_resolved", p.Conversation.value())
	own.AdminsBound = seen(f, "own.admins_bound", p.Admins.value())
	if p.Reviews.bypassedByPeople() {
		// People on this list need no pull request even where administrators are
		// bound, and GitHub does not say who of them is one.
		own.AdminsBound = no()
	}
	return own
}

func (s *settingEnabled) value() *bool {
	if s == nil {
		return nil
	}
	return s.Enabled
}

func (r *reviewRule) bypassedByPeople() bool {
	return r != nil && len(r.Bypass.Users)+len(r.Bypass.Teams) > 0
}

func seen[T any](f *evidence.Fact, field string, v *T) *T {
	if v == nil {
		f.Miss(field, leftOut())
	}
	return v
}

func leftOut() error {
	return unreadable(readProtection, "GitHub left it out of its answer", nil)
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	inverse := !*b
	return &inverse
}
