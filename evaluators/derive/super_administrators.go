package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// superAdministratorRoles are, for the types of users that have one, the role
// that may do everything. Source: Okta's standard roles.
var superAdministratorRoles = map[string]string{"okta.user": "SUPER_ADMIN"}

var superAdministratorsRule = rule{kind: "Account", types: []string{"okta.org"}, apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	a.SuperAdministrators = nil
	if s.Resource.Type != "okta.org" {
		return
	}
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "User")
	var unknown crowd
	names := []string{}
	for _, f := range w.beside(s.Resource, "User") {
		u, ok := f.Body.(*evidence.User)
		if !ok {
			continue
		}
		super := and(w.current(f, func() truth { return (&subject{f}).status(u, evidence.UserActive) }), w.superAdministrator(f, u))
		switch {
		case !super.known:
			unknown.add(f, super.holes...)
		case super.value:
			names = append(names, f.Resource.Label())
		}
	}
	if holes = append(holes, unknown.holes...); len(holes) > 0 {
		s.miss("super_administrators", holes)
		return
	}
	slices.Sort(names)
	a.SuperAdministrators = names
}}

// current is what a fact says, unless it is too old to say anything.
func (w *world) current(f *evidence.Fact, say func() truth) truth {
	if h, lost := w.Fact(f); lost {
		return unseen(h)
	}
	return say()
}

// superAdministrator says whether a user may do everything: by a role of their
// own or by one of a group. Providers list roles of groups among a user's own;
// the groups are asked all the same, and where they were not seen, a user
// without the role might still have it.
func (w *world) superAdministrator(f *evidence.Fact, u *evidence.User) truth {
	want := superAdministratorRoles[f.Resource.Type]
	own := w.current(f, func() truth {
		if u.Roles == nil {
			return unseen(sight.Holes(f, "roles")...)
		}
		return definite(slices.Contains(u.Roles, want))
	})
	groups := recall(w, "groups of super administrators", f.Resource, func() superGroups { return w.superGroups(f.Resource, want) })
	return or(own, groups.with(f.Resource.ID))
}

// superGroups are the groups that give the role, or might.
type superGroups struct {
	members []map[string]bool // of those that do, by id
	perhaps []doubtfulGroup
	holes   []evidence.Hole // why there may be more groups, or more members
}

type doubtfulGroup struct {
	members map[string]bool
	holes   []evidence.Hole
}

func (w *world) superGroups(r evidence.Resource, role string) superGroups {
	found := superGroups{holes: w.Kind(r.Provider, r.Account, "Group")}
	for _, f := range w.beside(r, "Group") {
		if h, lost := w.Fact(f); lost {
			found.holes = append(found.holes, h)
			continue
		}
		g, ok := f.Body.(*evidence.Group)
		if !ok || g.Roles != nil && !slices.Contains(g.Roles, role) {
			continue
		}
		members := map[string]bool{}
		for _, id := range g.Members {
			members[id] = true
		}
		switch {
		case g.Members == nil:
			found.holes = append(found.holes, sight.Holes(f, "members")...)
		case g.Roles == nil:
			found.perhaps = append(found.perhaps, doubtfulGroup{members, sight.Holes(f, "roles")})
		default:
			found.members = append(found.members, members)
		}
	}
	return found
}

func (g superGroups) with(userID string) truth {
	all := definite(false)
	if len(g.holes) > 0 {
		all = unseen(g.holes...)
	}
	for _, p := range g.perhaps {
		if p.members[userID] {
			all = or(all, unseen(p.holes...))
		}
	}
	return or(all, definite(slices.ContainsFunc(g.members, func(m map[string]bool) bool { return m[userID] })))
}
