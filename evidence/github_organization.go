package evidence

// GitHubOrganization is what only a GitHub organisation has.
// github: GET /orgs/{org}; what only owners may see is absent for others.
type GitHubOrganization struct {
	Plan *string `json:"plan,omitzero"` // plan.name: free, team, enterprise …

	MembersCreateRepositories       *bool `json:"members_create_repositories,omitzero"`        // members_can_create_repositories
	MembersCreatePublicRepositories *bool `json:"members_create_public_repositories,omitzero"` // members_can_create_public_repositories
	MembersForkPrivateRepositories  *bool `json:"members_fork_private_repositories,omitzero"`  // members_can_fork_private_repositories
	MembersDeleteRepositories       *bool `json:"members_delete_repositories,omitzero"`        // members_can_delete_repositories
	MembersChangeVisibility         *bool `json:"members_change_visibility,omitzero"`          // members_can_change_repo_visibility
	MembersInviteOutsiders          *bool `json:"members_invite_outsiders,omitzero"`           // members_can_invite_outside_collaborators

	// SAMLProvider: an identity provider for single sign-on is set, on the
	// organisation or on its enterprise. GitHub does not say whether members are
	// held to it. github: GraphQL organization.samlIdentityProvider and
	// enterprise.ownerInfo.samlIdentityProvider
	SAMLProvider *bool `json:"saml_provider,omitzero"`
	// ManagedUsers: members' accounts belong to the enterprise and sign in at its
	// identity provider only. github: GET /orgs/{org}/members, logins of the owners
	ManagedUsers *bool `json:"managed_users,omitzero"`
}
