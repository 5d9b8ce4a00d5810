package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// logins is an index over the accounts of every source, by what joins them to
// people. It is made once, so that each person costs only their own accounts.
type logins struct {
	byAddress, byKey map[string][]login
	missing          []evidence.Hole // why there may be more
	// What the accounts come to for a person of whom it is not known whether they
	// are theirs: those joined by address, by list, and by nobody knows what.
	addressed, listed, loose perhaps
}

// login is one account and what is known of it.
type login struct {
	fact             *evidence.Fact
	open, privileged truth
}

// perhaps gathers accounts that may be a person's. Those that are known to be
// closed, or not to be privileged, make no difference.
type perhaps struct {
	open       crowd
	privileged map[string]*crowd // by provider
}

func (p *perhaps) add(l login, why func(*evidence.Fact) []evidence.Hole) {
	if !l.open.is(false) {
		p.open.add(l.fact, append(why(l.fact), l.open.holes...)...)
	}
	if l.privileged.is(false) {
		return
	}
	if p.privileged == nil {
		p.privileged = map[string]*crowd{}
	}
	provider := l.fact.Resource.Provider
	if p.privileged[provider] == nil {
		p.privileged[provider] = &crowd{}
	}
	p.privileged[provider].add(l.fact, append(why(l.fact), l.privileged.holes...)...)
}

func (w *world) knownLogins() *logins {
	if w.logins != nil {
		return w.logins
	}
	all := &logins{byAddress: map[string][]login{}, byKey: map[string][]login{}, missing: w.Everywhere("User")}
	unjoined := func(*evidence.Fact) []evidence.Hole {
		return []evidence.Hole{{Reason: evidence.NotCollected, Detail: "nothing says whose it is"}}
	}
	shared := newSharedHoles()
	for _, f := range w.everywhere("User") {
		u, ok := f.Body.(*evidence.User)
		if !ok {
			continue
		}
		l := login{fact: f, open: w.current(f, func() truth { return isOpen(&subject{f}, u) })}
		// Rights wait until an account is activated; providers do not even tell them before.
		active := w.current(f, func() truth { return (&subject{f}).status(u, evidence.UserActive) })
		if l.privileged = w.privileged(f, u); !active.is(true) {
			l.privileged = and(active, l.privileged)
		}
		t := tieOf(f, u)
		if h, lost := w.Fact(f); lost {
			t.holes = []evidence.Hole{h}
		}
		switch {
		case len(t.holes) > 0:
			all.loose.add(l, func(*evidence.Fact) []evidence.Hole { return slices.Clone(t.holes) })
		case t.address != "":
			all.addressed.add(l, unjoined)
			all.byAddress[t.address] = append(all.byAddress[t.address], l.with(shared))
		default:
			all.listed.add(l, unjoined)
			own := l.with(shared)
			for _, key := range t.keys {
				all.byKey[key] = append(all.byKey[key], own)
			}
		}
	}
	w.logins = all
	return all
}

// isOpen: an account that waits to be activated can still be.
func isOpen(s *subject, u *evidence.User) truth {
	return and(not(s.status(u, evidence.UserSuspended)), not(s.status(u, evidence.UserDeactivated)))
}

// privileged says whether an account may do everything where it is. Okta has
// administrators of many degrees, of whom only the highest counts.
func (w *world) privileged(f *evidence.Fact, u *evidence.User) truth {
	if superAdministratorRoles[f.Resource.Type] != "" {
		return w.superAdministrator(f, u)
	}
	return w.current(f, func() truth { return w.admin(f) })
}
