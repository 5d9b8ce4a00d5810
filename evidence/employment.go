package evidence

import "time"

var employmentKind = KindInfo{Kind: "Employment", New: func() any { return new(Employment) }, Doc: "A person's time with the company, as the HR system tells it."}

// The states of an employment.
const (
	EmploymentActive = "active"
	EmploymentFuture = "future" // hired, not begun
	EmploymentLeave  = "leave"  // away and coming back
	EmploymentEnded  = "ended"
)

// Employment is a person's time with the company: staff, contractors, interns.
type Employment struct {
	Email  *string `json:"email,omitzero"` // at work
	Status *string `json:"status,omitzero" words:"active future leave ended"`
	// Relation is how the person is tied to the company: "employee", "contractor".
	Relation  *string    `json:"relation,omitzero"`
	Manager   *string    `json:"manager,omitzero"` // e-mail address; empty: none
	StartedAt *time.Time `json:"started_at,omitzero"`
	// EndsAt is the last day, past or agreed. Never: no end is agreed.
	EndsAt *Moment `json:"ends_at,omitzero"`
	// Accounts are the person's accounts that do not carry the address: provider and
	// name, "github/ada", or with the account between, "aws/111122223333/ada".
	// Empty: there are none.
	Accounts []string `json:"accounts,omitzero"`

	// KeepsAccess: some account of the person's, at whatever provider, is open.
	// Derived from the users of every source.
	KeepsAccess *bool `json:"keeps_access,omitzero" derived:"true"`
	// OpenAccounts are their types and names. Derived; unseen where any account
	// might be one of them.
	OpenAccounts []string `json:"open_accounts,omitzero" derived:"true"`
	// PrivilegedAt are the providers where the person administers everything.
	// Derived; unseen where any provider might be one of them.
	PrivilegedAt []string `json:"privileged_at,omitzero" derived:"true"`
	// Rehired: the person has another employment that ends later. Derived.
	Rehired *bool `json:"rehired,omitzero" derived:"true"`
}
