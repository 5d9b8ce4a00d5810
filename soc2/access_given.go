package soc2

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// grant gives a permission set to a user, or to the members of a group.
func (l *AccessList) grant(f accessFact) {
	g, ok := f.Body.(*evidence.Grant)
	if !ok || g.HolderType == nil || g.Holder == nil || g.Role == nil || g.Target == nil {
		l.unseen(f, AccessPermissionSet, "", "", "holder")
		return
	}
	name := *g.Role
	if g.RoleName != nil {
		name = *g.RoleName
	}
	target := *g.Role + " in " + *g.Target
	give := func(row AccessRow, path string) {
		row.to(AccessPermissionSet, target, f.Resource.Provider+" "+*g.Target, nil)
		row.Seen, row.Role = older(row.Seen, f.Seen), name
		row.Privilege = ""
		set, known := l.roles[within(f.Resource, *g.Role)]
		if known {
			if role, ok := set.Body.(*evidence.Role); ok && role.Admin != nil {
				row.Privilege = PrivilegeLimited
				if *role.Admin {
					row.Privilege = PrivilegeAdmin
				}
			}
		}
		if row.Privilege == "" && known {
			row.miss("privilege", whyUnseen(set, "admin"))
		} else if row.Privilege == "" {
			row.miss("privilege", string(evidence.NotCollected)+": the permission set was not read")
		}
		l.put(row, path)
	}
	if *g.HolderType == evidence.HolderUser {
		give(l.of(f, *g.Holder, holderName(g)), "direct")
		return
	}
	l.members(f, *g.Holder, AccessPermissionSet, target, func(row AccessRow, group accessFact) { give(row, "group "+group.Resource.Label()) })
}

func holderName(g *evidence.Grant) string {
	if g.HolderName != nil {
		return *g.HolderName
	}
	return ""
}

// members gives the users in a group that something was given to.
func (l *AccessList) members(f accessFact, id string, what AccessWhat, target string, give func(AccessRow, accessFact)) {
	group, known := l.groups[within(f.Resource, id)]
	if !known {
		l.hide(f, what, "", target, evidence.Hole{Reason: evidence.NotCollected, Detail: "the group it is given to was not read: " + id})
		return
	}
	g, ok := group.Body.(*evidence.Group)
	if !ok || g.Members == nil {
		l.unseen(group, what, "", target, "members")
		return
	}
	for _, member := range g.Members {
		row := l.of(f, member, "")
		row.describedBy(group, g)
		give(row, group)
	}
}

// repository gives access by name, or through a team.
func (l *AccessList) repository(f accessFact) {
	a, ok := f.Body.(*evidence.RepositoryAccess)
	if !ok || a.Repository == nil || a.HolderID == nil || a.Via == nil {
		l.unseen(f, AccessRepository, "", "", "holder_id")
		return
	}
	give := func(row AccessRow, path string) {
		var target *accessFact
		if repo, ok := l.repos[within(f.Resource, *a.Repository)]; ok {
			target = &repo
		}
		row.to(AccessRepository, *a.Repository, *a.Repository, target)
		row.Seen = older(row.Seen, f.Seen)
		if a.Permission == nil {
			row.privilege("", whyUnseen(f, "permission"))
		} else {
			row.Privilege = *a.Permission
		}
		row.Role = row.Privilege
		if a.Role != nil {
			row.Role = *a.Role
		}
		l.put(row, path)
	}
	if *a.Via == evidence.AccessTeam {
		l.members(f, *a.HolderID, AccessRepository, *a.Repository, func(row AccessRow, group accessFact) { give(row, "team "+group.Resource.Label()) })
		return
	}
	name := ""
	if a.Holder != nil {
		name = *a.Holder
	}
	give(l.of(f, *a.HolderID, name), "direct")
}

// base is what every member of an organisation may do in every repository.
func (l *AccessList) base(f accessFact) {
	a, ok := f.Body.(*evidence.Account)
	if ok && f.Resource.Type == "aws.account" {
		l.root(f, a.Root)
	}
	if !ok || f.Resource.Provider != "github" {
		return
	}
	if a.MemberRepositoryPermission == nil {
		l.unseen(f, AccessBase, "", "", "member_repository_permission")
		return
	}
	if *a.MemberRepositoryPermission == "none" {
		return
	}
	for _, u := range l.byKind["User"] {
		user, ok := u.Body.(*evidence.User)
		if !ok || !sameAccount(u, f) || user.External != nil && *user.External {
			continue
		}
		row := l.login(u)
		row.to(AccessBase, f.Resource.Account, "every repository of "+f.Resource.Account, nil)
		row.Seen = older(row.Seen, f.Seen)
		row.Role, row.Privilege = "base permission "+*a.MemberRepositoryPermission, *a.MemberRepositoryPermission
		l.put(row, "membership")
	}
}

