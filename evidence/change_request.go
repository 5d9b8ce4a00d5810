package evidence

import "time"

var changeRequestKind = KindInfo{Kind: "ChangeRequest", New: func() any { return new(ChangeRequest) }, Doc: "A change that was merged into a default branch on request, and who approved it."}

// ChangeRequest is a merged change: a pull request, with what was said and
// tested of it. It is told as it was merged; what was added later (a review
// after the merge, a check run again) is left to whoever judges, by its date.
type ChangeRequest struct {
	Repository *string `json:"repository,omitzero"` // owner/name
	Number     *int64  `json:"number,omitzero"`
	Title      *string `json:"title,omitzero"`
	Target     *string `json:"target,omitzero"` // the branch it was merged into
	// Author is the account that asked for the change; empty: the account is gone.
	Author      *string `json:"author,omitzero"`
	AuthorIsBot *bool   `json:"author_is_bot,omitzero"`
	// MergedBy is the account that merged it; empty: the account is gone.
	// github: GET /repos/{owner}/{repo}/pulls/{pull_number} merged_by
	MergedBy *string    `json:"merged_by,omitzero"`
	MergedAt *time.Time `json:"merged_at,omitzero"`
	// Head is the last commit of what was asked for, as it was merged; MergeCommit
	// is what the target holds since.
	Head        *string `json:"head,omitzero"`
	MergeCommit *string `json:"merge_commit,omitzero"`
	// Reviews are all that were ever submitted, oldest first.
	// github: GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews
	Reviews []ChangeReview `json:"reviews,omitzero"`
	// CommitAuthors are the accounts that wrote its commits, each once, sorted.
	// github: GET /repos/{owner}/{repo}/pulls/{pull_number}/commits author
	CommitAuthors []string `json:"commit_authors,omitzero"`
	// UnknownAuthors counts commits whose author is no account the provider knows.
	UnknownAuthors *int64 `json:"unknown_authors,omitzero"`
	// Checks are the newest result of each check on Head that was begun before the merge.
	// github: GET /repos/{owner}/{repo}/commits/{ref}/check-runs and /statuses
	Checks []ChangeCheck `json:"checks,omitzero"`

	// Approvals counts people whose last word before the merge approved Head and
	// who neither asked for the change nor wrote any of it. Derived.
	Approvals *int64 `json:"approvals,omitzero" derived:"true"`
	// ChecksPassed: each check that the target demands had passed on Head when it
	// was merged. Derived.
	ChecksPassed *bool `json:"checks_passed,omitzero" derived:"true"`
}

// The states of a review.
const (
	ReviewApproved         = "approved"
	ReviewChangesRequested = "changes_requested"
	ReviewCommented        = "commented"
	ReviewDismissed        = "dismissed" // it was one of the first two, and somebody took it back
)

// ChangeReview is what somebody said of a change.
type ChangeReview struct {
	Reviewer string    `json:"reviewer" seen:"always"` // empty: the account is gone
	Bot      bool      `json:"bot,omitempty" seen:"always"`
	State    string    `json:"state" seen:"always"`
	Commit   string    `json:"commit" seen:"always"` // what was reviewed; empty: it no longer exists
	At       time.Time `json:"at" seen:"always"`
}

// ChangeCheck is a result of a test of a change.
type ChangeCheck struct {
	Name string `json:"name" seen:"always"`
	// Conclusion is the provider's word; empty: it had not ended when the change was merged.
	Conclusion string `json:"conclusion,omitempty" seen:"always"`
}
