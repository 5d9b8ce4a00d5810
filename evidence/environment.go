package evidence

import "time"

var environmentKind = KindInfo{Kind: "Environment", New: func() any { return new(Environment) }, Doc: "A place that pipelines deploy to, and what stands in front of it."}

// Environment is a place that a repository's pipelines deploy to, and what
// stands in front of it.
type Environment struct {
	Repository *string `json:"repository,omitzero"` // owner/name
	Name       *string `json:"name,omitzero"`       // "production"
	// Archived: its repository is read-only, so nothing is deployed.
	Archived  *bool      `json:"archived,omitzero"`
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// Reviewers must approve a deployment: "User:ada", "Team:platform"; any one of
	// them does. github: protection rule required_reviewers
	Reviewers []string `json:"reviewers,omitzero"`
	// PreventSelfReview: who started a deployment cannot approve it. github: prevent_self_review
	PreventSelfReview *bool `json:"prevent_self_review,omitzero"`
	// WaitMinutes is how long a deployment waits. github: protection rule wait_timer
	WaitMinutes *int64 `json:"wait_minutes,omitzero"`
	// BranchesLimited: only chosen or protected branches deploy. github: deployment_branch_policy
	BranchesLimited *bool `json:"branches_limited,omitzero"`
	// AdminsBypass: administrators may deploy past all of this. github: can_admins_bypass
	AdminsBypass *bool `json:"admins_bypass,omitzero"`
	// Secrets are the names of what its deployments are given; never a value.
	// github: GET /repos/{owner}/{repo}/environments/{environment_name}/secrets
	Secrets []PipelineSecret `json:"secrets,omitzero"`
}
