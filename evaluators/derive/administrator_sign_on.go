package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// adminConsole is the name of Okta's Admin Console among applications.
const adminConsole = "saasure"

var administratorSignOnRule = rule{kind: "Account", types: []string{"okta.org"}, apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	a.AdministratorSignOn = nil
	if s.Resource.Type != "okta.org" {
		return
	}
	identity := w.identityEngine(s.Resource)
	switch {
	case !identity.known:
		s.miss("administrator_sign_on", identity.holes)
		return
	case !identity.value:
		s.miss("administrator_sign_on", []evidence.Hole{{Reason: evidence.Disabled, Detail: "this org runs Classic Engine, where no API tells what the Admin Console demands"}})
		return
	}
	a.AdministratorSignOn = w.administratorSignOn(s)
}}

// administratorSignOn looks for the console among the applications. One that was
// not seen might be it, so it takes all of them to say that a demand holds.
func (w *world) administratorSignOn(s *subject) *evidence.AdministratorSignOn {
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "Application")
	all, names := demandsAlike(definite(true)), []*string{}
	for _, f := range w.beside(s.Resource, "Application") {
		app, ok := f.Body.(*evidence.Application)
		if !ok {
			continue
		}
		if h, lost := w.Fact(f); lost {
			holes = append(holes, h)
			continue
		}
		if app.Definition == nil {
			holes = append(holes, sight.Holes(f, "definition")...)
			continue
		}
		if *app.Definition == adminConsole {
			d, name := w.guardOf(f, app)
			all.mfa, all.phishingResistant = and(all.mfa, d.mfa), and(all.phishingResistant, d.phishingResistant)
			names = append(names, name)
		}
	}
	if len(names) == 0 && len(holes) == 0 {
		holes = []evidence.Hole{{Type: "okta.app", Reason: evidence.Denied, Detail: "the Admin Console is not among the applications we may see"}}
	}
	if len(names) == 0 {
		s.miss("administrator_sign_on", holes)
		return nil
	}
	out := &evidence.AdministratorSignOn{}
	if len(holes) > 0 {
		all.mfa, all.phishingResistant = and(all.mfa, unseen(holes...)), and(all.phishingResistant, unseen(holes...))
	} else {
		out.Policy = names[0]
	}
	out.MFARequired = s.set("administrator_sign_on.mfa_required", all.mfa)
	out.PhishingResistant = s.set("administrator_sign_on.phishing_resistant", all.phishingResistant)
	return out
}
