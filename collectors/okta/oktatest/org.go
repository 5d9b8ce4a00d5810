// Package oktatest is an Okta org in memory for tests. It keeps state, answers
// the reads the collectors make, and has every request and every answer judged
// by Okta's own description of its API, so that it cannot drift from it unseen.
package oktatest

import (
	"sync"
	"time"
)

// Org is the state of an org. Its parts may be changed between requests, inside
// Update.
type Org struct {
	Host        string // "acme.okta.com"
	ID          string
	CompanyName string
	Created     time.Time
	Token       string // the API token that is accepted
	Owner       string // id of the user the token belongs to
	Service     *ServiceApp
	Users       []*User
	SignOn      []*SignOnPolicy
	Passwords   []*PasswordPolicy

	Pipeline       string // "idx", "v1"
	Access         []*AccessPolicy
	Enrolment      []*EnrolmentPolicy
	Apps           []*App
	Groups         []*Group
	Tokens         []APIToken
	Streams        []LogStream
	Log            []LogEvent // oldest first
	Authenticators []Authenticator
	AdminConsole   AdminConsole
	ThreatInsight  string // "none", "audit", "block"
	Zones          []Zone
	SupportUntil   time.Time

	mu sync.Mutex
}

// User is one user.
type User struct {
	ID, Login, FirstName, LastName string
	Status                         string
	Created                        time.Time
	LastLogin                      time.Time // zero: never
	StatusChanged                  time.Time // zero: when created
	Provider                       string    // empty: OKTA
	Factors                        []Factor
	Roles                          []Role
	HideFactors, HideRoles         bool // outside what the token's owner may see
}

// Factor is an enrolled factor.
type Factor struct{ ID, Type, Provider, Status string }

// Role is an administrator role of a user, assigned to the user or to a group.
type Role struct{ ID, Type, Label, Status, AssignmentType string }

// SignOnPolicy is a global session policy.
type SignOnPolicy struct {
	ID, Name, Status string
	System           bool
	Priority         int
	Rules            []SignOnRule
}

// SignOnRule is one of its rules.
type SignOnRule struct {
	ID, Name, Status, Access string
	System, RequireFactor    bool
	Priority, Idle, Lifetime int
	Persistent               bool
}

// PasswordPolicy is a password policy.
type PasswordPolicy struct {
	ID, Name, Status                                string
	System                                          bool
	Priority, MinLength, History, MaxAge, MinSymbol int
	AllowCommon                                     bool
	Attempts, UnlockMinutes                         int
	Groups                                          []string
}

// Update changes the org while nobody reads it.
func (o *Org) Update(change func(*Org)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(o)
}

func (o *Org) user(id string) *User {
	for _, u := range o.Users {
		if u.ID == id {
			return u
		}
	}
	return nil
}
