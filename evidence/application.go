package evidence

import "time"

var applicationKind = KindInfo{Kind: "Application", New: func() any { return new(Application) }, Doc: "Software that people sign in to, or that acts with rights of its own."}

// Application is software that people sign in to through a provider, or that
// acts there with rights of its own: an app of an identity provider, an
// installed app of a code host.
type Application struct {
	Status    *string    `json:"status,omitzero" words:"active inactive suspended"`
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// SignOn is how people sign in to it, the provider's word: "SAML_2_0",
	// "OPENID_CONNECT"; empty: nobody does.
	SignOn *string `json:"sign_on,omitzero"`
	// SignOnPolicy is the id of the policy that guards it; empty: none.
	SignOnPolicy *string `json:"sign_on_policy,omitzero"`
	// Permissions are the rights it holds itself, the provider's words, such as "contents:write".
	Permissions []string `json:"permissions,omitzero"`
	// Everything: it reaches every repository or resource of the account.
	Everything *bool `json:"everything,omitzero"`
	// Publisher is who made it, the provider's word; empty: the organisation itself.
	Publisher *string `json:"publisher,omitzero"`
	// Definition is what the provider calls this sort of app in its own catalogue:
	// "saasure" is Okta's Admin Console. okta: GET /api/v1/apps name
	Definition *string `json:"definition,omitzero"`
	// Unattended: a program acts through it and nobody signs in.
	// okta: application_type service
	Unattended *bool `json:"unattended,omitzero"`
	// ClientAuthentication is how it proves itself as an OAuth client, the provider's
	// word: "private_key_jwt", "client_secret_basic", "none"; empty: it is no client.
	// okta: token_endpoint_auth_method
	ClientAuthentication *string `json:"client_authentication,omitzero"`
	// Assignments say who may use it. okta: GET /api/v1/apps/{appId}/users
	Assignments []Assignment `json:"assignments,omitzero"`
}
