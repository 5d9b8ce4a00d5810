package derive

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// accountIdentityRule fills what an AWS account's users, roles and identity
// providers come to.
var accountIdentityRule = rule{kind: "Account", apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	a.AdminPrincipals, a.Federation = nil, nil
	if s.Resource.Type != "aws.account" {
		return
	}
	names, holes := w.adminPrincipals(s)
	if len(holes) > 0 {
		s.miss("admin_principals", holes)
	} else {
		a.AdminPrincipals = names
	}
	a.Federation = w.federation(s, a)
}}

// adminPrincipals names the IAM users and roles of the account that administer
// it. Roles that AWS made for its own services are left aside. A role that
// stands for a permission set counts as that set, once.
func (w *world) adminPrincipals(s *subject) ([]string, []evidence.Hole) {
	names := []string{}
	holes := append(w.Type(s.Resource.Provider, s.Resource.Account, "aws.iam.user", nil), w.Type(s.Resource.Provider, s.Resource.Account, "aws.iam.role", nil)...)
	var unknown crowd
	for _, f := range w.beside(s.Resource, "User") {
		if f.Resource.Type != "aws.iam.user" {
			continue // they act through the roles of their permission sets
		}
		if h, lost := w.Fact(f); lost {
			unknown.add(f, h)
			continue
		}
		switch admin := w.admin(f); {
		case !admin.known:
			unknown.add(f, admin.holes...)
		case admin.value:
			names = append(names, "user/"+f.Resource.Name)
		}
	}
	for _, f := range w.beside(s.Resource, "Role") {
		role, ok := f.Body.(*evidence.Role)
		if !ok || f.Resource.Type != "aws.iam.role" {
			continue
		}
		if h, lost := w.Fact(f); lost {
			unknown.add(f, h)
			continue
		}
		rs := &subject{f}
		r := w.rightsAdmin(rs, role.Rights)
		switch admin := and(not(rs.look("provider_owned", role.ProviderOwned)), r.truth()); {
		case !admin.known:
			unknown.add(f, admin.holes...)
		case !admin.value:
		case role.PermissionSet == nil:
			unknown.add(f, sight.Holes(f, "permission_set")...)
		case *role.PermissionSet != "":
			names = append(names, "permission-set/"+*role.PermissionSet)
		default:
			names = append(names, "role/"+f.Resource.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), append(holes, unknown.holes...)
}

func (w *world) federation(s *subject, a *evidence.Account) *evidence.Federation {
	f := evidence.Federation{
		Directory:      s.set("federation.directory", w.directory(s, a)),
		SAMLValidUntil: w.samlValidUntil(s),
	}
	if f.Directory == nil && f.SAMLValidUntil == nil {
		return nil
	}
	return &f
}

// directory says whether an Identity Center instance gives identities. Seeing
// one is enough. That there is none takes every enabled region, as an instance
// lives in one of them.
func (w *world) directory(s *subject, a *evidence.Account) truth {
	var each []truth
	for _, f := range w.beside(s.Resource, "IdentityProvider") {
		p, ok := f.Body.(*evidence.IdentityProvider)
		if !ok || f.Resource.Type != "aws.identity_center.instance" {
			continue
		}
		if h, lost := w.Fact(f); lost {
			each = append(each, unseen(h))
			continue
		}
		each = append(each, (&subject{f}).look("active", p.Active))
	}
	if holes := w.Type(s.Resource.Provider, s.Resource.Account, "aws.identity_center.instance", a.Regions); len(holes) > 0 {
		each = append(each, unseen(holes...))
	}
	if a.Regions == nil {
		each = append(each, unseen(sight.Holes(s.Fact, "regions")...))
	}
	return or(each...)
}

func (w *world) samlValidUntil(s *subject) *evidence.Moment {
	latest := time.Time{}
	holes := w.Type(s.Resource.Provider, s.Resource.Account, "aws.iam.saml_provider", nil)
	for _, f := range w.beside(s.Resource, "IdentityProvider") {
		p, ok := f.Body.(*evidence.IdentityProvider)
		if !ok || f.Resource.Type != "aws.iam.saml_provider" {
			continue
		}
		h, lost := w.Fact(f)
		switch {
		case lost:
			holes = append(holes, h)
		case p.ValidUntil == nil:
			holes = append(holes, sight.Holes(f, "valid_until")...)
		case p.ValidUntil.At.After(latest):
			latest = p.ValidUntil.At
		}
	}
	if len(holes) > 0 {
		s.miss("federation.saml_valid_until", holes)
		return nil
	}
	return &evidence.Moment{Never: latest.IsZero(), At: latest}
}

var passwordPolicyRule = rule{kind: "PasswordPolicy", apply: func(w *world, s *subject) {
	p, ok := s.Body.(*evidence.PasswordPolicy)
	if !ok {
		return
	}
	p.InUse = nil
	if s.Resource.Type != "aws.iam.password_policy" {
		return
	}
	// Whom it binds is IAM's users; the root user's password it does not.
	var each []truth
	if holes := w.Type(s.Resource.Provider, s.Resource.Account, "aws.iam.user", nil); len(holes) > 0 {
		each = append(each, unseen(holes...))
	}
	var unknown crowd
	for _, f := range w.beside(s.Resource, "User") {
		u, ok := f.Body.(*evidence.User)
		if !ok || f.Resource.Type != "aws.iam.user" {
			continue
		}
		if h, lost := w.Fact(f); lost {
			unknown.add(f, h)
			continue
		}
		switch password := (&subject{f}).look("password_sign_in", u.PasswordSignIn); {
		case !password.known:
			unknown.add(f, password.holes...)
		case password.value:
			each = append(each, password)
		}
	}
	if len(unknown.holes) > 0 {
		each = append(each, unseen(unknown.holes...))
	}
	p.InUse = s.set("in_use", or(each...))
}}
