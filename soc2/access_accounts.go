package soc2

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// user gives the account itself, and what its own record says that it was given.
func (l *AccessList) user(f accessFact) {
	u, ok := f.Body.(*evidence.User)
	if !ok {
		l.unseen(f, AccessAccount, f.Resource.ID, "", "")
		return
	}
	row := l.login(f)
	if u.Status == nil || *u.Status != evidence.UserDeactivated {
		own := row
		own.to(AccessAccount, f.Resource.Account, f.Resource.Provider+" "+f.Resource.Account, nil)
		switch {
		case u.Admin == nil:
			own.privilege("", whyUnseen(f, "admin"))
		case *u.Admin:
			own.Privilege = PrivilegeAdmin
		default:
			own.Privilege = PrivilegeMember
		}
		own.Role = strings.Join(slices.Sorted(slices.Values(u.Roles)), ", ")
		l.put(own, "direct")
	}
	l.administratorRoles(f, u, row)
	if f.Resource.Type == "aws.iam.user" {
		l.iamRights(f, u, row)
	}
}

// administratorRoles: the record of a user names those that come from groups too; a
// role that no group of the user is seen to give is direct.
func (l *AccessList) administratorRoles(f accessFact, u *evidence.User, row AccessRow) {
	deactivated := u.Status != nil && *u.Status == evidence.UserDeactivated // whatever it holds, nobody can be it
	if f.Resource.Provider == "okta" && u.Roles == nil && !deactivated {
		l.unseen(f, AccessRole, f.Resource.ID, "", "roles")
	}
	if f.Resource.Provider != "okta" {
		return // elsewhere a role is a word for the account itself, which its row shows
	}
	for _, role := range u.Roles {
		given := false
		for _, g := range l.byKind["Group"] {
			body, ok := g.Body.(*evidence.Group)
			given = given || ok && sameAccount(g, f) && slices.Contains(body.Roles, role) && slices.Contains(body.Members, f.Resource.ID)
		}
		if given {
			continue // the groups' own rows say so
		}
		r := row
		r.to(AccessRole, role, f.Resource.Provider+" "+f.Resource.Account, nil)
		r.Role, r.Privilege = role, PrivilegeAdmin
		l.put(r, "direct")
	}
}

func sameAccount(a, b accessFact) bool {
	return a.Resource.Provider == b.Resource.Provider && a.Resource.Account == b.Resource.Account
}

// iamRights are the policies and groups of an IAM user.
func (l *AccessList) iamRights(f accessFact, u *evidence.User, row AccessRow) {
	if u.Rights == nil {
		l.unseen(f, AccessPolicy, f.Resource.ID, "", "rights")
		l.unseen(f, AccessGroup, f.Resource.ID, "", "rights")
		return
	}
	where := f.Resource.Provider + " " + f.Resource.Account
	give := func(what AccessWhat, through, name, id, path string) {
		r := row
		r.to(what, id, where, nil)
		r.Role = name
		r.privilege(rightsOf(u, through), whyUnseen(f, "admin_through"))
		l.put(r, path)
	}
	if u.Rights.Attached == nil {
		l.unseen(f, AccessPolicy, f.Resource.ID, "", "rights.attached")
	}
	for _, p := range u.Rights.Attached {
		give(AccessPolicy, "policy/"+p.Name, p.Name, "managed/"+p.ARN+"/"+p.Name, "direct")
	}
	if u.Rights.Inline == nil {
		l.unseen(f, AccessPolicy, f.Resource.ID, "", "rights.inline")
	}
	for _, p := range u.Rights.Inline {
		give(AccessPolicy, "inline/"+p.Name, p.Name, "inline/"+p.Name, "direct")
	}
	if u.Rights.Groups == nil {
		l.unseen(f, AccessGroup, f.Resource.ID, "", "rights.groups")
	}
	for _, name := range u.Rights.Groups {
		give(AccessGroup, "group/"+name, name, name, "group "+name)
	}
}

