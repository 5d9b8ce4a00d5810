package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// personRule says whose an account is.
var personRule = rule{kind: "User", apply: func(w *world, s *subject) {
	u, ok := s.Body.(*evidence.User)
	if !ok {
		return
	}
	u.Person, u.PersonActive = nil, nil
	t := tieOf(s.Fact, u)
	found, holes := w.behind(t)
	u.PersonActive = s.set("person_active", personActive(found, holes))
	names, unnamed := namesOf(found)
	switch {
	case t.address != "" && len(found) > 0: // whoever else has the address is the same person
		u.Person = &t.address
	case len(holes) > 0 || len(unnamed) > 0:
		s.miss("person", append(slices.Clone(holes), unnamed...))
	default:
		u.Person = new(strings.Join(names, ", "))
	}
}}

// personActive: somebody hired for later does not work here yet.
func personActive(found []*evidence.Fact, holes []evidence.Hole) truth {
	each := make([]truth, 0, len(found)+1)
	for _, f := range found {
		e, ok := f.Body.(*evidence.Employment)
		switch {
		case !ok:
		case e.Status == nil:
			each = append(each, unseen(sight.Holes(f, "status")...))
		default:
			each = append(each, definite(*e.Status == evidence.EmploymentActive || *e.Status == evidence.EmploymentLeave))
		}
	}
	if len(holes) > 0 {
		each = append(each, unseen(holes...))
	}
	return or(each...)
}

func namesOf(found []*evidence.Fact) (names []string, holes []evidence.Hole) {
	for _, f := range found {
		e, ok := f.Body.(*evidence.Employment)
		if !ok {
			continue
		}
		a, unknown := addressOf(f, e)
		if len(unknown) > 0 {
			holes = append(holes, unknown...)
			continue
		}
		names = append(names, a)
	}
	slices.Sort(names)
	return slices.Compact(names), holes
}
