package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// oktaExpected is what each part of the sample company's org was made to be, by
// Okta's documentation of its settings.
var oktaExpected = []expected{
	{"directory-user-has-strong-factor", "ada@acme-robotics.example", soc2.Pass},
	{"directory-user-has-strong-factor", "linus@acme-robotics.example", soc2.Fail},      // SMS only
	{"directory-user-has-strong-factor", "kofi@acme-robotics.example", soc2.Unobserved}, // hidden from the token's owner
	{"sign-on-policy-demands-second-factor", "Engineers", soc2.Pass},
	{"sign-on-policy-demands-second-factor", "Default Policy", soc2.Fail}, // and Notion is content with one
	{"application-policy-demands-second-factor", "Any two factors", soc2.Pass},
	{"application-policy-demands-second-factor", "Payroll", soc2.Pass},
	{"application-policy-demands-second-factor", "Okta Admin Console", soc2.Pass},
	{"application-policy-demands-second-factor", "One factor access", soc2.Fail},
	{"application-policy-demands-second-factor", "Password only", soc2.NotApplicable}, // guards nothing
	{"directory-console-demands-phishing-resistance", "Acme Robotics", soc2.Fail},     // device bound is not enough
	{"directory-administrator-has-phishing-resistant-factor", "ada@acme-robotics.example", soc2.Pass},
	{"directory-administrator-has-phishing-resistant-factor", "grace@acme-robotics.example", soc2.Fail},
	{"directory-administrator-has-phishing-resistant-factor", "kofi@acme-robotics.example", soc2.Unobserved},
	{"directory-administrator-has-phishing-resistant-factor", "linus@acme-robotics.example", soc2.NotApplicable},
	{"directory-password-policy-is-strong", "Default Policy", soc2.Pass},
	{"directory-password-policy-is-strong", "Warehouse terminals", soc2.Fail},
	{"directory-locks-out-guessing", "Default Policy", soc2.Pass},
	{"directory-locks-out-guessing", "Warehouse terminals", soc2.Fail},
	{"directory-administrators-are-few", "Acme Robotics", soc2.Pass},
	{"directory-super-administrators-are-few", "Acme Robotics", soc2.Pass}, // ada, and grace by a group
	{"directory-user-is-in-use", "ada@acme-robotics.example", soc2.Pass},
	{"directory-user-is-in-use", "marie@acme-robotics.example", soc2.Fail},
	{"directory-user-is-not-stuck", "nadia@acme-robotics.example", soc2.Pass}, // invited last week
	{"deactivated-user-keeps-no-application", "tomas@acme-robotics.example", soc2.Fail},
	{"deactivated-user-keeps-no-application", "petra@acme-robotics.example", soc2.Pass},
	{"deactivated-user-keeps-no-application", "ada@acme-robotics.example", soc2.NotApplicable},
	{"directory-token-is-owned-and-narrow", "hr-sync", soc2.Pass},
	{"directory-token-is-owned-and-narrow", "controlwatch", soc2.Fail},   // a super administrator's
	{"directory-token-is-owned-and-narrow", "nightly-export", soc2.Fail}, // of somebody who left, old, from anywhere
	{"directory-log-is-streamed", "System Log", soc2.Pass},
	{"directory-session-is-short", "Engineers", soc2.Pass},
	{"directory-session-is-short", "Default Policy", soc2.Fail}, // no end
	{"administrator-session-is-short", "Acme Robotics", soc2.Pass},
	{"directory-offers-strong-authenticators-only", "Acme Robotics", soc2.Fail}, // messages to telephones
	{"directory-blocks-known-bad-addresses", "Acme Robotics", soc2.Fail},        // only recorded
	{"directory-service-app-is-narrow", "reporting", soc2.Pass},
	{"directory-service-app-is-narrow", "ci-provisioner", soc2.Fail},
	{"directory-service-app-is-narrow", "Notion", soc2.NotApplicable},
}

// The sample company's org, whose answers are valid by Okta's own description,
// is judged part by part as it was made.
func TestScanOfOkta(t *testing.T) {
	t.Parallel()
	scan := newCompany(t).scan(0)
	for _, want := range oktaExpected {
		require.Equal(t, want.outcome, outcomeOf(t, scan, want.check, want.resource), "%s on %s", want.check, want.resource)
	}
}
