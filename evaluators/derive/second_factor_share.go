package derive

import (
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// secondFactorShareRule counts who of a directory's active users has a second factor.
var secondFactorShareRule = rule{kind: "Account", types: []string{"okta.org"}, apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	a.MFAShare, a.WithoutMFA = nil, nil
	if s.Resource.Type != "okta.org" {
		return
	}
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "User")
	var unknown crowd
	active, without := 0, []string{}
	for _, f := range w.beside(s.Resource, "User") {
		u, ok := f.Body.(*evidence.User)
		if !ok {
			continue
		}
		signsIn := w.current(f, func() truth { return (&subject{f}).status(u, evidence.UserActive) })
		if signsIn.is(false) {
			continue
		}
		protected := w.current(f, func() truth { return secondFactor(f, u) })
		if !signsIn.known || !protected.known {
			unknown.add(f, append(slices.Clone(signsIn.holes), protected.holes...)...)
			continue
		}
		active++
		if !protected.value {
			without = append(without, f.Resource.Label())
		}
	}
	holes = append(holes, unknown.holes...)
	if len(holes) == 0 && active == 0 { // a share of nobody is none
		holes = []evidence.Hole{{Reason: evidence.NotCollected, Detail: "no user is active"}}
	}
	if len(holes) > 0 {
		s.miss("mfa_share", holes)
		s.miss("without_mfa", holes)
		return
	}
	slices.Sort(without)
	a.MFAShare, a.WithoutMFA = new(float64(active-len(without))/float64(active)), without
}}

func secondFactor(f *evidence.Fact, u *evidence.User) truth {
	if u.MFA == nil {
		return unseen(sight.Holes(f, "mfa.enabled")...)
	}
	return (&subject{f}).look("mfa.enabled", u.MFA.Enabled)
}