// rightsOf says whether one of the ways to an AWS user's rights administers.
func rightsOf(u *evidence.User, through string) string {
	switch {
	case slices.Contains(u.AdminThrough, through):
		return PrivilegeAdmin
	case u.Admin != nil && !*u.Admin, u.AdminThrough != nil:
		return PrivilegeLimited
	}
	return ""
}

// group gives its members the administrator roles that it has.
func (l *AccessList) group(f accessFact) {
	g, ok := f.Body.(*evidence.Group)
	if !ok || f.Resource.Provider != "okta" {
		return
	}
	if g.Roles == nil {
		l.unseen(f, AccessRole, "", "", "roles")
	}
	for _, role := range g.Roles {
		if g.Members == nil {
			l.unseen(f, AccessRole, "", role, "members")
		}
		for _, id := range g.Members {
			r := l.of(f, id, "")
			r.to(AccessRole, role, f.Resource.Provider+" "+f.Resource.Account, nil)
			r.Role, r.Privilege = role, PrivilegeAdmin
			r.describedBy(f, g)
			l.put(r, "group "+f.Resource.Label())
		}
	}
}

// describedBy takes the description of a group for the purpose, where no tag gives one.
func (r *AccessRow) describedBy(f accessFact, g *evidence.Group) {
	if r.Purpose == "" && g.Description != nil {
		r.Purpose = strings.TrimSpace(*g.Description)
	}
	r.Seen = older(r.Seen, f.Seen)
}

// key gives a credential for programs: of the user it acts as, else of itself.
func (l *AccessList) key(f accessFact) {
	k, ok := f.Body.(*evidence.AccessKey)
	if !ok {
		l.unseen(f, AccessKeyUse, "", f.Resource.ID, "")
		return
	}
	if k.Active != nil && !*k.Active {
		return // it opens nothing
	}
	var row AccessRow
	user, known := accessFact{}, false
	if k.User != nil && k.Subject == nil {
		if user, known = l.users[within(f.Resource, *k.User)]; !known {
			user, known = l.named[within(f.Resource, serviceOf(f.Resource.Type)+"\x00"+*k.User)]
		}
	}
	id, name := f.Resource.ID, f.Resource.Provider+" "+f.Resource.Account
	row = l.login(f)
	var target *accessFact
	switch {
	case known:
		row = l.login(user)
		row.Seen = older(row.Seen, f.Seen)
		row.Unseen = slices.DeleteFunc(slices.Clone(row.Unseen), func(u AccessUnseen) bool { return u.Field == "last_use" || u.Field == "nature" })
		row.Privilege = ""
		if u, ok := user.Body.(*evidence.User); ok && u.Admin != nil {
			row.Privilege = PrivilegeLimited
			if *u.Admin {
				row.Privilege = PrivilegeAdmin
			}
		}
		if row.Privilege == "" {
			row.miss("privilege", whyUnseen(user, "admin"))
		}
	case k.Subject != nil:
		id, name = *k.Subject, *k.Subject
		if repo, ok := l.repos[within(f.Resource, id)]; ok {
			target = &repo
		}
		row.Privilege = PrivilegeRead
		if k.ReadOnly == nil {
			row.privilege("", whyUnseen(f, "read_only"))
		} else if !*k.ReadOnly {
			row.Privilege = PrivilegeWrite
		}
	default:
		row.privilege("", "whom it acts as was not seen")
	}
	row.to(AccessKeyUse, id, name, target)
	row.Nature = NatureService
	row.Role = "key " + f.Resource.Label()
	row.LastUse = k.LastUsed
	if row.LastUse == nil {
		row.miss("last_use", whyUnseen(f, "last_used"))
	}
	if k.Active == nil {
		row.miss("status", whyUnseen(f, "active"))
	}
	l.put(row, "direct")
}
