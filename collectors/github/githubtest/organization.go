package githubtest

import (
	"encoding/json"
	"time"
)

// Organization is the state of the fake: one organisation and who looks at it.
type Organization struct {
	Login             string
	ID                int64
	CreatedAt         time.Time
	TwoFactorRequired bool
	DefaultPermission string // none, read, write, admin
	FreePlan          bool   // no branch protection in private repositories
	Members           []Person
	Outside           []Person
	Repositories      []Repository
	Rulesets          []Ruleset // the organisation's own; they apply to every default branch
	Viewer            Viewer
	Access            Access
	AuditLog          []AuditEntry // newest first, before the one that every organisation has
}

// Viewer is whose token asks.
type Viewer struct {
	Person
	Member bool     // of the organisation; its owners are those members with Owner set
	Scopes []string // of a classic token; nil: a fine-grained one
}

// Person is a user.
type Person struct {
	ID          int64
	Login       string
	Owner       bool
	NoTwoFactor bool
	SMS         bool // has an insecure second factor
}

// Repository is a repository of the organisation.
type Repository struct {
	ID            int64
	Name          string
	Visibility    string // public, private, internal
	Archived      bool
	Fork          bool
	DefaultBranch string
	Topics        []string
	CreatedAt     time.Time
	PushedAt      time.Time // zero: nothing was ever pushed, so the branch does not exist
	Protection    *Protection
	Rulesets      []Ruleset
	Alerts        bool // dependency alerts are on
	Features      map[string]bool
	Properties    map[string]any // custom properties
	ViewerAdmin   bool           // the viewer, who is no owner, administers it
	Code          Code
	NotGranted    bool // it is public, and not among those a fine-grained token was made for
}

// Protection is the protection set on a branch itself.
type Protection struct {
	Reviews          *Reviews
	Checks           []string // nil: none required
	EnforceAdmins    bool
	AllowForcePushes bool
	AllowDeletions   bool
	Signatures       bool
	Conversations    bool
}

// Reviews is what a protection asks of reviews.
type Reviews struct {
	Approvals    int
	DismissStale bool
	CodeOwners   bool
	LastPush     bool
	BypassUsers  []Person
}

// Ruleset is a set of rules, with those who may bypass them.
type Ruleset struct {
	ID     int64
	Name   string
	Rules  []Rule
	Bypass []Bypass
}

// Rule is a rule as GitHub writes it: a type and, for most, parameters.
type Rule struct {
	Type       string
	Parameters json.RawMessage
}

// Bypass is an actor who may bypass a ruleset.
type Bypass struct {
	ID   *int64 // nil where the type says it all
	Type string
	Mode string
}

func (o *Organization) owner() bool {
	for _, m := range o.Members {
		if m.ID == o.Viewer.ID {
			return m.Owner && o.Viewer.Member
		}
	}
	return false
}

// shown says whether the viewer's token sees a repository in lists.
func (o *Organization) shown(r *Repository) bool {
	return r.Visibility == "public" || o.owner() || o.Viewer.Member && o.DefaultPermission != "none" || r.ViewerAdmin
}

// administers says that the viewer may administer a repository with this token.
func (o *Organization) administers(r *Repository) bool {
	return (o.owner() || r.ViewerAdmin) && !r.NotGranted
}

func (o *Organization) repository(name string) *Repository {
	for i := range o.Repositories {
		if o.Repositories[i].Name == name && o.shown(&o.Repositories[i]) {
			return &o.Repositories[i]
		}
	}
	return nil
}
