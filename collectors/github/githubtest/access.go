package githubtest

import "time"

// Access is the part of an organisation's state that says who and what may reach
// its code. Maps are by the repository's name; "" is the organisation itself.
type Access struct {
	Plan         string          // free, team, enterprise; empty: the viewer is not told
	Privileges   map[string]bool // members_can_…
	SAML         bool            // an identity provider is set on the organisation
	Enterprise   *Enterprise     // it belongs to, and its owner asks
	Apps         []App
	Teams        []Team
	Direct       map[string][]Grant
	Keys         map[string][]DeployKey
	Hooks        map[string][]Hook
	Actions      map[string]Actions
	Environments map[string][]Environment
	RunnerGroups []RunnerGroup
}

// Enterprise is what an enterprise's owner sees of it.
type Enterprise struct {
	Slug    string
	SAML    bool
	Streams []Stream
}

// Stream is a stream of the audit log.
type Stream struct {
	Type   string
	Paused bool
}

// App is an installed GitHub App.
type App struct {
	ID          int64 // of the installation
	AppID       int64
	Slug        string
	Selection   string // all, selected
	Permissions map[string]string
	Suspended   bool
}

// Team is a team with its members and its repositories' permissions.
type Team struct {
	ID           int64
	Slug         string
	Members      []Person
	Repositories map[string]string // name: pull, triage, push, maintain, admin
}

// Grant is access given to a person.
type Grant struct {
	Person
	Permission string // pull, triage, push, maintain, admin
}

// DeployKey is a key of one repository.
type DeployKey struct {
	ID        int64
	Title     string
	AddedBy   string
	ReadOnly  bool
	CreatedAt time.Time
	LastUsed  time.Time // zero: never
}

// Hook is a webhook.
type Hook struct {
	ID       int64
	URL      string
	Signed   bool
	Insecure bool // the certificate is not checked
	Inactive bool
}

// Actions are the settings of GitHub Actions.
type Actions struct {
	Allowed      string // all, local_only, selected
	Patterns     []string
	Pinned       bool
	Off          bool
	WriteToken   bool
	Approves     bool
	ForkApproval string // of a public repository
	Claims       []string
	Secrets      []string
	Runners      []string
}

// Environment is a place to deploy to.
type Environment struct {
	ID                int64
	Name              string
	Reviewers         []Person
	Teams             []string // slugs of reviewing teams
	PreventSelfReview bool
	WaitMinutes       int
	BranchesLimited   bool
	AdminsBypass      bool
	Secrets           []string
}

// RunnerGroup is a set of own machines.
type RunnerGroup struct {
	ID         int64
	Name       string
	Visibility string
	Public     bool
}

func (o *Organization) team(slug string) *Team {
	for i := range o.Access.Teams {
		if o.Access.Teams[i].Slug == slug {
			return &o.Access.Teams[i]
		}
	}
	return nil
}
