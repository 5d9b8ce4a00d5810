package evidence

import "time"

var securityAlertKind = KindInfo{Kind: "SecurityAlert", New: func() any { return new(SecurityAlert) }, Doc: "Something a scanner or detector found that somebody must handle."}

// What a security alert is about.
const (
	AlertSecret        = "secret"        // a credential in code
	AlertDependency    = "dependency"    // a known weakness in what the code uses
	AlertCode          = "code"          // a flaw in the code itself
	AlertVulnerability = "vulnerability" // a known weakness on a host, image or function
	AlertThreat        = "threat"        // behaviour that looks like an attack
)

// The states of a security alert.
const (
	AlertOpen      = "open"
	AlertFixed     = "fixed"     // the cause is gone
	AlertDismissed = "dismissed" // somebody decided to leave it; DismissedAs says why
)

// SecurityAlert is something a scanner or detector found. Closed ones are part
// of the population too, as far back as the provider keeps them.
type SecurityAlert struct {
	About    *string `json:"about,omitzero" words:"secret dependency code vulnerability threat"`
	Severity *string `json:"severity,omitzero"` // critical, high, medium, low, informational; secrets have none: critical
	// Score is the severity as the number the provider gives.
	// aws: guardduty:GetFindings Severity, 1 to 10; inspector2:ListFindings inspectorScore, 0 to 10
	Score *float64 `json:"score,omitzero"`
	State *string  `json:"state,omitzero" words:"open fixed dismissed"`
	Title *string  `json:"title,omitzero"` // the rule, weakness or type found; never the secret itself
	// Identifier is the weakness's public name, such as "CVE-2024-3094"; empty: it has none.
	Identifier  *string    `json:"identifier,omitzero"`
	OpenedAt    *time.Time `json:"opened_at,omitzero"`
	ClosedAt    *time.Time `json:"closed_at,omitzero"`    // nil while it is open
	DismissedAs *string    `json:"dismissed_as,omitzero"` // the provider's word for the reason; empty: not dismissed
	// FixAvailable: somebody has published a mend.
	FixAvailable *bool `json:"fix_available,omitzero"`
	// Subject is what it was found in: a repository, an instance, an image.
	Subject *string `json:"subject,omitzero"`
	// Development: what it was found in is needed to build or test only.
	// github: dependency.scope of a Dependabot alert
	Development *bool `json:"development,omitzero"`
}
