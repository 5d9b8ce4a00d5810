package evidence

import "time"

var vendorKind = KindInfo{Kind: "Vendor", New: func() any { return new(Vendor) }, Doc: "Another company whose service or people the company relies on."}

// Vendor is another company that the company relies on.
type Vendor struct {
	Service *string `json:"service,omitzero"` // what it does for the company
	Owner   *string `json:"owner,omitzero"`   // e-mail address of who answers for it; empty: nobody
	// Critical: the company's own commitments depend on it, or it holds customer data.
	Critical  *bool    `json:"critical,omitzero"`
	DataTypes []string `json:"data_types,omitzero"` // what it holds, the company's classes
	// ReviewedAt is the newest review of its security.
	ReviewedAt *Moment `json:"reviewed_at,omitzero"`
	// Report is the assurance it gives: "SOC 2 Type II", "ISO 27001"; empty: none.
	Report *string `json:"report,omitzero"`
	// ReportUntil is the end of what the report covers.
	ReportUntil *Moment `json:"report_until,omitzero"`
	// Agreement: a contract with terms on security and confidentiality is signed.
	Agreement *bool      `json:"agreement,omitzero"`
	SinceAt   *time.Time `json:"since_at,omitzero"`
}
