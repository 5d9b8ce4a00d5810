package evidence

// The two engines that Okta's orgs run on.
const (
	OktaIdentityEngine = "identity"
	OktaClassicEngine  = "classic" // sign-on rules of single applications cannot be read
)

// OktaOrg is what only an Okta org has.
type OktaOrg struct {
	Engine *string `json:"engine,omitzero"` // GET /.well-known/okta-organization pipeline
	// Authenticators are what people may prove themselves with. Identity Engine
	// only. GET /api/v1/authenticators
	Authenticators []OktaAuthenticator `json:"authenticators,omitzero"`
	// AdminSessionIdleMinutes and AdminSessionLifetimeMinutes bound sessions of the
	// Admin Console. GET /api/v1/first-party-app-settings/admin-console
	AdminSessionIdleMinutes     *int64 `json:"admin_session_idle_minutes,omitzero"`
	AdminSessionLifetimeMinutes *int64 `json:"admin_session_lifetime_minutes,omitzero"`
	// ThreatInsight is what happens to sign-ins from known-bad addresses: none,
	// audit, block. GET /api/v1/threats/configuration
	ThreatInsight *string `json:"threat_insight,omitzero"`
	// BlockedServices are the kinds of anonymising service from which nobody may sign
	// in at all: those of every active zone that blocks, such as "ALL_ANONYMIZERS",
	// "proxy:Tor". GET /api/v1/zones
	BlockedServices []string `json:"blocked_services,omitzero"`
	// SupportAccess: Okta's own staff may look in. GET /api/v1/org/privacy/oktaSupport
	SupportAccess *bool `json:"support_access,omitzero"`
	// SupportAccessUntil is when the newest access ends; never: none was given.
	SupportAccessUntil *Moment `json:"support_access_until,omitzero"`
}

// OktaAuthenticator is one way to prove oneself.
type OktaAuthenticator struct {
	Key    string `json:"key" seen:"always"` // "okta_verify", "webauthn", "phone_number"
	Active *bool  `json:"active,omitzero"`
	// AllowedFor: any, none, recovery, sso; empty: it has no such setting and is for sign-in.
	AllowedFor *string `json:"allowed_for,omitzero"`
}
