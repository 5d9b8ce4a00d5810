package evidence

import "time"

var userKind = KindInfo{Kind: "User", New: func() any { return new(User) }, Doc: "An account that a person or service signs in with."}

// The states of a user.
const (
	UserActive      = "active"      // can sign in, or could after a reset
	UserPending     = "pending"     // not yet activated
	UserSuspended   = "suspended"   // cannot sign in for now
	UserDeactivated = "deactivated" // cannot sign in any more
)

// User is an account that a person or service signs in with.
type User struct {
	Status    *string    `json:"status,omitzero" words:"active pending suspended deactivated"`
	Email     *string    `json:"email,omitzero"`
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// LastActive is the newest sign-in or use of a credential. Volatile, by day.
	LastActive *Moment `json:"last_active,omitzero"`
	// PasswordSignIn: can sign in interactively with a password kept at this provider.
	// aws: credential report password_enabled
	PasswordSignIn *bool `json:"password_sign_in,omitzero"`
	MFA            *MFA  `json:"mfa,omitzero"`
	// PasswordLastUsed and PasswordSetAt are about a password kept at this
	// provider. aws: credential report password_last_used (volatile, by day), password_last_changed
	PasswordLastUsed *Moment    `json:"password_last_used,omitzero"`
	PasswordSetAt    *time.Time `json:"password_set_at,omitzero"`
	// Admin: holds an administrator role in the account.
	// github: role admin of the membership; okta: any administrator role;
	// aws: not collected but derived from Rights, groups, assignments and the policies they name
	Admin *bool    `json:"admin,omitzero"`
	Roles []string `json:"roles,omitzero"` // administrator roles, the provider's words
	// External: belongs to somebody else's organisation. github: outside collaborator
	External *bool `json:"external,omitzero"`
	// ActiveKeys counts credentials for programs that can be used now. aws: credential report
	ActiveKeys *int64 `json:"active_keys,omitzero"`
	// StatusChangedAt is when the user came into this status. okta: statusChanged
	StatusChangedAt *time.Time `json:"status_changed_at,omitzero"`
	// RetainsApplications: an application's own record still lets the user in.
	// Derived from the assignments of the account's applications.
	RetainsApplications *bool `json:"retains_applications,omitzero" derived:"true"`
	// RetainedApplications are their names. Derived; unseen where any application is.
	RetainedApplications []string `json:"retained_applications,omitzero" derived:"true"`
	// PendingRemovals are assignments that were ended and not yet carried out.
	// Derived; unseen where any application is.
	PendingRemovals []PendingRemoval `json:"pending_removals,omitzero" derived:"true"`
	// Rights are the policies that give it its rights. aws: iam:GetAccountAuthorizationDetails UserDetailList
	Rights *PolicyRights `json:"rights,omitzero"`
	// AdminThrough names what makes it an administrator: "policy/AdministratorAccess",
	// "group/admins". Derived, and only for aws.
	AdminThrough []string `json:"admin_through,omitzero" derived:"true"`
	// Person is the work address of whom the account belongs to; empty: nobody the
	// company knows. Derived from the employments of every source.
	Person *string `json:"person,omitzero" derived:"true"`
	// PersonActive: it belongs to somebody who works for the company now, or is away
	// and coming back. Derived as Person is.
	PersonActive *bool `json:"person_active,omitzero" derived:"true"`
}

// MFA is what second factors a user has.
type MFA struct {
	// Enabled: at least one factor beside the password is active.
	Enabled *bool `json:"enabled,omitzero"`
	// Strong: at least one active factor is neither a question, e-mail, SMS nor a call.
	Strong  *bool    `json:"strong,omitzero"`
	Factors []string `json:"factors,omitzero"` // the provider's words: "webauthn", "token:software:totp", "virtual"
}
