package oktatest

import "time"

// AccessPolicy is an authentication policy: what applications ask of whoever signs in.
type AccessPolicy struct {
	ID, Name, Status string
	System           bool
	Priority         int
	Rules            []AccessRule
}

// AccessRule is one of its rules.
type AccessRule struct {
	ID, Name, Status, Access string
	System                   bool
	Priority                 int
	FactorMode               string // "1FA", "2FA"
	Constraints              []map[string]any
	Method                   map[string]any // instead of both: any verification method
}

// App is an application.
type App struct {
	ID, Name, Label, Status, SignOnMode string
	Created                             time.Time
	Policy                              string // id of its authentication policy; empty: no link
	Type, Authentication                string // of an OAuth client
	Users                               []AppUser
	Scopes                              []string
}

// AppUser is a user of an application.
type AppUser struct {
	ID, Status, Sync, Scope string
	Changed                 time.Time
}

// Group is a group.
type Group struct {
	ID, Type, Name, Description string
	Created                     time.Time
	Roles                       []Role
	Members                     []string
	Silent                      bool // leaves out whether it gives administrator rights
}

// APIToken is an API token. Its value is told by nobody.
type APIToken struct {
	ID, Name, UserID, Connection string
	Zones                        []string
	Created, Expires             time.Time
}

// LogStream streams the System Log.
type LogStream struct{ ID, Name, Type, Status string }

// Authenticator is a way to prove oneself.
type Authenticator struct{ ID, Key, Type, Name, Status, AllowedFor string }

// Zone is an enhanced dynamic zone.
type Zone struct {
	ID, Name, Status, Usage string
	System                  bool
	Services                []string
}

// AdminConsole bounds sessions of the Admin Console, in minutes.
type AdminConsole struct{ Idle, Lifetime int }

// EnrolmentPolicy says which authenticators people must and may enrol.
type EnrolmentPolicy struct {
	ID, Name, Status string
	System           bool
	Priority         int
	Demands          [][2]string // key and REQUIRED, OPTIONAL or NOT_ALLOWED
	Prompt           string      // of its one rule
}
