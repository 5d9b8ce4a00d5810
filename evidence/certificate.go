package evidence

import "time"

var certificateKind = KindInfo{Kind: "Certificate", New: func() any { return new(Certificate) }, Doc: "A certificate by which a service shows who it is."}

// Certificate is by what a service shows who it is. aws: acm:ListCertificates
type Certificate struct {
	Domain       *string    `json:"domain,omitzero"`
	Status       *string    `json:"status,omitzero"`        // the provider's word: ISSUED, EXPIRED, PENDING_VALIDATION …
	Origin       *string    `json:"origin,omitzero"`        // the provider's word: AMAZON_ISSUED, IMPORTED, PRIVATE. aws: Type
	InUse        *bool      `json:"in_use,omitzero"`        // something of the account presents it
	ExpiresAt    *time.Time `json:"expires_at,omitzero"`    // aws: NotAfter
	RenewsItself *bool      `json:"renews_itself,omitzero"` // the provider would renew it. aws: RenewalEligibility
	KeyAlgorithm *string    `json:"key_algorithm,omitzero"`
}
