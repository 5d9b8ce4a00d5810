package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var repositoryAdministratorsRule = rule{kind: "Repository", apply: func(w *world, s *subject) {
	r, ok := s.Body.(*evidence.Repository)
	if !ok {
		return
	}
	count, holes := repositoryAdministrators(w, s)
	r.Administrators = nil
	if len(holes) > 0 {
		s.miss("administrators", holes)
		return
	}
	r.Administrators = &count
}}

// repositoryAdministrators counts distinct people. Whether they are few cannot be
// said while one list, one team or one permission was not seen.
func repositoryAdministrators(w *world, s *subject) (int64, []evidence.Hole) {
	var holes []evidence.Hole
	for _, kind := range []evidence.Kind{"RepositoryAccess", "Group", "User"} {
		holes = append(holes, w.Kind(s.Resource.Provider, s.Resource.Account, kind)...)
	}
	people := map[string]bool{}
	var unknown crowd
	for _, f := range w.accessTo(s.Resource) {
		if h, lost := w.Fact(f); lost {
			unknown.add(f, h)
			continue
		}
		unknown.addAll(w.administer(f, people))
	}
	count := int64(0)
	owners, unseen := w.owners(s.Resource, people)
	unknown.addAll(unseen)
	for id := range people {
		if !owners[id] {
			count++
		}
	}
	return count, append(holes, unknown.holes...)
}

// gap is a fact of which something was not seen.
type gap struct {
	fact  *evidence.Fact
	holes []evidence.Hole
}

func (c *crowd) addAll(gaps []gap) {
	for _, g := range gaps {
		c.add(g.fact, g.holes...)
	}
}

// administer adds the people who administer a repository by one access.
func (w *world) administer(f *evidence.Fact, people map[string]bool) []gap {
	a, ok := f.Body.(*evidence.RepositoryAccess)
	if !ok {
		return nil
	}
	if a.Permission == nil {
		return []gap{{f, sight.Holes(f, "permission")}}
	}
	if *a.Permission != "admin" {
		return nil
	}
	switch {
	case a.Repository == nil: // it may be this one or another
		return []gap{{f, sight.Holes(f, "repository")}}
	case a.Via == nil:
		return []gap{{f, sight.Holes(f, "via")}}
	case a.HolderID == nil:
		return []gap{{f, sight.Holes(f, "holder_id")}}
	case *a.Via != evidence.AccessTeam:
		people[*a.HolderID] = true
		return nil
	}
	for _, g := range w.beside(f.Resource, "Group") {
		if g.Resource.ID != *a.HolderID {
			continue
		}
		if h, lost := w.Fact(g); lost {
			return []gap{{g, []evidence.Hole{h}}}
		}
		team, ok := g.Body.(*evidence.Group)
		if !ok || team.Members == nil {
			return []gap{{g, sight.Holes(g, "members")}}
		}
		for _, id := range team.Members {
			people[id] = true
		}
		return nil
	}
	// A team that no list of teams shows, although it has access.
	return []gap{{f, append(w.Kind(f.Resource.Provider, f.Resource.Account, "Group"), evidence.Hole{
		Field: "holder_id", Reason: evidence.NotCollected, Detail: "the team is not among the teams that were seen",
	})}}
}

// owners are those of some people who own the account.
func (w *world) owners(r evidence.Resource, people map[string]bool) (map[string]bool, []gap) {
	owners := map[string]bool{}
	var unseen []gap
	for _, f := range w.beside(r, "User") {
		if !people[f.Resource.ID] {
			continue
		}
		if h, lost := w.Fact(f); lost {
			unseen = append(unseen, gap{f, []evidence.Hole{h}})
			continue
		}
		u, ok := f.Body.(*evidence.User)
		switch {
		case !ok:
		case u.Admin == nil:
			unseen = append(unseen, gap{f, sight.Holes(f, "admin")})
		case *u.Admin:
			owners[f.Resource.ID] = true
		}
	}
	return owners, unseen
}

// accessTo gives what is known of access to one repository. Of access whose
// repository was not seen it is not known that it is another's.
func (w *world) accessTo(r evidence.Resource) []*evidence.Fact {
	if w.access == nil {
		w.access = map[string][]*evidence.Fact{}
		for key, facts := range w.byAccount {
			if key.kind != "RepositoryAccess" {
				continue
			}
			for _, f := range facts {
				name := ""
				if a, ok := f.Body.(*evidence.RepositoryAccess); ok && a.Repository != nil {
					name = *a.Repository
				}
				at := strings.Join([]string{key.provider, key.account, name}, "\x00")
				w.access[at] = append(w.access[at], f)
			}
		}
	}
	at := func(name string) []*evidence.Fact {
		return w.access[strings.Join([]string{r.Provider, r.Account, name}, "\x00")]
	}
	known, unplaced := at(r.Name), at("")
	return append(slices.Clip(known), unplaced...)
}
