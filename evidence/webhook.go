package evidence

import "time"

var webhookKind = KindInfo{Kind: "Webhook", New: func() any { return new(Webhook) }, Doc: "A message that a provider sends elsewhere when something happens."}

// Webhook is a message that a provider sends elsewhere when something happens.
// github: GET /orgs/{org}/hooks, GET /repos/{owner}/{repo}/hooks
type Webhook struct {
	Repository *string  `json:"repository,omitzero"` // owner/name; empty: the organisation's own
	Active     *bool    `json:"active,omitzero"`
	Events     []string `json:"events,omitzero"`
	// Target is scheme and host only: the rest of such an address is often a secret.
	Target *string `json:"target,omitzero"` // config.url
	HTTPS  *bool   `json:"https,omitzero"`
	// CertificateChecked: the receiver's certificate is verified. github: config.insecure_ssl is 0
	CertificateChecked *bool `json:"certificate_checked,omitzero"`
	// Signed: a secret is set, with which the receiver can tell that we sent it.
	// github: config.secret is there; GitHub masks it
	Signed    *bool      `json:"signed,omitzero"`
	CreatedAt *time.Time `json:"created_at,omitzero"`
}
