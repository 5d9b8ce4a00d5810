package github

import (
	"github.com/controlwatch/controlwatch/evidence"
)

// privileges states what members may do of themselves, and the plan.
func (s *source) privileges(o organization, f *evidence.Fact, g *evidence.GitHubOrganization, hint string) {
	for _, p := range []struct {
		field string
		said  *bool
		into  **bool
	}{
		{"members_create_repositories", o.CreateAny, &g.MembersCreateRepositories},
		{"members_create_public_repositories", o.CreatePublic, &g.MembersCreatePublicRepositories},
		{"members_fork_private_repositories", o.ForkPrivate, &g.MembersForkPrivateRepositories},
		{"members_delete_repositories", o.Delete, &g.MembersDeleteRepositories},
		{"members_change_visibility", o.ChangeVisibility, &g.MembersChangeVisibility},
		{"members_invite_outsiders", o.InviteOutsiders, &g.MembersInviteOutsiders},
	} {
		if *p.into = p.said; p.said == nil {
			f.Miss("github."+p.field, notStated(readOrganization, hint))
		}
	}
	if o.Plan == nil || o.Plan.Name == "" {
		f.Miss("github.plan", notStated(readOrganization, ownersOnly+"; an App needs "+permitPlan))
		return
	}
	g.Plan = &o.Plan.Name
}
