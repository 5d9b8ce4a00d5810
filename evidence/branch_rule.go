package evidence

var branchRuleKind = KindInfo{Kind: "BranchRule", New: func() any { return new(BranchRule) }, Doc: "What protects a repository's default branch."}

// BranchRule is what protects a repository's default branch: the branch's own
// protection and the rulesets above it. Either alone can hold a rule, and the
// stricter wins, so a check asks `own` or `rulesets`, and an unseen half does
// not hide what the other half proves.
type BranchRule struct {
	Repository *string `json:"repository,omitzero"` // owner/name
	Branch     *string `json:"branch,omitzero"`
	Archived   *bool   `json:"archived,omitzero"` // read-only: nothing can be changed through it
	// Topics are the repository's; what a company marks as critical bears one.
	Topics []string `json:"topics,omitzero"`
	// Properties are the repository's own, "name=value"; of several values each has an entry.
	// github: GET /orgs/{org}/repos custom_properties
	Properties []string `json:"properties,omitzero"`
	// Own is the protection set on the branch itself.
	// github: GET /repos/{owner}/{repo}/branches/{branch}/protection
	Own *Protection `json:"own,omitzero"`
	// Rulesets merges all active rulesets that apply to the branch. Derived.
	Rulesets *Protection `json:"rulesets,omitzero" derived:"true"`
	// Effective merges Own and Rulesets; a field is unseen where the unseen half could change it. Derived.
	Effective *Protection `json:"effective,omitzero" derived:"true"`
	// Rules are the rules that apply to the branch, as the provider lists them
	// (active rulesets only, of repository, organisation and enterprise).
	// github: GET /repos/{owner}/{repo}/rules/branches/{branch}
	Rules []BranchRulesetRule `json:"rules,omitzero"`
	// Bypasses are the actors who may pass by the rulesets that apply.
	// github: GET /repos/{owner}/{repo}/rulesets/{id} bypass_actors, visible with write access only
	Bypasses []RulesetBypass `json:"bypasses,omitzero"`
}

// Protection is a neutral statement of what a branch demands.
type Protection struct {
	Exists               *bool    `json:"exists,omitzero"`                // anything at all is set
	PullRequestRequired  *bool    `json:"pull_request_required,omitzero"` // no direct pushes
	Approvals            *int64   `json:"approvals,omitzero"`             // approving reviews needed; 0: none
	DismissStaleReviews  *bool    `json:"dismiss_stale_reviews,omitzero"` // a new push voids approvals
	LastPushApproval     *bool    `json:"last_push_approval,omitzero"`    // the last pusher cannot be the only approver
	CodeOwnerReview      *bool    `json:"code_owner_review,omitzero"`     // code owners must approve
	StatusChecks         []string `json:"status_checks,omitzero"`         // checks that must pass
	StatusChecksStrict   *bool    `json:"status_checks_strict,omitzero"`  // they must pass on what the branch will hold after the merge
	RequiredWorkflows    []string `json:"required_workflows,omitzero"`    // pipelines that must pass
	ForcePushBlocked     *bool    `json:"force_push_blocked,omitzero"`    // history cannot be rewritten
	DeletionBlocked      *bool    `json:"deletion_blocked,omitzero"`      // the branch cannot be deleted
	AdminsBound          *bool    `json:"admins_bound,omitzero"`          // administrators cannot pass by it at will
	SignedCommits        *bool    `json:"signed_commits,omitzero"`        // commits must carry a verified signature
	ConversationResolved *bool    `json:"conversation_resolved,omitzero"` // review threads must be resolved
}

// BranchRulesetRule is one rule as the provider states it, reduced to what is
// judged; rule types without parameters we judge are kept by name.
type BranchRulesetRule struct {
	RulesetID           int64    `json:"ruleset_id" seen:"always"`
	Source              string   `json:"source,omitempty" seen:"always"` // repository, organisation or enterprise that owns the ruleset
	Type                string   `json:"type" seen:"always"`             // "pull_request", "non_fast_forward", "merge_queue" …
	Approvals           int64    `json:"approvals,omitempty" seen:"always"`
	DismissStaleReviews bool     `json:"dismiss_stale_reviews,omitempty" seen:"always"`
	LastPushApproval    bool     `json:"last_push_approval,omitempty" seen:"always"`
	CodeOwnerReview     bool     `json:"code_owner_review,omitempty" seen:"always"`
	ResolveThreads      bool     `json:"resolve_threads,omitempty" seen:"always"`
	StatusChecks        []string `json:"status_checks,omitempty" seen:"always"`
	// StatusChecksStrict: the checks must pass on the newest state of the branch.
	StatusChecksStrict bool `json:"status_checks_strict,omitempty" seen:"always"`
	// RequiredWorkflows are the files of a rule of type workflows.
	RequiredWorkflows []string `json:"required_workflows,omitempty" seen:"always"`
}

// RulesetBypass is an actor who may pass by a ruleset.
type RulesetBypass struct {
	RulesetID int64  `json:"ruleset_id" seen:"always"`
	Actor     string `json:"actor" seen:"always"` // type:id, e.g. "Team:42", "OrganizationAdmin:1"
	Mode      string `json:"mode" seen:"always"`  // "always" or "pull_request"
}
