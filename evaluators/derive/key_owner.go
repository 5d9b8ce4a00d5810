package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var keyOwnerRule = rule{kind: "AccessKey", types: []string{"okta.api_token"}, apply: func(w *world, s *subject) {
	k, ok := s.Body.(*evidence.AccessKey)
	if !ok {
		return
	}
	k.Owner = nil
	if s.Resource.Type != "okta.api_token" {
		return
	}
	if k.User == nil {
		s.miss("owner", sight.Holes(s.Fact, "user"))
		return
	}
	k.Owner = w.owner(s, *k.User)
}}

// owner finds the user a credential acts as. Where every list of users was seen
// to its end and nobody has that id, the owner is gone.
func (w *world) owner(s *subject, id string) *evidence.KeyOwner {
	for _, f := range w.beside(s.Resource, "User") {
		u, ok := f.Body.(*evidence.User)
		if !ok || f.Resource.ID != id {
			continue
		}
		owner := &evidence.KeyOwner{
			Active:             s.set("owner.active", w.current(f, func() truth { return (&subject{f}).status(u, evidence.UserActive) })),
			SuperAdministrator: s.set("owner.super_administrator", w.superAdministrator(f, u)),
		}
		if name := f.Resource.Label(); name != "" {
			owner.Name = &name
		}
		return owner
	}
	if holes := w.Kind(s.Resource.Provider, s.Resource.Account, "User"); len(holes) > 0 {
		s.miss("owner", holes)
		return nil
	}
	return &evidence.KeyOwner{Name: new(""), Active: new(false), SuperAdministrator: new(false)}
}
