package evidence

import "time"

var identityProviderKind = KindInfo{Kind: "IdentityProvider", New: func() any { return new(IdentityProvider) }, Doc: "A source of identities that an account trusts: a SAML or OIDC provider, a directory."}

// The protocols of identity providers.
const (
	ProtocolSAML           = "saml"
	ProtocolOIDC           = "oidc"
	ProtocolIdentityCenter = "identity-center"
)

// IdentityProvider is a source of identities that an account trusts.
type IdentityProvider struct {
	Protocol  *string    `json:"protocol,omitzero"` // saml, oidc, identity-center
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// Active: identities can come from it now. aws: sso:ListInstances Status ACTIVE
	Active *bool `json:"active,omitzero"`
	// ValidUntil is when its metadata expires; never: they do not. aws: iam:ListSAMLProviders ValidUntil
	ValidUntil *Moment `json:"valid_until,omitzero"`
	// Owner is the account it belongs to. aws: sso:ListInstances OwnerAccountId
	Owner       *string  `json:"owner,omitzero"`
	Issuer      *string  `json:"issuer,omitzero"`      // aws: iam:GetOpenIDConnectProvider Url
	ClientIDs   []string `json:"client_ids,omitzero"`  // audiences it makes tokens for. aws: ClientIDList
	Thumbprints []string `json:"thumbprints,omitzero"` // pinned certificates. aws: ThumbprintList
}
