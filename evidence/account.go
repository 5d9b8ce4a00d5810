package evidence

import "time"

var accountKind = KindInfo{Kind: "Account", New: func() any { return new(Account) }, Doc: "An account, organisation or tenant at a provider, with its own settings."}

// Account is an account, organisation or tenant at a provider.
type Account struct {
	CreatedAt *time.Time `json:"created_at,omitzero"`
	Regions   []string   `json:"regions,omitzero"` // regions in use. aws: ec2:DescribeRegions (opted in or not needed)
	// MFARequired: nobody can be a member without a second factor.
	// github: GET /orgs/{org} two_factor_requirement_enabled
	MFARequired *bool     `json:"mfa_required,omitzero"`
	Root        *RootUser `json:"root,omitzero"`
	// MemberRepositoryPermission is what every member may do in every
	// repository: none, read, write, admin. github: default_repository_permission
	MemberRepositoryPermission *string             `json:"member_repository_permission,omitzero"`
	GitHub                     *GitHubOrganization `json:"github,omitzero"`
	Contacts                   *Contacts           `json:"contacts,omitzero"`
	Organization               *Organization       `json:"organization,omitzero"`
	// Administrators counts the account's active users who are administrators.
	// Derived from its users; unseen where any of them is.
	Administrators *int64 `json:"administrators,omitzero" derived:"true"`
	// FullTrailDelivered is the newest delivery without an error of an audit trail
	// that is active, covers all of the account and records every management event;
	// never: there is no such trail. Derived from the account's audit trails;
	// unseen where any that was not seen could be one.
	FullTrailDelivered *Moment `json:"full_trail_delivered,omitzero" derived:"true"`
	// GlobalConfigurationRecorded: what belongs to no region is recorded by at least
	// one configuration recorder. Derived from the account's configuration recorders.
	GlobalConfigurationRecorded *bool `json:"global_configuration_recorded,omitzero" derived:"true"`
	// SuperAdministrators are the active users who may do everything, by name.
	// Derived from users and from the groups that give roles; unseen where any is.
	SuperAdministrators []string `json:"super_administrators,omitzero" derived:"true"`
	// AdministratorSignOn is what it takes to open the provider's own console for
	// administrators. Derived from the application and the policy that guards it.
	AdministratorSignOn *AdministratorSignOn `json:"administrator_sign_on,omitzero" derived:"true"`
	// AdminPrincipals names everything in the account that holds administration:
	// "user/ada", "role/deploy", "permission-set/Admins". Derived from its users
	// and roles; only for aws.
	AdminPrincipals []string `json:"admin_principals,omitzero" derived:"true"`
	// Federation says where people's identities come from. Derived from identity providers; only for aws.
	Federation *Federation `json:"federation,omitzero" derived:"true"`
	// MFAShare is how many of the active users have a second factor: 1 is all.
	// Derived from its users; unseen where any of them is, and only for okta.
	MFAShare *float64 `json:"mfa_share,omitzero" derived:"true"`
	// WithoutMFA are the names of the others. Derived as MFAShare is.
	WithoutMFA []string `json:"without_mfa,omitzero" derived:"true"`
	Okta       *OktaOrg `json:"okta,omitzero"`
}

// AdministratorSignOn is what every rule demands that lets somebody into the
// console for administrators.
type AdministratorSignOn struct {
	Policy            *string `json:"policy,omitzero"` // its name; empty: none
	MFARequired       *bool   `json:"mfa_required,omitzero"`
	PhishingResistant *bool   `json:"phishing_resistant,omitzero"`
}

// Federation is what an account's identity providers come to.
type Federation struct {
	// Directory: an organisation-wide directory gives identities. aws: an Identity Center instance is active
	Directory *bool `json:"directory,omitzero"`
	// SAMLValidUntil is when the metadata of the SAML provider that is valid longest expire; never: there is none.
	SAMLValidUntil *Moment `json:"saml_valid_until,omitzero"`
}

// Contacts are whom the provider reaches beside the account's owner.
// aws: account:GetAlternateContact
type Contacts struct {
	Security   *Contact `json:"security,omitzero"`
	Operations *Contact `json:"operations,omitzero"`
	Billing    *Contact `json:"billing,omitzero"`
}

// Contact is one person or address the provider reaches. Telephone numbers are
// not kept, only whether there is one.
type Contact struct {
	Email     *string `json:"email,omitzero"`     // empty: none. aws: EmailAddress
	Telephone *bool   `json:"telephone,omitzero"` // aws: PhoneNumber is given
}

// Organization is what the account belongs to. aws: organizations:DescribeOrganization
type Organization struct {
	Member            *bool   `json:"member,omitzero"` // AWSOrganizationsNotInUseException: false
	ID                *string `json:"id,omitzero"`     // empty: none
	ManagementAccount *string `json:"management_account,omitzero"`
	AllFeatures       *bool   `json:"all_features,omitzero"` // FeatureSet ALL
	// Accounts are the numbers of all accounts in it. Only the management account
	// and those it delegates to can see them. aws: organizations:ListAccounts
	Accounts []string `json:"accounts,omitzero"`
}

// RootUser is the all-powerful first user that some providers have.
// aws: iam:GetAccountSummary, the root row of the credential report
type RootUser struct {
	MFAEnabled        *bool `json:"mfa_enabled,omitzero"`         // AccountMFAEnabled
	PasswordPresent   *bool `json:"password_present,omitzero"`    // AccountPasswordPresent
	AccessKeysPresent *bool `json:"access_keys_present,omitzero"` // AccountAccessKeysPresent
	// PasswordLastUsed and KeysLastUsed: credential report, row <root_account>. Volatile, by day.
	PasswordLastUsed *Moment `json:"password_last_used,omitzero"`
	KeysLastUsed     *Moment `json:"keys_last_used,omitzero"` // the newer of its two keys
	// VirtualMFA: a second factor is an app, not a hardware key. iam:ListVirtualMFADevices, assigned to the root user
	VirtualMFA *bool `json:"virtual_mfa,omitzero"`
	// CentrallyManaged: the organisation manages the root credentials of its
	// members. iam:ListOrganizationsFeatures RootCredentialsManagement
	CentrallyManaged *bool `json:"centrally_managed,omitzero"`
}
