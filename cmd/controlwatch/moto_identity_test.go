package main

import "github.com/controlwatch/controlwatch/soc2"

// identityExpected is what must be said of the sample company's rights, roles
// and ways in, by the documentation of IAM's policies, trust policies and
// OIDC federation. An account has no name.
var identityExpected = []expected{
	{"cloud-user-has-no-policies-of-its-own", "ada", soc2.Pass},
	{"cloud-user-has-no-policies-of-its-own", "linus", soc2.Pass},
	{"cloud-user-has-no-policies-of-its-own", "grace", soc2.Fail},
	{"cloud-user-has-no-policies-of-its-own", "ci-deploy", soc2.Fail},
	{"own-policy-grants-no-administration", "developers", soc2.Pass},
	{"own-policy-grants-no-administration", "migration-2024", soc2.NotApplicable},
	{"own-policy-grants-no-administration", "group/administrators/everything", soc2.Fail},
	{"own-policy-grants-no-administration", "role/build-server/rights", soc2.Fail},
	{"own-policy-grants-no-administration", "role/firmware-deploy/rights", soc2.Pass},
	{"own-policy-grants-no-administration", "user/ci-deploy/deploy", soc2.Fail},
	{"role-trusts-known-accounts", "telemetry-ingest", soc2.Pass},
	{"role-trusts-known-accounts", "build-server", soc2.Pass},
	{"role-trusts-known-accounts", "firmware-deploy", soc2.Pass},
	{"role-trusts-known-accounts", "monitoring-vendor", soc2.Fail}, // not on the list, which is empty
	{"role-trusts-known-accounts", "data-partner", soc2.Fail},
	{"role-trusts-known-accounts", "upload", soc2.Fail},
	{"pipeline-trust-names-repositories", "firmware-deploy", soc2.Pass},
	{"pipeline-trust-names-repositories", "website-deploy", soc2.Fail},
	{"pipeline-trust-names-repositories", "telemetry-ingest", soc2.NotApplicable},
	{"cloud-administrator-has-security-key", "ada", soc2.Fail}, // through her group, with an app
	{"cloud-administrator-has-security-key", "marie", soc2.NotApplicable},
	{"console-password-is-in-use", "ada", soc2.Pass},
	{"console-password-is-in-use", "linus", soc2.NotApplicable},
	{"account-password-policy-is-strong", "password policy", soc2.Pass},
	{"account-administrators-are-few", "", soc2.Pass}, // ada, ci-deploy and build-server
	{"security-contact-is-set", "", soc2.Pass},
	{"cloud-account-is-federated", "", soc2.Pass}, // moto has an Identity Center in every region
	{"root-has-no-access-keys", "", soc2.Pass},
	// moto says neither whether the root user has a password, nor who manages it, nor when it was used.
	{"root-signs-in-with-second-factor", "", soc2.Unobserved},
	{"root-is-not-used", "", soc2.Unobserved},
}
