package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var guardedApplicationsRule = rule{kind: "SignOnPolicy", types: []string{"okta.policy.authentication", "okta.policy.global_session"}, apply: func(w *world, s *subject) {
	p, ok := s.Body.(*evidence.SignOnPolicy)
	if !ok {
		return
	}
	p.Applications, p.ApplicationsDemandMFA = nil, nil
	switch s.Resource.Type {
	case "okta.policy.authentication":
		p.Applications = w.guarded(s)
	case "okta.policy.global_session":
		demand := recall(w, "applications demand", s.Resource, func() truth { return w.applicationsDemandMFA(s.Resource) })
		p.ApplicationsDemandMFA = s.set("applications_demand_mfa", demand)
	}
}}

// guarded lists the active applications that a policy guards.
func (w *world) guarded(s *subject) []evidence.GuardedApplication {
	holes := w.Kind(s.Resource.Provider, s.Resource.Account, "Application")
	found := []evidence.GuardedApplication{}
	for _, f := range w.beside(s.Resource, "Application") {
		app, ok := f.Body.(*evidence.Application)
		if !ok {
			continue
		}
		guards := w.current(f, func() truth {
			by := unseen(sight.Holes(f, "sign_on_policy")...)
			if app.SignOnPolicy != nil {
				by = definite(*app.SignOnPolicy == s.Resource.ID)
			}
			return and(activeApplication(f, app), by)
		})
		switch {
		case !guards.known:
			holes = append(holes, guards.holes...)
		case guards.value:
			found = append(found, evidence.GuardedApplication{ID: f.Resource.ID, Name: f.Resource.Label()})
		}
	}
	if len(holes) > 0 {
		s.miss("applications", holes)
		return nil
	}
	slices.SortFunc(found, func(a, b evidence.GuardedApplication) int { return strings.Compare(a.ID, b.ID) })
	return found
}

func activeApplication(f *evidence.Fact, app *evidence.Application) truth {
	if app.Status == nil {
		return unseen(sight.Holes(f, "status")...)
	}
	return definite(*app.Status == "active")
}

// applicationsDemandMFA says whether a session alone opens nothing: every active
// application that people sign in to is guarded by a policy that demands two
// factors. In Classic Engine no such policy can be read and none counts.
func (w *world) applicationsDemandMFA(r evidence.Resource) truth {
	all := w.identityEngine(r)
	if holes := w.Kind(r.Provider, r.Account, "Application"); len(holes) > 0 {
		all = and(all, unseen(holes...))
	}
	seen := false
	for _, f := range w.beside(r, "Application") {
		app, ok := f.Body.(*evidence.Application)
		if !ok {
			continue
		}
		seen = true
		all = and(all, w.current(f, func() truth {
			d, _ := w.guardOf(f, app)
			return or(not(activeApplication(f, app)), unattended(f, app), bookmark(f, app), d.mfa)
		}))
	}
	if !seen {
		// Every org has the dashboard and the console: an empty list is one that was hidden from us.
		all = and(all, unseen(evidence.Hole{Type: "okta.app", Reason: evidence.ProviderError, Detail: "no application is listed, not even Okta's own"}))
	}
	return all
}

func unattended(f *evidence.Fact, app *evidence.Application) truth {
	return (&subject{f}).look("unattended", app.Unattended)
}

// bookmark is a link, which nobody signs in to.
func bookmark(f *evidence.Fact, app *evidence.Application) truth {
	if app.SignOn == nil {
		return unseen(sight.Holes(f, "sign_on")...)
	}
	return definite(*app.SignOn == "BOOKMARK")
}
