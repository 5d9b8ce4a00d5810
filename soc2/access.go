package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AccessWhat is the sort of thing that an account was given.
type AccessWhat string

// The sorts of access.
const (
	AccessAccount       AccessWhat = "account"         // the account itself: somebody can sign in with it
	AccessKeyUse        AccessWhat = "key"             // a credential for programs
	AccessGroup         AccessWhat = "group"           // rights from a group of the account
	AccessPolicy        AccessWhat = "policy"          // rights of a policy of its own
	AccessRole          AccessWhat = "role"            // an administrator role
	AccessPermissionSet AccessWhat = "permission-set"  // a permission set in an account
	AccessApplication   AccessWhat = "application"     // an application that people sign in to
	AccessRepository    AccessWhat = "repository"      // a repository, given by name
	AccessBase          AccessWhat = "base-permission" // every repository, because of membership
	AccessInstallation  AccessWhat = "installation"    // an application that acts with rights of its own
	AccessRoot          AccessWhat = "root"            // the user that an account itself is
	AccessTrust         AccessWhat = "trust"           // a role that somebody outside can take on
)

// accessLists are the kinds of facts that must have been listed to their end before
// it can be said that access of a sort is not there.
var accessLists = map[AccessWhat][]evidence.Kind{
	AccessAccount:       {"User"},
	AccessKeyUse:        {"AccessKey"},
	AccessGroup:         {"User"},
	AccessPolicy:        {"User"},
	AccessRole:          {"User", "Group"},
	AccessPermissionSet: {"Grant", "Group"},
	AccessApplication:   {"Application"},
	AccessRepository:    {"RepositoryAccess", "Group"},
	AccessBase:          {"User", "Account"},
	AccessInstallation:  {"Application"},
	AccessRoot:          {"Account"},
	AccessTrust:         {"Role"},
}

// Privileges, the strongest first. Empty: not seen.
const (
	PrivilegeAdmin    = "admin"    // administers: every right, or the right to give oneself every right
	PrivilegeMaintain = "maintain" // everything but administering
	PrivilegeWrite    = "write"
	PrivilegeLimited  = "limited" // some rights, known not to be all: the role says which
	PrivilegeTriage   = "triage"
	PrivilegeRead     = "read"
	PrivilegeUse      = "use"    // signs in to an application; what it may do there is not seen here
	PrivilegeMember   = "member" // has the account, and no administrator role of it
)

var privileges = []string{
	PrivilegeAdmin, PrivilegeMaintain, PrivilegeWrite, PrivilegeLimited, PrivilegeTriage, PrivilegeRead, PrivilegeUse, PrivilegeMember,
}

// What an account is used by.
const (
	NatureHuman   = "human"
	NatureService = "service"
)

// AccessRow is one thing that one account can reach (R4). The same thing given in
// several ways is one row with several paths.
type AccessRow struct {
	Key       string            `json:"key"`              // stable: the account, the sort of access and what it is to
	Login     evidence.Resource `json:"login"`            // the account, or the credential that acts for itself
	Person    *string           `json:"person"`           // work address; empty: of nobody the company knows; null: not seen
	Nature    string            `json:"nature,omitempty"` // human or service; empty: not seen
	Status    string            `json:"status,omitempty"` // of the account; empty: not seen, or it has none
	What      AccessWhat        `json:"what"`
	Target    string            `json:"target"` // what it reaches, by name
	TargetID  string            `json:"target_id"`
	Systems   []string          `json:"systems"`             // of the target; where that is in none, of the account
	Data      []string          `json:"data"`                // classes of data, likewise
	Purpose   string            `json:"purpose,omitempty"`   // what a tag or a group's description gives; empty: nothing does
	Role      string            `json:"role,omitempty"`      // the provider's words
	Privilege string            `json:"privilege,omitempty"` // empty: not seen
	Paths     []string          `json:"paths"`               // "direct", "group admins", sorted
	LastUse   *evidence.Moment  `json:"last_use"`            // null: not seen
	MFA       *bool             `json:"mfa"`                 // null: not seen, or there is none to have
	Seen      time.Time         `json:"seen"`                // when the oldest of the facts behind it was last confirmed
	Unseen    []AccessUnseen    `json:"unseen"`
}

// AccessUnseen is a field that was not seen, and why.
type AccessUnseen struct {
	Field string `json:"field"` // person, nature, status, privilege, last_use, mfa, paths
	Why   string `json:"why"`
}

// NotSeen says why a field was not seen; empty: it was.
func (r *AccessRow) NotSeen(field string) string {
	if i := slices.IndexFunc(r.Unseen, func(u AccessUnseen) bool { return u.Field == field }); i >= 0 {
		return r.Unseen[i].Why
	}
	return ""
}

// Privileged says whether it administers, or may: what was not seen may be anything.
func (r *AccessRow) Privileged() bool { return r.Privilege == PrivilegeAdmin || r.Privilege == "" }

// Unused says whether nobody is known to have used it for a time: what was not seen
// may not have been used.
func (r *AccessRow) Unused(at time.Time, days int) bool {
	return r.LastUse == nil || r.LastUse.Never || !r.LastUse.At.After(at.AddDate(0, 0, -days))
}

// AccessBlind is access that may be there and that nobody can see.
type AccessBlind struct {
	Provider, Account string
	What              AccessWhat
	Login             string // id; empty: of any account
	Target            string // id; empty: to anything
	Hole              evidence.Hole
}

func (b AccessBlind) covers(login evidence.Resource, what AccessWhat, target string) bool {
	return b.Provider == login.Provider && b.Account == login.Account && b.What == what &&
		(b.Login == "" || b.Login == login.ID) && (b.Target == "" || b.Target == target)
}

// AccessFeed is one list that access is known from, and how many records it gave.
type AccessFeed struct {
	Scope      evidence.Scope
	Collector  string
	Kind       evidence.Kind
	Type       string
	Seen       time.Time // start of the newest pull that saw all of it; zero: none did
	Pull       string    // its id, where it is the newest of all
	Parameters []string  // filters and options of the newest pull
	Records    int       // known of it now, in this account
	Hole       *evidence.Hole
}

// Access is who can reach what at a time, and what of it cannot be seen.
type Access struct {
	At    time.Time
	Rows  []AccessRow // by key
	Blind []AccessBlind
	Feeds []AccessFeed

	repositories map[[3]string]bool
	byKey        map[string]*AccessRow
}

// Complete says that no list was cut short and no membership or assignment unseen.
func (a *Access) Complete() bool {
	return len(a.Blind) == 0 && !slices.ContainsFunc(a.Feeds, func(f AccessFeed) bool { return f.Hole != nil }) && len(a.Feeds) > 0
}

// Row finds a row by its key.
func (a *Access) Row(key string) *AccessRow { return a.byKey[key] }

// AccessFilter picks rows; what is empty picks all.
type AccessFilter struct {
	Person     string // address, or name of an account
	System     string
	Privileged bool
	Unused     *int // days
}

// Picks says whether a row is picked at a time.
func (f AccessFilter) Picks(r *AccessRow, at time.Time) bool {
	return (f.Person == "" || r.of(f.Person)) &&
		(f.System == "" || slices.Contains(r.Systems, f.System)) &&
		(!f.Privileged || r.Privileged()) &&
		(f.Unused == nil || r.Unused(at, *f.Unused))
}

// of says whether access is a person's, by the names that are known.
func (r *AccessRow) of(person string) bool {
	return r.Person != nil && *r.Person != "" && SamePerson(*r.Person, person) || SamePerson(r.Login.Label(), person)
}
