package evidence

import "time"

var repositoryKind = KindInfo{Kind: "Repository", New: func() any { return new(Repository) }, Doc: "A source code repository and its security features."}

// Repository is a source code repository and its security features.
type Repository struct {
	Visibility    *string    `json:"visibility,omitzero" words:"public internal private"`
	Archived      *bool      `json:"archived,omitzero"`
	Fork          *bool      `json:"fork,omitzero"`
	DefaultBranch *string    `json:"default_branch,omitzero"`
	Topics        []string   `json:"topics,omitzero"`
	CreatedAt     *time.Time `json:"created_at,omitzero"`
	LastPushed    *Moment    `json:"last_pushed,omitzero"` // volatile, by day
	// SecretScanning: committed secrets are found. github: security_and_analysis.secret_scanning
	SecretScanning *bool `json:"secret_scanning,omitzero"`
	// PushProtection: pushes that hold secrets are refused. github: security_and_analysis.secret_scanning_push_protection
	PushProtection *bool `json:"push_protection,omitzero"`
	// DependencyAlerts: known weaknesses of dependencies are reported.
	// github: GET /repos/{owner}/{repo}/vulnerability-alerts (204 on, 404 off)
	DependencyAlerts *bool `json:"dependency_alerts,omitzero"`
	// DependencyUpdates: fixes for weak dependencies are proposed. github: security_and_analysis.dependabot_security_updates
	DependencyUpdates *bool `json:"dependency_updates,omitzero"`
	// Languages are the programming languages found in it, sorted.
	// github: GET /repos/{owner}/{repo}/languages
	Languages []string `json:"languages,omitzero"`
	// CodeScanning is how its own code is searched for flaws.
	CodeScanning *CodeScanning `json:"code_scanning,omitzero"`
	// CodeOwners is who answers for its code.
	CodeOwners *CodeOwners `json:"code_owners,omitzero"`
	// Administrators counts the people who administer the repository without
	// owning the organisation: by name, or as members of a team. Derived from
	// RepositoryAccess, Group and User; unseen where any of them is.
	Administrators *int64 `json:"administrators,omitzero" derived:"true"`
}

// CodeScanning is how a repository's own code is searched for flaws.
type CodeScanning struct {
	// Managed: the provider runs the search by itself.
	// github: GET /repos/{owner}/{repo}/code-scanning/default-setup state (configured)
	Managed *bool `json:"managed,omitzero"`
	// LastAnalysis is the newest search of the default branch that ended without an error.
	// github: GET /repos/{owner}/{repo}/code-scanning/analyses (not read where the search is managed)
	LastAnalysis *Moment `json:"last_analysis,omitzero"` // volatile, by day
}
