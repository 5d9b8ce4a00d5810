package derive

import (
	"fmt"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// demands is what a policy asks of everybody it lets in.
type demands struct{ mfa, phishingResistant truth }

func demandsAlike(t truth) demands { return demands{t, t} }

// policyDemands reads a policy's rules: a demand holds where every active rule
// that allows makes it. A policy that is switched off demands nothing.
func (w *world) policyDemands(f *evidence.Fact) demands {
	if h, lost := w.Fact(f); lost {
		return demandsAlike(unseen(h))
	}
	p, ok := f.Body.(*evidence.SignOnPolicy)
	if !ok {
		return demandsAlike(unseen(evidence.Hole{Type: f.Resource.Type, Reason: evidence.NotCollected}))
	}
	s := &subject{f}
	active := s.look("active", p.Active)
	if p.Rules == nil {
		return demandsAlike(and(active, unseen(sight.Holes(f, "rules")...)))
	}
	if len(p.Rules) == 0 {
		// Every policy has a rule that catches all; a list without any proves nothing.
		return demandsAlike(and(active, unseen(evidence.Hole{Field: "rules", Type: f.Resource.Type, Reason: evidence.ProviderError, Detail: "the policy has no rule at all"})))
	}
	d := demands{mfa: active, phishingResistant: active}
	for i, r := range p.Rules {
		at := fmt.Sprintf("rules[%d].", i)
		closed := or(not(s.look(at+"active", r.Active)), not(s.look(at+"allow", r.Allow)))
		d.mfa = and(d.mfa, or(closed, s.look(at+"mfa_required", r.MFARequired)))
		d.phishingResistant = and(d.phishingResistant, or(closed, s.phishingResistant(at, r)))
	}
	return d
}

// phishingResistant: a rule that names no ways is content with any factor.
func (s *subject) phishingResistant(at string, r evidence.SignOnRule) truth {
	if r.Ways == nil {
		return unseen(sight.Holes(s.Fact, at+"ways")...)
	}
	all := definite(len(r.Ways) > 0)
	for i, way := range r.Ways {
		all = and(all, s.look(fmt.Sprintf("%sways[%d].phishing_resistant", at, i), way.PhishingResistant))
	}
	return all
}

// guardOf says what the policy that guards an application demands, and its name.
func (w *world) guardOf(f *evidence.Fact, app *evidence.Application) (d demands, name *string) {
	if app.SignOnPolicy == nil {
		return demandsAlike(unseen(sight.Holes(f, "sign_on_policy")...)), nil
	}
	if *app.SignOnPolicy == "" {
		return demandsAlike(definite(false)), new("")
	}
	for _, p := range w.beside(f.Resource, "SignOnPolicy") {
		if p.Resource.ID == *app.SignOnPolicy {
			label := p.Resource.Label()
			return recall(w, "demands of "+p.Resource.ID, p.Resource, func() demands { return w.policyDemands(p) }), &label
		}
	}
	if holes := w.Kind(f.Resource.Provider, f.Resource.Account, "SignOnPolicy"); len(holes) > 0 {
		return demandsAlike(unseen(holes...)), nil
	}
	return demandsAlike(unseen(evidence.Hole{Field: "sign_on_policy", Type: f.Resource.Type, Reason: evidence.ProviderError, Detail: "the application is guarded by a policy that is not listed"})), nil
}

// identityEngine says whether the org of a resource guards applications one by one where
// that can be read, with the holes that leave it open.
func (w *world) identityEngine(r evidence.Resource) truth {
	for _, f := range w.beside(r, "Account") {
		a, ok := f.Body.(*evidence.Account)
		if !ok || f.Resource.Type != "okta.org" {
			continue
		}
		return w.current(f, func() truth {
			if a.Okta == nil || a.Okta.Engine == nil {
				return unseen(sight.Holes(f, "okta.engine")...)
			}
			return definite(*a.Okta.Engine == evidence.OktaIdentityEngine)
		})
	}
	holes := w.Kind(r.Provider, r.Account, "Account")
	if len(holes) == 0 {
		holes = []evidence.Hole{{Type: "okta.org", Reason: evidence.ProviderError, Detail: "the org itself is not listed"}}
	}
	return unseen(holes...)
}