// root is the user that an AWS account itself is. Without password and keys nobody
// can be it.
func (l *AccessList) root(f accessFact, root *evidence.RootUser) {
	if root == nil {
		l.unseen(f, AccessRoot, "", "", "root")
		return
	}
	no := func(b *bool) bool { return b != nil && !*b }
	if no(root.PasswordPresent) && no(root.AccessKeysPresent) {
		return
	}
	row := l.login(f)
	row.to(AccessRoot, f.Resource.Account, f.Resource.Provider+" "+f.Resource.Account, nil)
	row.Role, row.Privilege, row.Nature, row.MFA = "root user", PrivilegeAdmin, "", root.MFAEnabled
	row.miss("nature", "whoever holds its password")
	row.miss("person", "whoever holds its password")
	if row.MFA == nil {
		row.miss("mfa", whyUnseen(f, "root.mfa_enabled"))
	}
	if row.LastUse = newerUse(root.PasswordLastUsed, root.KeysLastUsed); row.LastUse == nil {
		row.miss("last_use", whyUnseen(f, "root.password_last_used"))
	}
	l.put(row, "direct")
}

// newerUse is the newer of two uses; nil where either was not seen.
func newerUse(a, b *evidence.Moment) *evidence.Moment {
	switch {
	case a == nil || b == nil:
		return nil
	case a.Never || !b.Never && b.At.After(a.At):
		return b
	}
	return a
}

// endedAssignments are the states in which an assignment opens nothing, once the
// application followed. Source: Okta's schema AppUserStatus.
var (
	endedAssignments    = []string{"DEPROVISIONED", "INACTIVE", "SUSPENDED", "UNASSIGNED"}
	followedAssignments = []string{"DISABLED", "SYNCHRONIZED"}
)

// application gives those who are assigned to it the use of it, and itself the
// rights it acts with.
func (l *AccessList) application(f accessFact) {
	app, ok := f.Body.(*evidence.Application)
	if !ok {
		l.unseen(f, AccessApplication, "", f.Resource.ID, "")
		return
	}
	if app.Status != nil && *app.Status == "inactive" {
		return // it lets nobody in
	}
	if f.Resource.Type == "github.app_installation" || app.Unattended != nil && *app.Unattended {
		l.installation(f, app)
	}
	if f.Resource.Provider != "okta" {
		return
	}
	if app.Assignments == nil {
		l.unseen(f, AccessApplication, "", f.Resource.ID, "assignments")
	}
	for _, a := range app.Assignments {
		if a.Status != nil && slices.Contains(endedAssignments, *a.Status) && a.Sync != nil && slices.Contains(followedAssignments, *a.Sync) {
			continue
		}
		row := l.of(f, a.User, "")
		row.to(AccessApplication, f.Resource.ID, f.Resource.Label(), &f)
		row.Privilege, row.Role = PrivilegeUse, "assigned"
		if a.Status != nil {
			row.Role = "assigned, " + strings.ToLower(*a.Status)
		}
		path := "a group"
		switch {
		case a.Direct == nil:
			path = "not seen"
			row.miss("paths", string(evidence.NotCollected)+": whether it is given to the person or a group")
		case *a.Direct:
			path = "direct"
		}
		l.put(row, path)
	}
}

func (l *AccessList) installation(f accessFact, app *evidence.Application) {
	row := l.login(f)
	row.to(AccessInstallation, f.Resource.Account, f.Resource.Provider+" "+f.Resource.Account, nil)
	row.Role = strings.Join(slices.Sorted(slices.Values(app.Permissions)), ", ")
	switch {
	case app.Permissions == nil:
		row.privilege("", whyUnseen(f, "permissions"))
	case slices.ContainsFunc(app.Permissions, func(p string) bool {
		return strings.HasPrefix(p, "administration:write") || strings.HasPrefix(p, "organization_administration:write")
	}):
		row.Privilege = PrivilegeAdmin
	case slices.ContainsFunc(app.Permissions, func(p string) bool { return !strings.HasSuffix(p, ":read") }):
		row.Privilege = PrivilegeWrite
	default:
		row.Privilege = PrivilegeRead
	}
	row.miss("last_use", string(evidence.NotCollected)+": no provider tells")
	l.put(row, "installed")
}

// trust is who outside can take a role on.
func (l *AccessList) trust(f accessFact) {
	role, ok := f.Body.(*evidence.Role)
	if !ok || strings.HasPrefix(f.Resource.Type, "aws.identity_center.") {
		return
	}
	if role.Outside == nil || role.Pipelines == nil {
		l.unseen(f, AccessTrust, f.Resource.ID, "", "trust")
	}
	give := func(who, path string) {
		row := l.login(f)
		row.to(AccessTrust, who, f.Resource.Label(), nil)
		row.Role, row.LastUse = who, role.LastUsed
		switch {
		case role.Admin == nil:
			row.privilege("", whyUnseen(f, "admin"))
		case *role.Admin:
			row.Privilege = PrivilegeAdmin
		}
		if row.LastUse == nil {
			row.miss("last_use", whyUnseen(f, "last_used"))
		}
		l.put(row, path)
	}
	for _, o := range role.Outside {
		give(o.Account, "trust of account "+o.Account)
	}
	for _, p := range role.Pipelines {
		give(p.Issuer+" "+strings.Join(p.Subjects, " "), "pipeline of "+p.Issuer)
	}
}
