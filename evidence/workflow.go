package evidence

var workflowKind = KindInfo{Kind: "Workflow", New: func() any { return new(Workflow) }, Doc: "An automated pipeline that is defined beside the code it builds."}

// Workflow is a pipeline's definition as it stands on the default branch.
type Workflow struct {
	Repository *string `json:"repository,omitzero"` // owner/name
	Visibility *string `json:"visibility,omitzero"` // of the repository: public, internal, private
	Path       *string `json:"path,omitzero"`
	// Definition is the file in summary. Scripts are not kept, only what they
	// refer to: they can hold secrets.
	// github: GET /repos/{owner}/{repo}/git/blobs/{file_sha}
	Definition *WorkflowDefinition `json:"definition,omitzero"`

	// UntrustedCheckouts are the jobs that run with the repository's secrets and
	// rights and fetch code that a stranger may have written. Derived.
	UntrustedCheckouts []string `json:"untrusted_checkouts,omitzero" derived:"true"`
	// Injections are the texts of strangers that become part of a script. Derived.
	Injections []string `json:"injections,omitzero" derived:"true"`
	// Actions are what it calls from outside its own repository. Derived.
	Actions []WorkflowAction `json:"actions,omitzero" derived:"true"`
	// TokenLimited: the file says for every job what the job's token may do. Derived.
	TokenLimited *bool `json:"token_limited,omitzero" derived:"true"`
	// TokenWritesAll: it gives a job's token every right to write. Derived.
	TokenWritesAll *bool `json:"token_writes_all,omitzero" derived:"true"`
}

// WorkflowDefinition is a summary of a workflow file.
type WorkflowDefinition struct {
	Triggers []string            `json:"triggers" seen:"always"` // the events that start it, sorted
	Token    WorkflowToken       `json:"token" seen:"always"`
	Env      []WorkflowReference `json:"env,omitempty" seen:"always"`
	Jobs     []WorkflowJob       `json:"jobs" seen:"always"` // by id
}

// WorkflowToken is what a file says of the rights of the token of a run.
type WorkflowToken struct {
	Stated bool     `json:"stated" seen:"always"`           // something is said
	All    string   `json:"all,omitempty" seen:"always"`    // read-all, write-all
	Scopes []string `json:"scopes,omitempty" seen:"always"` // "contents: write", sorted
}

// WorkflowJob is one job.
type WorkflowJob struct {
	ID     string              `json:"id" seen:"always"`
	Token  WorkflowToken       `json:"token" seen:"always"`
	RunsOn []string            `json:"runs_on,omitempty" seen:"always"`
	Uses   string              `json:"uses,omitempty" seen:"always"` // a workflow called in place of steps
	Env    []WorkflowReference `json:"env,omitempty" seen:"always"`
	Steps  []WorkflowStep      `json:"steps,omitempty" seen:"always"`
}

// WorkflowStep is one step of a job, in order.
type WorkflowStep struct {
	Uses string `json:"uses,omitempty" seen:"always"` // an action, as written
	// Checkout is the ref and repository given to an action, as written.
	Checkout string `json:"checkout,omitempty" seen:"always"`
	// CheckoutFrom holds what expressions inside Checkout refer to.
	CheckoutFrom []string `json:"checkout_from,omitempty" seen:"always"`
	// Script holds what expressions inside the step's script refer to, such as
	// "github.event.issue.title"; empty: it has no script, or none with expressions.
	Script []string            `json:"script,omitempty" seen:"always"`
	Env    []WorkflowReference `json:"env,omitempty" seen:"always"`
	// Fetches are the commands in the script that bring code in, such as "git
	// checkout", and "refs/pull" where it names what pull requests ask for.
	Fetches []string `json:"fetches,omitempty" seen:"always"`
}

// WorkflowReference is a variable whose value is made from expressions.
type WorkflowReference struct {
	Name       string   `json:"name" seen:"always"`
	References []string `json:"references" seen:"always"`
}

// WorkflowAction is something a workflow calls from elsewhere.
type WorkflowAction struct {
	Owner  string `json:"owner" seen:"always"`
	Uses   string `json:"uses" seen:"always"`   // as written
	Pinned bool   `json:"pinned" seen:"always"` // by the digest of what is called, so that it cannot change
}
