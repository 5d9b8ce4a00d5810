package derive

import (
	"fmt"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var administratorsRule = rule{kind: "Account", apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	count, holes := administrators(w, s)
	a.Administrators = nil
	if len(holes) > 0 {
		s.miss("administrators", holes)
		return
	}
	a.Administrators = &count
}}

// administrators counts the account's active users who are administrators. One
// user who might be one, or one list of users not seen to its end, and the
// number is not known.
func administrators(w *world, s *subject) (int64, []evidence.Hole) {
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "User")
	count := int64(0)
	var unknown crowd
	for _, f := range w.beside(s.Resource, "User") {
		if h, lost := w.Fact(f); lost {
			unknown.add(f, h)
			continue
		}
		u, ok := f.Body.(*evidence.User)
		if !ok {
			continue
		}
		user := &subject{f}
		admin := and(user.status(u, evidence.UserActive), w.admin(f))
		switch {
		case !admin.known:
			unknown.add(f, admin.holes...)
		case admin.value:
			count++
		}
	}
	return count, append(holes, unknown.holes...)
}

// crowd gathers the holes of many users into one for each reason and read, so
// that ten thousand users do not make ten thousand holes.
type crowd struct {
	holes []evidence.Hole
	users []int
	seen  map[evidence.Hole]int
}

func (c *crowd) add(f *evidence.Fact, holes ...evidence.Hole) {
	if c.seen == nil {
		c.seen = map[evidence.Hole]int{}
	}
	for _, h := range holes {
		key := evidence.Hole{Field: h.Field, Reason: h.Reason, Operation: h.Operation, NeverSeen: h.NeverSeen}
		i, ok := c.seen[key]
		if !ok {
			i = len(c.holes)
			c.seen[key] = i
			c.holes, c.users = append(c.holes, key), append(c.users, 0)
			c.holes[i].Type = f.Resource.Type
		}
		c.users[i]++
		c.holes[i].Detail = fmt.Sprintf("of %d users", c.users[i])
	}
}

func (s *subject) status(u *evidence.User, want string) truth {
	if u.Status == nil {
		return unseen(sight.Holes(s.Fact, "status")...)
	}
	return definite(*u.Status == want)
}
