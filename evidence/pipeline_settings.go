package evidence

import "time"

var pipelineSettingsKind = KindInfo{Kind: "PipelineSettings", New: func() any { return new(PipelineSettings) }, Doc: "What the pipelines of an organisation or repository may run and reach."}

// PipelineSettings is what the pipelines of an organisation or a repository may
// run and reach. github: GET /orgs/{org}/actions/… and /repos/{owner}/{repo}/actions/…
type PipelineSettings struct {
	Repository *string `json:"repository,omitzero"` // owner/name; empty: the organisation's own settings
	Visibility *string `json:"visibility,omitzero"` // the repository's: public, internal, private
	// Archived: the repository is read-only and runs nothing; the rest is then not read.
	Archived *bool `json:"archived,omitzero"`
	Enabled  *bool `json:"enabled,omitzero"` // pipelines run at all. github: enabled, enabled_repositories

	// AllowedActions is whose actions may run: all, local_only, selected.
	AllowedActions *string `json:"allowed_actions,omitzero"`
	// Patterns are the actions allowed by name where they are selected; empty otherwise.
	Patterns        []string         `json:"patterns,omitzero"`         // patterns_allowed
	GitHubOwned     *bool            `json:"github_owned,omitzero"`     // github_owned_allowed; unset unless selected
	VerifiedAllowed *bool            `json:"verified_allowed,omitzero"` // verified_allowed; unset unless selected
	PinningRequired *bool            `json:"pinning_required,omitzero"` // sha_pinning_required: actions by commit hash only
	TokenPermission *string          `json:"token_permission,omitzero"` // default_workflow_permissions: read, write
	TokenApproves   *bool            `json:"token_approves,omitzero"`   // can_approve_pull_request_reviews
	ForkApproval    *string          `json:"fork_approval,omitzero"`    // approval_policy; public repositories only
	SubjectDefault  *bool            `json:"subject_default,omitzero"`  // OIDC use_default, of a repository
	SubjectClaims   []string         `json:"subject_claims,omitzero"`   // OIDC include_claim_keys
	Secrets         []PipelineSecret `json:"secrets,omitzero"`          // names of the secrets pipelines are given; never a value
	// RunnerGroups are the organisation's own machines. Organisation only.
	RunnerGroups []RunnerGroup `json:"runner_groups,omitzero"`
	// Runners are the names of own machines registered at the repository itself.
	// Public repositories only.
	Runners []string `json:"runners,omitzero"`
}

// PipelineSecret is a secret by name. Its value can be read by nobody.
type PipelineSecret struct {
	Name       string    `json:"name" seen:"always"`
	CreatedAt  time.Time `json:"created_at" seen:"always"`
	UpdatedAt  time.Time `json:"updated_at" seen:"always"`
	Visibility *string   `json:"visibility,omitzero"` // of an organisation's: all, private, selected
}

// RunnerGroup is a set of own machines and who may use them.
// github: GET /orgs/{org}/actions/runner-groups
type RunnerGroup struct {
	ID                 string  `json:"id" seen:"always"`
	Name               string  `json:"name" seen:"always"`
	Visibility         *string `json:"visibility,omitzero"`          // all, private, selected repositories
	PublicRepositories *bool   `json:"public_repositories,omitzero"` // allows_public_repositories
	WorkflowsLimited   *bool   `json:"workflows_limited,omitzero"`   // restricted_to_workflows
}
