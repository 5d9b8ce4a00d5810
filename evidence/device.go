package evidence

import "time"

var deviceKind = KindInfo{Kind: "Device", New: func() any { return new(Device) }, Doc: "A laptop, phone or other machine that people work on."}

// Device is a machine that people work on, as a device management system tells it.
type Device struct {
	Owner     *string `json:"owner,omitzero"`      // e-mail address of the person who uses it; empty: nobody's
	Platform  *string `json:"platform,omitzero"`   // "macOS", "Windows", "iOS"
	OSVersion *string `json:"os_version,omitzero"` // "15.6.1"
	// Managed: the management system can enforce settings on it.
	Managed *bool `json:"managed,omitzero"`
	// Encrypted: the whole disk is encrypted at rest.
	Encrypted *bool `json:"encrypted,omitzero"`
	// ScreenLock: it locks by itself and asks for a password.
	ScreenLock *bool `json:"screen_lock,omitzero"`
	Firewall   *bool `json:"firewall,omitzero"`
	// Protected: protection against malicious software runs and is current.
	Protected *bool `json:"protected,omitzero"`
	// UpdatesCurrent: no security update has been waiting longer than the company allows.
	UpdatesCurrent *bool      `json:"updates_current,omitzero"`
	EnrolledAt     *time.Time `json:"enrolled_at,omitzero"`
	LastSeen       *Moment    `json:"last_seen,omitzero"` // by day
}
