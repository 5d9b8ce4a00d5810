package derive

import (
	"maps"
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// employmentRule says what a person can still get into, and whether they came back.
var employmentRule = rule{kind: "Employment", apply: func(w *world, s *subject) {
	e, ok := s.Body.(*evidence.Employment)
	if !ok {
		return
	}
	e.KeepsAccess, e.OpenAccounts, e.PrivilegedAt, e.Rehired = nil, nil, nil, nil
	own := w.accountsOf(s.Fact, e)
	e.KeepsAccess = s.set("keeps_access", own.keepsAccess())
	if names, holes := own.openAccounts(); len(holes) > 0 {
		s.miss("open_accounts", holes)
	} else {
		e.OpenAccounts = names
	}
	if providers, holes := own.privilegedAt(); len(holes) > 0 {
		s.miss("privileged_at", holes)
	} else {
		e.PrivilegedAt = providers
	}
	e.Rehired = s.set("rehired", w.rehired(s.Fact, e))
}}

// accounts are those of one person, and those that might be theirs.
type accounts struct {
	known   []login
	missing []evidence.Hole
	perhaps []unjoined
}

type unjoined struct {
	perhaps
	why []evidence.Hole // what of the person was not seen
}

func (w *world) accountsOf(f *evidence.Fact, e *evidence.Employment) accounts {
	all := w.knownLogins()
	own := accounts{missing: all.missing, perhaps: []unjoined{{all.loose, nil}}}
	if a, holes := addressOf(f, e); len(holes) > 0 {
		own.perhaps = append(own.perhaps, unjoined{all.addressed, holes})
	} else {
		own.known = append(own.known, all.byAddress[a]...)
	}
	if e.Accounts == nil {
		own.perhaps = append(own.perhaps, unjoined{all.listed, sight.Holes(f, "accounts")})
	}
	seen := map[*evidence.Fact]bool{}
	for _, key := range e.Accounts {
		for _, l := range all.byKey[address(key)] {
			if !seen[l.fact] {
				seen[l.fact] = true
				own.known = append(own.known, l)
			}
		}
	}
	return own
}

func (a accounts) keepsAccess() truth {
	each := make([]truth, 0, len(a.known)+1)
	for _, l := range a.known {
		each = append(each, l.open)
	}
	if holes := a.doubts(); len(holes) > 0 {
		each = append(each, unseen(holes...))
	}
	return or(each...)
}

// doubts say why there may be open accounts that are not known to be the person's.
func (a accounts) doubts() []evidence.Hole {
	holes := slices.Clone(a.missing)
	for _, p := range a.perhaps {
		if len(p.open.holes) > 0 {
			holes = append(append(holes, p.why...), p.open.holes...)
		}
	}
	return holes
}

func (a accounts) openAccounts() ([]string, []evidence.Hole) {
	names := []string{}
	holes := a.doubts()
	for _, l := range a.known {
		switch {
		case !l.open.known:
			holes = append(holes, l.open.holes...)
		case l.open.value:
			names = append(names, l.fact.Resource.Type+"/"+l.fact.Resource.Label())
		}
	}
	slices.Sort(names)
	return names, holes
}

// privilegedAt judges provider by provider: where one account settles it, others
// make no difference.
func (a accounts) privilegedAt() ([]string, []evidence.Hole) {
	at := map[string][]truth{}
	for _, l := range a.known {
		at[l.fact.Resource.Provider] = append(at[l.fact.Resource.Provider], l.privileged)
	}
	for _, p := range a.perhaps {
		for provider, c := range p.privileged {
			at[provider] = append(at[provider], unseen(append(slices.Clone(p.why), c.holes...)...))
		}
	}
	found := []string{}
	holes := slices.Clone(a.missing)
	for _, provider := range slices.Sorted(maps.Keys(at)) {
		switch t := or(at[provider]...); {
		case !t.known:
			holes = append(holes, t.holes...)
		case t.value:
			found = append(found, provider)
		}
	}
	return found, holes
}

// rehired: another employment at the same address ends later than this one, or
// has no end. That this one is over is for its own dates to say.
func (w *world) rehired(f *evidence.Fact, e *evidence.Employment) truth {
	a, holes := addressOf(f, e)
	if len(holes) > 0 {
		return unseen(holes...)
	}
	if e.EndsAt == nil {
		return unseen(sight.Holes(f, "ends_at")...)
	}
	p := w.knownPeople()
	var each []truth
	for _, o := range p.byAddress[a] {
		other, ok := o.Body.(*evidence.Employment)
		if !ok || o.Resource.Key() == f.Resource.Key() {
			continue
		}
		works := personActive([]*evidence.Fact{o}, nil)
		if other.EndsAt == nil {
			each = append(each, and(works, unseen(sight.Holes(o, "ends_at")...)))
			continue
		}
		later := !e.EndsAt.Never && (other.EndsAt.Never || other.EndsAt.At.After(e.EndsAt.At))
		each = append(each, and(works, definite(later)))
	}
	if holes := append(slices.Clone(p.missing), p.unaddressed...); len(holes) > 0 {
		each = append(each, unseen(holes...))
	}
	return or(each...)
}
