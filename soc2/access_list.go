package soc2

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AccessKinds are the kinds of facts that access is known from.
var AccessKinds = []evidence.Kind{"AccessKey", "Account", "Application", "Grant", "Group", "Repository", "RepositoryAccess", "Role", "User"}

// AccessList gathers facts, after derivation, into who can reach what.
type AccessList struct {
	byKind  map[evidence.Kind][]accessFact
	users   map[accessID]accessFact
	named   map[accessID]accessFact // users of a type, by name
	groups  map[accessID]accessFact
	roles   map[accessID]accessFact
	repos   map[accessID]accessFact
	records map[accessID]int // by type

	rows   map[string]*AccessRow
	blind  []AccessBlind
	hidden map[AccessBlind]bool // those of blind
}

type accessFact struct {
	*evidence.Fact
	asset Asset
}

// accessID is an id, or a name, within an account.
type accessID struct{ provider, account, id string }

func within(r evidence.Resource, id string) accessID { return accessID{r.Provider, r.Account, id} }

// NewAccessList begins one.
func NewAccessList() *AccessList {
	return &AccessList{
		byKind: map[evidence.Kind][]accessFact{}, users: map[accessID]accessFact{}, named: map[accessID]accessFact{},
		groups: map[accessID]accessFact{}, roles: map[accessID]accessFact{}, repos: map[accessID]accessFact{},
		records: map[accessID]int{}, rows: map[string]*AccessRow{}, hidden: map[AccessBlind]bool{},
	}
}

// Add takes the next fact with what it is to the company.
func (l *AccessList) Add(f evidence.Fact, asset Asset) {
	if !slices.Contains(AccessKinds, f.Resource.Kind) {
		return
	}
	r, fact := f.Resource, accessFact{&f, asset}
	l.records[within(r, r.Type)]++
	switch r.Kind { //nolint:exhaustive // the others are not looked up
	case "User":
		l.users[within(r, r.ID)] = fact
		l.named[within(r, serviceOf(r.Type)+"\x00"+r.Name)] = fact
	case "Group":
		l.groups[within(r, r.ID)] = fact
	case "Role":
		l.roles[within(r, r.ID)] = fact
	case "Repository":
		l.repos[within(r, r.Name)] = fact
		return
	}
	l.byKind[r.Kind] = append(l.byKind[r.Kind], fact)
}

// Access says who can reach what at a time, by everything that was added and by the
// state of the lists it came from.
func (l *AccessList) Access(feeds []evidence.FeedState, at time.Time) Access {
	for _, rule := range []struct {
		kind  evidence.Kind
		apply func(*AccessList, accessFact)
	}{
		{"User", (*AccessList).user},
		{"Group", (*AccessList).group},
		{"Grant", (*AccessList).grant},
		{"RepositoryAccess", (*AccessList).repository},
		{"Application", (*AccessList).application},
		{"AccessKey", (*AccessList).key},
		{"Account", (*AccessList).base},
		{"Role", (*AccessList).trust},
	} {
		for _, f := range l.byKind[rule.kind] {
			rule.apply(l, f)
		}
	}
	a := Access{At: at, Blind: l.blind, Feeds: l.feeds(feeds, at), repositories: map[[3]string]bool{}, byKey: map[string]*AccessRow{}}
	for id := range l.repos {
		a.repositories[[3]string{id.provider, id.account, id.id}] = true
	}
	a.Rows = make([]AccessRow, 0, len(l.rows))
	for _, r := range l.rows {
		slices.Sort(r.Paths)
		slices.SortFunc(r.Unseen, func(a, b AccessUnseen) int { return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Why, b.Why)) })
		a.Rows = append(a.Rows, *r)
	}
	slices.SortFunc(a.Rows, func(a, b AccessRow) int { return cmp.Compare(a.Key, b.Key) })
	for i := range a.Rows {
		a.byKey[a.Rows[i].Key] = &a.Rows[i]
	}
	return a
}

func (l *AccessList) feeds(feeds []evidence.FeedState, at time.Time) []AccessFeed {
	out := []AccessFeed{}
	for _, f := range feeds {
		for _, p := range f.Populations {
			if !slices.Contains(AccessKinds, p.Kind) {
				continue
			}
			s := f.ID.Scope
			feed := AccessFeed{
				Scope: s, Collector: f.ID.Collector, Kind: p.Kind, Type: p.Type, Seen: f.Complete[p.Type],
				Records: l.records[accessID{s.Provider, s.Account, p.Type}],
			}
			if f.Last != nil {
				feed.Parameters = f.Last.Asked()
			}
			if h, hole := f.HoleAt(p.Type, at); hole {
				feed.Hole = &h
			} else if f.Last != nil {
				feed.Pull = f.Last.ID
			}
			out = append(out, feed)
		}
	}
	slices.SortStableFunc(out, func(a, b AccessFeed) int {
		return cmp.Or(cmp.Compare(a.Scope.String(), b.Scope.String()), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Collector, b.Collector))
	})
	return out
}

