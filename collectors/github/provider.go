// Package github reads GitHub organisations through the REST API: the
// organisation itself, its members and outside collaborators, its repositories,
// what protects their default branches and what came to them, security alerts
// and workflow files. It reads only, and it knows nothing
// of what the settings mean.
package github

import (
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

const providerName = "github"

// Provider is GitHub: github.com, Enterprise Cloud and Enterprise Server.
var Provider = connect.Provider{
	Name:       providerName,
	Title:      "GitHub",
	Discovery:  discovery,
	Narrowing:  []connect.NarrowingSetting{{Key: "change_lookback_days", Default: defaultDays}},
	Collectors: collectors,
	Settings:   func() any { return new(Settings) },
	Open:       open,
	Detect:     detect,
	Starter:    starter,
}

// collectors lists everything read from an organisation, in the order of the reference.
var collectors = []evidence.Collector{
	organizationCollector,
	membersCollector,
	outsideCollaboratorsCollector,
	repositoriesCollector,
	branchRulesCollector,
	appsCollector,
	teamsCollector,
	repositoryAccessCollector,
	deployKeysCollector,
	webhooksCollector,
	pipelineSettingsCollector,
	environmentsCollector,
	auditLogCollector,
	changeEventsCollector,
	changesCollector,
	securityAlertsCollector,
	workflowsCollector,
}

// The reads, as GitHub's API description names their paths.
const (
	readUser                 = "GET /user"
	readUserOrganizations    = "GET /user/orgs"
	readOrganization         = "GET /orgs/{org}"
	readMembers              = "GET /orgs/{org}/members"
	readOutsideCollaborators = "GET /orgs/{org}/outside_collaborators"
	readRepositories         = "GET /orgs/{org}/repos"
	readAlertsSwitch         = "GET /repos/{owner}/{repo}/vulnerability-alerts"
	readProtection           = "GET /repos/{owner}/{repo}/branches/{branch}/protection"
	readBranchRules          = "GET /repos/{owner}/{repo}/rules/branches/{branch}"
	readRuleset              = "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}"
)

var reads = []string{
	readUser, readUserOrganizations, readOrganization, readMembers, readOutsideCollaborators,
	readRepositories, readAlertsSwitch, readProtection, readBranchRules, readRuleset,
	readOrganizationInstallation, readAppInstallations, readAppInstallation, askOrganizationSAML.name, askEnterpriseSAML.name,
	readInstallations, readTeams, readTeamMembers, readTeamRepositories, readCollaborators, readDeployKeys,
	readOrganizationHooks, readRepositoryHooks,
	readOrgActions, readOrgSelectedActions, readOrgWorkflowToken, readOrgSecrets, readOrgSubject, readRunnerGroups,
	readRepoActions, readRepoSelectedActions, readRepoWorkflowToken, readForkApproval, readRepoSecrets, readRepoSubject, readRunners,
	readEnvironments, readEnvironmentSecrets, readAuditLog, readAuditStreams,
	readLanguages, readDefaultSetup, readAnalyses,
	readPulls, readPull, readReviews, readPullCommits, readCheckRuns, readStatuses,
	readBranch, readActivity, readPullsOfCommit, readComparison,
	readSecretAlerts, readDependencyAlerts, readCodeAlerts, readTree, readBlob,
}

// The rights the reads need, as fine-grained tokens and Apps name them. GitHub
// has no read-only form of them for classic tokens: those need read:org and repo,
// and admin:org for the organisation's settings.
const (
	permitOrganization = "organization Administration: read"
	permitMembers      = "organization Members: read"
	permitRepositories = "repository Metadata: read"
	permitProtection   = "repository Administration: read"
	permitPlan         = "organization Plan: read" // Apps only; others see the plan with permitOrganization
)
