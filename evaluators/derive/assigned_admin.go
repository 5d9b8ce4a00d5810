package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// assignedAdmin says whether a user of a directory is assigned a permission set
// that administers, in whatever account, by name or through a group.
func (w *world) assignedAdmin(user *subject) routes {
	all := recall(w, "administrations by grants", user.Resource, func() administrations { return w.administrations(user.Resource) })
	var r routes
	for _, a := range all.of[user.Resource.ID] {
		r.add(a.name, a.admin)
	}
	if len(r.unknown) == 0 {
		r.unknown = all.doubts // of nearly all users; it has no room, so that whoever appends gets a copy
	} else {
		r.unknown = slices.Concat(all.unknown, r.unknown, all.perhaps)
	}
	return r
}

// administrations are those of one directory that may administer.
type administrations struct {
	of      map[string][]administration // by user
	perhaps []evidence.Hole             // why anybody may: a holder was not seen
	unknown []evidence.Hole
	doubts  []evidence.Hole // both
}

type administration struct {
	name  string
	admin truth
}

// administrations goes through the grants once for all users: thousands of users
// times thousands of grants would be what a large directory costs.
func (w *world) administrations(of evidence.Resource) administrations {
	all := administrations{of: map[string][]administration{}, unknown: w.Kind(of.Provider, of.Account, "Grant")}
	for _, f := range w.beside(of, "Grant") {
		if h, lost := w.Fact(f); lost {
			all.unknown = append(all.unknown, h)
			continue
		}
		g, ok := f.Body.(*evidence.Grant)
		if !ok {
			continue
		}
		grant := &subject{f}
		a := administration{name: "permission-set/" + f.Resource.ID, admin: w.setAdmin(grant, g)}
		if g.RoleName != nil {
			a.name = "permission-set/" + *g.RoleName
		}
		if a.admin.is(false) {
			continue
		}
		holders, holes := w.heldBy(grant, g)
		if len(holes) > 0 {
			all.perhaps = append(all.perhaps, and(unseen(holes...), a.admin).holes...)
			continue
		}
		for _, user := range holders {
			all.of[user] = append(all.of[user], a)
		}
	}
	all.doubts = slices.Clip(slices.Concat(all.unknown, all.perhaps))
	return all
}

// heldBy gives the users that a grant is to: the one it names, or those of its group.
func (w *world) heldBy(s *subject, g *evidence.Grant) ([]string, []evidence.Hole) {
	switch {
	case g.HolderType == nil || g.Holder == nil:
		return nil, append(sight.Holes(s.Fact, "holder_type"), sight.Holes(s.Fact, "holder")...)
	case *g.HolderType == evidence.HolderUser:
		return []string{*g.Holder}, nil
	}
	members, holes := w.membersOf(s.Resource, *g.Holder)
	members = slices.Clone(members)
	slices.Sort(members)
	return slices.Compact(members), holes
}

// setAdmin says whether the permission set of a grant administers.
func (w *world) setAdmin(s *subject, g *evidence.Grant) truth {
	if g.Role == nil {
		return unseen(sight.Holes(s.Fact, "role")...)
	}
	set := w.byID(s.Resource, "Role", *g.Role)
	if set == nil {
		return unseen(append(w.Kind(s.Resource.Provider, s.Resource.Account, "Role"), evidence.Hole{
			Field: "role", Reason: evidence.NotCollected, Detail: "the permission set was not read",
		})...)
	}
	if h, lost := w.Fact(set); lost {
		return unseen(h)
	}
	role, ok := set.Body.(*evidence.Role)
	if !ok {
		return unseen(evidence.Hole{Field: "role", Reason: evidence.ProviderError, Detail: "not a role"})
	}
	r := w.rightsAdmin(&subject{set}, role.Rights)
	return r.truth()
}

// membersOf gives the users in a group, or why they are not known.
func (w *world) membersOf(of evidence.Resource, id string) ([]string, []evidence.Hole) {
	group := w.byID(of, "Group", id)
	if group == nil {
		return nil, append(w.Kind(of.Provider, of.Account, "Group"), evidence.Hole{
			Field: "holder", Reason: evidence.NotCollected, Detail: "the group was not read",
		})
	}
	if h, lost := w.Fact(group); lost {
		return nil, []evidence.Hole{h}
	}
	g, ok := group.Body.(*evidence.Group)
	if !ok || g.Members == nil {
		return nil, sight.Holes(group, "members")
	}
	return g.Members, nil
}

func (w *world) byID(of evidence.Resource, kind evidence.Kind, id string) *evidence.Fact {
	if found := w.withID(of, kind, id); len(found) > 0 {
		return found[0]
	}
	return nil
}

// holders are the people a permission set is assigned to, groups expanded.
func (w *world) holders(s *subject) ([]string, []evidence.Hole) {
	people := []string{}
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "Grant")
	for _, f := range w.beside(s.Resource, "Grant") {
		g, ok := f.Body.(*evidence.Grant)
		if h, lost := w.Fact(f); lost {
			holes = append(holes, h)
			continue
		}
		switch grant := (&subject{f}); {
		case !ok:
		case g.Role == nil || g.HolderType == nil || g.Holder == nil:
			holes = append(append(append(holes, sight.Holes(grant.Fact, "role")...), sight.Holes(f, "holder_type")...), sight.Holes(f, "holder")...)
		case *g.Role != s.Resource.ID:
		case *g.HolderType == evidence.HolderUser:
			people = append(people, *g.Holder)
		default:
			members, lost := w.membersOf(s.Resource, *g.Holder)
			people, holes = append(people, members...), append(holes, lost...)
		}
	}
	slices.Sort(people)
	return slices.Compact(people), holes
}

var grantRule = rule{kind: "Grant", apply: func(w *world, s *subject) {
	g, ok := s.Body.(*evidence.Grant)
	if !ok {
		return
	}
	g.HolderName = nil
	if g.HolderType == nil || g.Holder == nil {
		s.miss("holder_name", append(sight.Holes(s.Fact, "holder_type"), sight.Holes(s.Fact, "holder")...))
		return
	}
	kind := evidence.Kind("User")
	if *g.HolderType == evidence.HolderGroup {
		kind = "Group"
	}
	holder := w.byID(s.Resource, kind, *g.Holder)
	if holder == nil {
		s.miss("holder_name", append(w.Kind(s.Resource.Provider, s.Resource.Account, kind), evidence.Hole{
			Field: "holder", Reason: evidence.NotCollected, Detail: "nobody of that id was read",
		}))
		return
	}
	if h, lost := w.Fact(holder); lost {
		s.miss("holder_name", []evidence.Hole{h})
		return
	}
	g.HolderName = &holder.Resource.Name
}}