// login is an account with what is known of it, as the beginning of its rows.
func (l *AccessList) login(f accessFact) AccessRow {
	row := AccessRow{Login: f.Resource, Systems: f.asset.Systems, Data: f.asset.Data, Purpose: purposeOf(f.asset), Seen: f.Seen, Privilege: PrivilegeLimited}
	u, ok := f.Body.(*evidence.User)
	if !ok {
		row.Nature = NatureService
		return row
	}
	row.Person, row.LastUse = u.Person, u.LastActive
	if row.Person == nil {
		row.miss("person", whyUnseen(f, "person"))
	}
	if row.LastUse == nil {
		row.miss("last_use", whyUnseen(f, "last_active"))
	}
	if u.Status != nil {
		row.Status = *u.Status
	} else {
		row.miss("status", whyUnseen(f, "status"))
	}
	if u.MFA != nil {
		row.MFA = u.MFA.Enabled
	}
	if row.MFA == nil {
		row.miss("mfa", whyUnseen(f, "mfa.enabled"))
	}
	switch {
	case u.Person != nil && *u.Person != "":
		row.Nature = NatureHuman
	case f.Resource.Type == "aws.iam.user" && u.PasswordSignIn != nil && !*u.PasswordSignIn:
		row.Nature = NatureService // nobody can sign in to it: it works through keys only
	default:
		row.miss("nature", "nothing says whether a person or a program uses it")
	}
	return row
}

// of is the login of an id. Where the account was not read, that is said of it.
func (l *AccessList) of(f accessFact, id, name string) AccessRow {
	if u, ok := l.users[within(f.Resource, id)]; ok {
		return l.login(u)
	}
	r := f.Resource
	row := AccessRow{Login: evidence.Resource{Provider: r.Provider, Account: r.Account, Region: r.Region, Kind: "User", Type: r.Type, ID: id, Name: name}, Seen: f.Seen, Privilege: PrivilegeLimited}
	for _, field := range []string{"person", "last_use", "status", "mfa", "nature"} {
		row.miss(field, string(evidence.NotCollected)+": the account was not read")
	}
	return row
}

func (r *AccessRow) miss(field, why string) { r.Unseen = append(r.Unseen, AccessUnseen{field, why}) }

// privilege takes a word that may not have been seen.
func (r *AccessRow) privilege(word, why string) {
	r.Privilege = word
	if word == "" {
		r.miss("privilege", why)
	}
}

// to says what the access is to. What a system claims of the target counts; where it
// is in none, what claims the account.
func (r *AccessRow) to(what AccessWhat, id, name string, target *accessFact) {
	r.What, r.TargetID, r.Target = what, id, name
	if target == nil {
		return
	}
	if len(target.asset.Systems) > 0 {
		r.Systems, r.Data = target.asset.Systems, target.asset.Data
	}
	if p := purposeOf(target.asset); p != "" {
		r.Purpose = p
	}
	r.Seen = older(r.Seen, target.Seen)
}

// put adds a row, or another way to what a row is of.
func (l *AccessList) put(row AccessRow, path string) {
	row.Key = ItemKey(row.Login.Key(), string(row.What)+":"+row.TargetID)
	old := l.rows[row.Key]
	if old == nil {
		row.Paths = []string{path}
		row.Unseen = slices.Clone(row.Unseen)
		l.rows[row.Key] = &row
		return
	}
	if !slices.Contains(old.Paths, path) {
		old.Paths = append(old.Paths, path)
	}
	old.Seen = older(old.Seen, row.Seen)
	for _, u := range row.Unseen {
		if !slices.Contains(old.Unseen, u) {
			old.Unseen = append(old.Unseen, u)
		}
	}
	if stronger(row.Privilege, old.Privilege) {
		old.Privilege, old.Role = row.Privilege, row.Role
	}
	if old.Privilege != "" {
		old.Unseen = slices.DeleteFunc(old.Unseen, func(u AccessUnseen) bool { return u.Field == "privilege" })
	}
}

// stronger: what was not seen may be anything but more than an administrator.
func stronger(a, b string) bool { return strength(a) < strength(b) }

func strength(privilege string) int {
	switch privilege {
	case PrivilegeAdmin:
		return -1
	case "":
		return 0
	}
	if i := slices.Index(privileges, privilege); i >= 0 {
		return i
	}
	return 0
}

func older(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func purposeOf(a Asset) string {
	_, purpose := tagged(a.Tags, []string{"purpose"})
	return purpose
}

// whyUnseen is the recorded reason for which a field was not seen.
func whyUnseen(f accessFact, field string) string {
	return whyHole(holeOn(f, field))
}

func holeOn(f accessFact, field string) evidence.Hole {
	if h, ok := f.Hole(field); ok {
		return h
	}
	return evidence.Hole{Field: field, Reason: evidence.NotCollected}
}

func whyHole(h evidence.Hole) string {
	parts := slices.DeleteFunc([]string{string(h.Reason), h.Operation, h.Detail}, func(part string) bool { return part == "" })
	return strings.Join(parts, ": ")
}

// unseen records that access of a sort may be there.
func (l *AccessList) unseen(f accessFact, what AccessWhat, login, target, field string) {
	l.hide(f, what, login, target, holeOn(f, field))
}

func (l *AccessList) hide(f accessFact, what AccessWhat, login, target string, h evidence.Hole) {
	h.Type = cmp.Or(h.Type, f.Resource.Type)
	b := AccessBlind{Provider: f.Resource.Provider, Account: f.Resource.Account, What: what, Login: login, Target: target, Hole: h}
	if !l.hidden[b] {
		l.hidden[b] = true
		l.blind = append(l.blind, b)
	}
}
