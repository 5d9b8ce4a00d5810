package evidence

import "time"

var branchHistoryKind = KindInfo{Kind: "BranchHistory", New: func() any { return new(BranchHistory) }, Doc: "How a repository's default branch came to hold what it holds: what was put there without a change request."}

// BranchHistory is how a default branch moved in the days before it was read.
type BranchHistory struct {
	Repository *string `json:"repository,omitzero"` // owner/name
	Branch     *string `json:"branch,omitzero"`
	Archived   *bool   `json:"archived,omitzero"`
	// Days is how far back it was read.
	Days *int64 `json:"days,omitzero"`
	// Whole: it was read back to the branch's beginning, however few days that is.
	// Never false: where it was not, nobody read further.
	Whole *bool `json:"whole,omitzero"`
	// Pushes are the movements other than the merge of a change request, newest first.
	// github: GET /repos/{owner}/{repo}/activity
	Pushes []BranchPush `json:"pushes,omitzero"`
}

// BranchPush is a movement of a branch that was no merge of a change request.
type BranchPush struct {
	// Type is the provider's word: push, force_push, branch_creation, branch_deletion.
	Type   string    `json:"type" seen:"always"`
	Actor  string    `json:"actor,omitempty" seen:"always"` // who pushed; empty: the account is gone
	At     time.Time `json:"at" seen:"always"`
	Before string    `json:"before" seen:"always"` // commits
	After  string    `json:"after" seen:"always"`
	// Requested: it brought exactly what a merged change request to this branch asked for.
	// github: GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls
	Requested *bool `json:"requested,omitzero"`
	// Paths are the files it changed.
	// github: GET /repos/{owner}/{repo}/compare/{basehead}
	Paths []string `json:"paths,omitzero"`
}
