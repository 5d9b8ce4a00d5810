package derive

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// routes are the ways in which somebody may be an administrator, and what is
// known of each: any one is enough.
type routes struct {
	found   []string // names of those that are
	unknown []evidence.Hole
}

func (r *routes) add(name string, t truth) {
	switch {
	case t.is(true):
		r.found = append(r.found, name)
	case !t.known:
		r.unknown = append(r.unknown, t.holes...)
	}
}

func (r *routes) truth() truth {
	switch {
	case len(r.found) > 0:
		return definite(true)
	case len(r.unknown) > 0:
		return unseen(r.unknown...)
	}
	return definite(false)
}

// complete says that no route is unknown, so that those found are all.
func (r *routes) complete() bool { return len(r.unknown) == 0 }

// rightsAdmin looks through a principal's policies. A permissions boundary and
// the organisation's own policies are not weighed against them: both may
// change without the principal, and neither was seen to take administration away.
func (w *world) rightsAdmin(s *subject, rights *evidence.PolicyRights) routes {
	var r routes
	if rights == nil {
		r.unknown = sight.Holes(s.Fact, "rights")
		return r
	}
	if rights.Attached == nil {
		r.unknown = append(r.unknown, sight.Holes(s.Fact, "rights.attached")...)
	}
	for _, a := range rights.Attached {
		r.add("policy/"+a.Name, w.attachedAdmin(s.Resource, a))
	}
	if rights.Inline == nil {
		r.unknown = append(r.unknown, sight.Holes(s.Fact, "rights.inline")...)
	}
	for _, in := range rights.Inline {
		r.add("inline/"+in.Name, s.grantsAdmin("rights.inline", in.Document))
	}
	return r
}

// attachedAdmin finds the document of a managed policy. That
// AdministratorAccess allows everything is known without it.
// Source: AWS managed policy reference, AdministratorAccess.
func (w *world) attachedAdmin(of evidence.Resource, a evidence.AttachedPolicy) truth {
	if a.ProviderManaged && strings.HasSuffix(a.ARN, ":policy/AdministratorAccess") {
		return definite(true)
	}
	if a.ARN == "" {
		return unseen(evidence.Hole{Field: "rights.attached", Reason: evidence.NotCollected, Detail: "the policy " + a.Name + " is another one in each account"})
	}
	found := unseen(append(w.Kind(of.Provider, of.Account, "Policy"), evidence.Hole{
		Field: "rights.attached", Reason: evidence.NotCollected, Detail: "the document of the policy " + a.Name + " was not read",
	})...)
	for _, f := range w.withID(of, "Policy", a.ARN) {
		if h, lost := w.Fact(f); lost {
			found = unseen(h)
			continue
		}
		p, ok := f.Body.(*evidence.Policy)
		if !ok {
			continue
		}
		if found = (&subject{f}).grantsAdmin("document", p.Document); found.known {
			return found
		}
	}
	return found
}

// userAdmin says whether an AWS user administers, and through what.
func (w *world) userAdmin(f *evidence.Fact) routes {
	s := &subject{f}
	u, ok := f.Body.(*evidence.User)
	if !ok {
		return routes{}
	}
	if f.Resource.Type == "aws.identity_center.user" {
		return w.assignedAdmin(s)
	}
	r := w.rightsAdmin(s, u.Rights)
	if u.Rights == nil {
		return r
	}
	if u.Rights.Groups == nil {
		r.unknown = append(r.unknown, sight.Holes(f, "rights.groups")...)
	}
	for _, name := range u.Rights.Groups {
		group := w.named(f.Resource, "Group", "aws.iam.group", name)
		if group == nil {
			r.unknown = append(append(r.unknown, w.Kind(f.Resource.Provider, f.Resource.Account, "Group")...), evidence.Hole{
				Field: "rights.groups", Reason: evidence.NotCollected, Detail: "the group " + name + " was not read",
			})
			continue
		}
		if h, lost := w.Fact(group); lost {
			r.unknown = append(r.unknown, h)
			continue
		}
		if g, ok := group.Body.(*evidence.Group); ok {
			through := w.rightsAdmin(&subject{group}, g.Rights)
			r.add("group/"+name, through.truth())
		}
	}
	return r
}

func (w *world) named(of evidence.Resource, kind evidence.Kind, typ, name string) *evidence.Fact {
	for _, f := range w.beside(of, kind) {
		if f.Resource.Type == typ && f.Resource.Name == name {
			return f
		}
	}
	return nil
}

// admin says whether a user of any provider administers. What is collected of
// others is derived for AWS, whatever was stored.
func (w *world) admin(f *evidence.Fact) truth {
	u, ok := f.Body.(*evidence.User)
	if !ok {
		return unseen(evidence.Hole{Field: "admin", Reason: evidence.ProviderError, Detail: "not a user"})
	}
	if f.Resource.Provider == "aws" && derivedAdmin(f.Resource.Type) {
		r := w.userAdmin(f)
		return r.truth()
	}
	return (&subject{f}).look("admin", u.Admin)
}

func derivedAdmin(typ string) bool { return typ == "aws.iam.user" || typ == "aws.identity_center.user" }

var userAdminRule = rule{kind: "User", apply: func(w *world, s *subject) {
	u, ok := s.Body.(*evidence.User)
	if !ok {
		return
	}
	u.AdminThrough = nil
	if !derivedAdmin(s.Resource.Type) {
		return
	}
	r := w.userAdmin(s.Fact)
	u.Admin = s.set("admin", r.truth())
	if !r.complete() {
		s.miss("admin_through", r.unknown)
		return
	}
	slices.Sort(r.found)
	u.AdminThrough = append([]string{}, slices.Compact(r.found)...)
}}
