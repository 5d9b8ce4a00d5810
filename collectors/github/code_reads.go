package github

// The reads of code, changes and alerts, as GitHub's API description names their paths.
const (
	readLanguages        = "GET /repos/{owner}/{repo}/languages"
	readDefaultSetup     = "GET /repos/{owner}/{repo}/code-scanning/default-setup"
	readAnalyses         = "GET /repos/{owner}/{repo}/code-scanning/analyses"
	readPulls            = "GET /repos/{owner}/{repo}/pulls"
	readPull             = "GET /repos/{owner}/{repo}/pulls/{pull_number}"
	readReviews          = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews"
	readPullCommits      = "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits"
	readCheckRuns        = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs"
	readStatuses         = "GET /repos/{owner}/{repo}/commits/{ref}/statuses"
	readBranch           = "GET /repos/{owner}/{repo}/branches/{branch}"
	readActivity         = "GET /repos/{owner}/{repo}/activity"
	readPullsOfCommit    = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls"
	readComparison       = "GET /repos/{owner}/{repo}/compare/{basehead}"
	readSecretAlerts     = "GET /orgs/{org}/secret-scanning/alerts"
	readDependencyAlerts = "GET /orgs/{org}/dependabot/alerts"
	readCodeAlerts       = "GET /orgs/{org}/code-scanning/alerts"
	readTree             = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}"
	readBlob             = "GET /repos/{owner}/{repo}/git/blobs/{file_sha}"
)

// The rights they need.
const (
	permitContents         = "repository Contents: read"
	permitPulls            = "repository Pull requests: read"
	permitChecks           = "repository Checks: read"
	permitStatuses         = "repository Commit statuses: read"
	permitSecretAlerts     = "repository Secret scanning alerts: read"
	permitDependencyAlerts = "repository Dependabot alerts: read"
	permitCodeAlerts       = "repository Code scanning alerts: read"
)

// needsForCode names the right a read of this file needs.
func needsForCode(operation string) string {
	switch operation {
	case readLanguages:
		return "needs " + permitRepositories + ", or repo"
	case readPulls, readPull, readReviews, readPullCommits:
		return "needs " + permitPulls + ", or repo"
	case readCheckRuns:
		return "needs " + permitChecks + ", or repo"
	case readStatuses:
		return "needs " + permitStatuses + ", or repo"
	case readBranch, readActivity, readPullsOfCommit, readComparison, readTree, readBlob:
		return "needs " + permitContents + ", or repo"
	case readDefaultSetup:
		return "needs administrator rights on the repository and " + permitProtection + ", or repo"
	case readAnalyses:
		return "needs " + permitCodeAlerts + ", or security_events"
	case readSecretAlerts:
		return "needs the token of an owner or a security manager with " + permitSecretAlerts + ", or security_events"
	case readDependencyAlerts:
		return "needs the token of an owner or a security manager with " + permitDependencyAlerts + ", or security_events"
	case readCodeAlerts:
		return "needs the token of an owner or a security manager with " + permitCodeAlerts + ", or security_events"
	}
	return ""
}
