package github

// accessNeeds names the right that each read of access and pipelines needs: what
// fine-grained tokens and Apps call it, then the scope of a classic token.
var accessNeeds = map[string]string{
	readInstallations:    "needs an owner's token with " + permitOrganization + ", or admin:org",
	readTeams:            "needs an owner's token with " + permitMembers + ", or read:org",
	readTeamMembers:      "needs an owner's token with " + permitMembers + ", or read:org",
	readTeamRepositories: "needs an owner's token with " + permitMembers + ", or read:org",
	readCollaborators:    "needs write access to the repository and " + permitRepositories + ", or repo",
	readDeployKeys:       "needs administrator rights on the repository and " + permitProtection + ", or repo",

	readOrganizationHooks: "needs an owner's token with " + permitOrganizationHooks + ", or admin:org_hook",
	readRepositoryHooks:   "needs administrator rights on the repository and " + permitRepositoryHooks + ", or read:repo_hook",

	readOrgActions:         "needs an owner's token with " + permitOrganization + ", or admin:org",
	readOrgSelectedActions: "needs an owner's token with " + permitOrganization + ", or admin:org",
	readOrgWorkflowToken:   "needs an owner's token with " + permitOrganization + ", or admin:org",
	readOrgSubject:         "needs an owner's token with " + permitOrganization + ", or read:org",
	readOrgSecrets:         "needs an owner's token with " + permitOrgSecrets + ", or admin:org",
	readRunnerGroups:       "needs an owner's token with " + permitOrgRunners + ", or admin:org",

	readRepoActions:         "needs administrator rights on the repository and " + permitProtection + ", or repo",
	readRepoSelectedActions: "needs administrator rights on the repository and " + permitProtection + ", or repo",
	readRepoWorkflowToken:   "needs administrator rights on the repository and " + permitProtection + ", or repo",
	readForkApproval:        "needs administrator rights on the repository and " + permitProtection + ", or repo",
	readRunners:             "needs administrator rights on the repository and " + permitProtection + ", or repo",
	readRepoSecrets:         "needs write access to the repository and " + permitSecrets + ", or repo",
	readRepoSubject:         "needs write access to the repository and " + permitActions + ", or repo",
	readEnvironments:        "needs " + permitActions + ", or repo",
	readEnvironmentSecrets:  "needs write access to the repository and " + permitEnvironments + ", or repo",

	readAuditLog:             "needs GitHub Enterprise Cloud and an owner's token with " + permitOrganization + ", or read:audit_log",
	readAuditStreams:         "needs an " + permitEnterprise,
	askOrganizationSAML.name: "needs an owner's token with " + permitMembers + ", or read:org",
	askEnterpriseSAML.name:   "needs an " + permitEnterprise,
}
