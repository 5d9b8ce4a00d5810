package github

import "github.com/controlwatch/controlwatch/collectors/transport"

// answersKept are the reads whose redacted answers are kept. Every read of a
// collector is here or among answersNotKept: a test asks. Left out besides secrets
// is what a repository or a person is told again of inside something else.
var answersKept = []transport.Kept{
	transport.Keep(readOrganization).But("disk_usage", "updated_at"),
	transport.Keep(readMembers).Each("."),
	transport.Keep(readOutsideCollaborators).Each("."),
	transport.Keep(askOrganizationSAML.name),
	transport.Keep(askEnterpriseSAML.name),
	transport.Keep(readRepositories).Each(".").But("size", "watchers", "watchers_count", "stargazers_count", "forks", "forks_count", "open_issues", "open_issues_count").Without("temp_clone_token"),
	transport.Keep(readAlertsSwitch),
	transport.Keep(readLanguages),
	transport.Keep(readDefaultSetup),
	transport.Keep(readAnalyses).Each(".").Without("environment"),
	transport.Keep(readProtection),
	transport.Keep(readBranchRules).Each("."),
	transport.Keep(readRuleset),
	transport.Keep(readInstallations).Each("installations"),
	transport.Keep(readTeams).Each("."),
	transport.Keep(readTeamMembers).Each("."),
	transport.Keep(readTeamRepositories).Each(".").Without("temp_clone_token").But("size", "stargazers_count", "watchers_count", "watchers", "forks", "forks_count", "open_issues", "open_issues_count"),
	transport.Keep(readCollaborators).Each("."),
	transport.Keep(readDeployKeys).Each("."),
	// An address may hold the token it is called with: its host is in the fact.
	transport.Keep(readOrganizationHooks).Each(".").Without("config.url", "config.secret", "config.token", "config.password", "last_response"),
	transport.Keep(readRepositoryHooks).Each(".").Without("config.url", "config.secret", "config.token", "config.password", "last_response"),
	transport.Keep(readOrgActions),
	transport.Keep(readOrgSelectedActions),
	transport.Keep(readOrgWorkflowToken),
	transport.Keep(readOrgSecrets).Each("secrets"), // names and dates: GitHub never gives the values
	transport.Keep(readOrgSubject),
	transport.Keep(readRunnerGroups).Each("runner_groups"),
	transport.Keep(readRepoActions),
	transport.Keep(readRepoSelectedActions),
	transport.Keep(readRepoWorkflowToken),
	transport.Keep(readForkApproval),
	transport.Keep(readRepoSecrets).Each("secrets"),
	transport.Keep(readRepoSubject),
	transport.Keep(readRunners).Each("runners").But("runners.busy", "runners.status"),
	transport.Keep(readEnvironments).Each("environments"),
	transport.Keep(readEnvironmentSecrets).Each("secrets"),
	transport.Keep(readAuditStreams).Each("."),
	transport.Keep(readPulls).Each(".").But("head.repo", "base.repo").Without("body"),
	transport.Keep(readPull).But("head.repo", "base.repo", "mergeable_state", "mergeable").Without("body"),
	transport.Keep(readReviews).Each(".").Without("body", "body_html", "body_text"),
	transport.Keep(readPullCommits).Each(".").Without("files"),
	transport.Keep(readCheckRuns).Each("check_runs").Without("check_runs.output").But("check_runs.app"),
	transport.Keep(readStatuses).Each("."),
	transport.Keep(readBranch).Without("commit.files"),
	transport.Keep(readActivity).Each("."),
	transport.Keep(readPullsOfCommit).Each(".").But("head.repo", "base.repo").Without("body"),
	transport.Keep(readComparison).Each("commits").Without("files"),
	// What was found is the secret itself.
	transport.Keep(readSecretAlerts).Each(".").Without("secret", "first_location_detected", "push_protection_bypass_request_comment", "resolution_comment").But("repository"),
	transport.Keep(readDependencyAlerts).Each(".").But("repository"),
	transport.Keep(readCodeAlerts).Each(".").Without("most_recent_instance.environment").But("repository"),
}

// AnswersNotKept are the other reads, and why.
var AnswersNotKept = map[string]string{
	readUser:                     "it says who asks, which the pull's record says",
	readUserOrganizations:        "it says where we may look, which the plan says",
	readOrganizationInstallation: "part of signing in as an App",
	readAppInstallations:         "part of signing in as an App",
	readAppInstallation:          "part of signing in as an App",
	readAuditLog:                 "one event of many, another one at every look: the fact says what was asked of it",
	readTree:                     "names of files: the fact says which are read",
	readBlob:                     "a file may hold anything",
}

// AnswersKept lists the reads whose redacted answers are kept.
func AnswersKept() []transport.Kept { return answersKept }
