package oktatest

import "time"

// administer gives the sample company's org what is read beside users and
// sessions: good and bad of each.
func administer(org *Org) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 8, 30, 0, 0, time.UTC) }
	const ada, grace, linus, marie, kofi = "00uacme000000000ada0", "00uacme0000000grace0", "00uacme0000000linus0", "00uacme0000000marie0", "00uacme00000000kofi0"
	const tomas, petra = "00uacme0000000tomas0", "00uacme0000000petra0"
	const twoFactors, console, oneFactor, payroll = "rst1acme0twofactors0", "rst1acme00000console", "rst1acme00onefactor0", "rst1acme000000payroll"
	staff := func(status string, ids ...string) (users []AppUser) {
		for _, id := range ids {
			users = append(users, AppUser{ID: id, Status: status, Sync: "DISABLED", Scope: "GROUP", Changed: day(2025, 3, 3)})
		}
		return users
	}
	org.Pipeline = "idx"
	org.Access = []*AccessPolicy{
		{ID: twoFactors, Name: "Any two factors", Status: "ACTIVE", System: true, Priority: 1, Rules: []AccessRule{
			{ID: "rul1acme0twofactors1", Name: "Catch-all Rule", Status: "ACTIVE", Access: "ALLOW", System: true, Priority: 99, FactorMode: "2FA"},
		}},
		{ID: console, Name: "Okta Admin Console", Status: "ACTIVE", Priority: 1, Rules: []AccessRule{
			// Two factors, but a code or a push can be phished.
			{ID: "rul1acme00000console", Name: "Administrators", Status: "ACTIVE", Access: "ALLOW", Priority: 0, FactorMode: "2FA", Constraints: []object{{"possession": object{"required": true, "deviceBound": "REQUIRED"}}}},
			{ID: "rul2acme00000console", Name: "Catch-all Rule", Status: "ACTIVE", Access: "DENY", System: true, Priority: 99},
		}},
		{ID: payroll, Name: "Payroll", Status: "ACTIVE", Priority: 1, Rules: []AccessRule{
			{ID: "rul1acme00000payroll", Name: "Catch-all Rule", Status: "ACTIVE", Access: "ALLOW", System: true, Priority: 99, FactorMode: "2FA", Constraints: []object{
				{"knowledge": object{"required": true, "types": []any{"PASSWORD"}}, "possession": object{"required": true, "deviceBound": "REQUIRED", "phishingResistant": "REQUIRED", "userPresence": "REQUIRED"}},
			}},
		}},
		{ID: oneFactor, Name: "One factor access", Status: "ACTIVE", Priority: 1, Rules: []AccessRule{
			{ID: "rul1acme00onefactor0", Name: "Office", Status: "INACTIVE", Access: "ALLOW", Priority: 0, FactorMode: "2FA"},
			{ID: "rul2acme00onefactor0", Name: "Catch-all Rule", Status: "ACTIVE", Access: "ALLOW", System: true, Priority: 99, FactorMode: "1FA"},
		}},
		{ID: "rst1acme0passwordonly", Name: "Password only", Status: "ACTIVE", Priority: 1, Rules: []AccessRule{ // guards nothing
			{ID: "rul1acme0passwordonly", Name: "Catch-all Rule", Status: "ACTIVE", Access: "ALLOW", System: true, Priority: 99, FactorMode: "1FA"},
		}},
	}
	org.Enrolment = []*EnrolmentPolicy{{
		ID: "00pacme0000enrolment", Name: "Default Policy", Status: "ACTIVE", System: true, Priority: 1, Prompt: "CHALLENGE",
		Demands: [][2]string{{"okta_password", "REQUIRED"}, {"okta_verify", "OPTIONAL"}, {"webauthn", "OPTIONAL"}, {"phone_number", "OPTIONAL"}},
	}}
	org.Apps = []*App{
		{ID: "0oa1acme00000console", Name: "saasure", Label: "Okta Admin Console", Status: "ACTIVE", SignOnMode: "SAML_2_0", Created: org.Created, Policy: console, Users: staff("ACTIVE", ada, grace, kofi)},
		{ID: "0oa1acme0000dashboard", Name: "okta_enduser", Label: "Okta Dashboard", Status: "ACTIVE", SignOnMode: "SAML_2_0", Created: org.Created, Policy: twoFactors, Users: staff("ACTIVE", ada, grace, linus, marie, kofi)},
		{ID: "0oa1acme000000000aws", Name: "amazon_aws_sso", Label: "AWS IAM Identity Center", Status: "ACTIVE", SignOnMode: "SAML_2_0", Created: day(2023, 3, 20), Policy: twoFactors, Users: append(
			staff("PROVISIONED", ada, grace, linus),
			AppUser{ID: tomas, Status: "DEPROVISIONED", Sync: "SYNCHRONIZED", Scope: "GROUP", Changed: day(2026, 9, 1)},
			AppUser{ID: petra, Status: "DEPROVISIONED", Sync: "SYNCHRONIZED", Scope: "GROUP", Changed: day(2026, 6, 30)},
		)},
		{ID: "0oa1acme000000github", Name: "githubcloud", Label: "GitHub", Status: "ACTIVE", SignOnMode: "SAML_2_0", Created: day(2023, 3, 21), Policy: twoFactors, Users: append(
			staff("ACTIVE", ada, grace, linus, marie),
			// Somebody was to remove the account by hand, and has not said so.
			AppUser{ID: tomas, Status: "REVOKED", Sync: "DISABLED", Scope: "USER", Changed: day(2026, 9, 1)},
		)},
		{ID: "0oa1acme000000notion", Name: "notion", Label: "Notion", Status: "ACTIVE", SignOnMode: "SAML_2_0", Created: day(2024, 2, 2), Policy: oneFactor, Users: append(
			staff("ACTIVE", ada, grace, linus, marie, kofi),
			AppUser{ID: tomas, Status: "ACTIVE", Sync: "DISABLED", Scope: "USER", Changed: day(2024, 2, 5)}, // left, and still let in
		)},
		{ID: "0oa1acme00000payroll", Name: "personio", Label: "Payroll", Status: "ACTIVE", SignOnMode: "SAML_2_0", Created: day(2024, 5, 13), Policy: payroll, Users: staff("ACTIVE", grace)},
		{ID: "0oa1acme0000000lever", Name: "lever", Label: "Lever", Status: "INACTIVE", SignOnMode: "SAML_2_0", Created: day(2023, 6, 1), Policy: oneFactor},
		{ID: "0oa1acme0provisioner", Name: "oidc_client", Label: "ci-provisioner", Status: "ACTIVE", SignOnMode: "OPENID_CONNECT", Created: day(2024, 9, 9), Type: "service", Authentication: "client_secret_basic", Scopes: []string{"okta.users.manage", "okta.groups.read"}},
		{ID: "0oa1acme000reporting", Name: "oidc_client", Label: "reporting", Status: "ACTIVE", SignOnMode: "OPENID_CONNECT", Created: day(2025, 1, 27), Type: "service", Authentication: "private_key_jwt", Scopes: []string{"okta.users.read"}},
	}
	org.Groups = []*Group{
		{ID: "00gacme00000everyone", Type: "BUILT_IN", Name: "Everyone", Description: "All users in your organization", Created: org.Created},
		{ID: "00gacme000000000admin", Type: "OKTA_GROUP", Name: "Okta administrators", Created: day(2023, 4, 12), Members: []string{grace}, Roles: []Role{{"ra01gadmin", "SUPER_ADMIN", "Super Administrator", "ACTIVE", "GROUP"}}},
		{ID: "00gacme000warehouse0", Type: "OKTA_GROUP", Name: "Warehouse", Description: "Shared terminals", Created: day(2024, 10, 7)},
	}
	org.Tokens = []APIToken{
		{ID: "00T1acme0controlwatch", Name: "controlwatch", UserID: ada, Connection: "ZONE", Zones: []string{"nzo1acme0000000office"}, Created: day(2026, 9, 21), Expires: day(2026, 12, 15)},
		{ID: "00T1acme00000000hris", Name: "hr-sync", UserID: linus, Connection: "ZONE", Zones: []string{"nzo1acme0000000office"}, Created: day(2026, 6, 8), Expires: day(2026, 12, 15)},
		{ID: "00T1acme000000backup", Name: "nightly-export", UserID: tomas, Connection: "ANYWHERE", Created: day(2024, 1, 15), Expires: day(2026, 12, 1)},
	}
	org.Streams = []LogStream{
		{ID: "0oa1acme00000000log1", Name: "To the security account", Type: "aws_eventbridge", Status: "ACTIVE"},
		{ID: "0oa1acme00000000log2", Name: "Trial", Type: "aws_eventbridge", Status: "INACTIVE"},
	}
	org.Authenticators = []Authenticator{
		{"aut1acme0000password", "okta_password", "password", "Password", "ACTIVE", ""},
		{"aut1acme000000verify", "okta_verify", "app", "Okta Verify", "ACTIVE", ""},
		{"aut1acme0000webauthn", "webauthn", "security_key", "Security Key or Biometric", "ACTIVE", ""},
		{"aut1acme0000000phone", "phone_number", "phone", "Phone", "ACTIVE", "any"}, // linus still uses it
		{"aut1acme0000question", "security_question", "security_question", "Security Question", "ACTIVE", "recovery"},
	}
	org.AdminConsole = AdminConsole{Idle: 15, Lifetime: 720}
	org.Zones = []Zone{
		{ID: "nzo1acme0000000000edz", Name: "DefaultEnhancedDynamicZone", Status: "ACTIVE", Usage: "BLOCKLIST", System: true, Services: []string{"ALL_ANONYMIZERS"}},
		{ID: "nzo1acme0000000trial0", Name: "Trial", Status: "INACTIVE", Usage: "BLOCKLIST", Services: []string{"ANONYMIZER_TOR"}},
	}
	org.ThreatInsight = "audit" // seen, and let in
}
