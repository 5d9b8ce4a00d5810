package oktatest

import "time"

// AcmeHost is the sample company's org.
const AcmeHost = "acme-robotics.okta.com"

// Acme is the org of the sample company Acme Robotics as of 16 November 2026:
// good and bad of everything, one user whose factors may not be read.
func Acme() *Org {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 8, 30, 0, 0, time.UTC) }
	const owner = "00uacme000000000ada0"
	org := &Org{
		Host: AcmeHost, ID: "00oacme0000000000org", CompanyName: "Acme Robotics",
		Created: day(2023, 3, 1), Token: "not-a-real-token", Owner: owner,
		Users: []*User{
			{
				ID: owner, Login: "ada@acme-robotics.example", FirstName: "Ada", LastName: "Obi",
				Status: "ACTIVE", Created: day(2023, 3, 1), LastLogin: day(2026, 11, 15),
				Factors: []Factor{{"fuf01ada", "webauthn", "FIDO", "ACTIVE"}, {"ost01ada", "token:software:totp", "OKTA", "ACTIVE"}},
				Roles:   []Role{{"ra01ada", "SUPER_ADMIN", "Super Administrator", "ACTIVE", "USER"}},
			},
			{
				ID: "00uacme0000000grace0", Login: "grace@acme-robotics.example", FirstName: "Grace", LastName: "Lindqvist",
				Status: "ACTIVE", Created: day(2023, 4, 12), LastLogin: day(2026, 11, 13),
				Factors: []Factor{{"opf01grace", "push", "OKTA", "ACTIVE"}, {"ems01grace", "email", "OKTA", "ACTIVE"}},
				Roles:   []Role{{"ra01grace", "SUPER_ADMIN", "Super Administrator", "ACTIVE", "GROUP"}},
			},
			{
				ID: "00uacme0000000linus0", Login: "linus@acme-robotics.example", FirstName: "Linus", LastName: "Farkas",
				Status: "ACTIVE", Created: day(2024, 1, 8), LastLogin: day(2026, 11, 14),
				Factors: []Factor{{"sms01linus", "sms", "OKTA", "ACTIVE"}, {"ost01linus", "token:software:totp", "OKTA", "PENDING_ACTIVATION"}},
			},
			{
				ID: "00uacme0000000marie0", Login: "marie@acme-robotics.example", FirstName: "Marie", LastName: "Nakamura",
				Status: "ACTIVE", Created: day(2024, 6, 3), LastLogin: day(2026, 5, 4), // dormant for half a year
				Factors: []Factor{{"ost01marie", "token:software:totp", "GOOGLE", "ACTIVE"}},
			},
			{
				ID: "00uacme00000000kofi0", Login: "kofi@acme-robotics.example", FirstName: "Kofi", LastName: "Mensah",
				Status: "PASSWORD_EXPIRED", Created: day(2025, 2, 17), LastLogin: day(2026, 11, 2),
				Factors: []Factor{{"fuf01kofi", "webauthn", "FIDO", "ACTIVE"}}, HideFactors: true,
				Roles: []Role{{"ra01kofi", "HELP_DESK_ADMIN", "Help Desk Administrator", "ACTIVE", "USER"}},
			},
			{
				ID: "00uacme0000000nadia0", Login: "nadia@acme-robotics.example", FirstName: "Nadia", LastName: "Petrov",
				Status: "STAGED", Created: day(2026, 11, 10),
			},
			{
				ID: "00uacme0000000tomas0", Login: "tomas@acme-robotics.example", FirstName: "Tomas", LastName: "Silva",
				Status: "DEPROVISIONED", Created: day(2023, 9, 18), LastLogin: day(2026, 8, 31), StatusChanged: day(2026, 9, 1),
			},
			{
				ID: "00uacme0000000petra0", Login: "petra@acme-robotics.example", FirstName: "Petra", LastName: "Novak",
				Status: "DEPROVISIONED", Created: day(2023, 11, 6), LastLogin: day(2026, 6, 30), StatusChanged: day(2026, 6, 30),
			},
		},
		SignOn: []*SignOnPolicy{
			{
				ID: "00pacme000engineers0", Name: "Engineers", Status: "ACTIVE", Priority: 1,
				Rules: []SignOnRule{{
					ID: "0pracme00engineers01", Name: "Two factors everywhere", Status: "ACTIVE", Access: "ALLOW",
					RequireFactor: true, Priority: 1, Idle: 60, Lifetime: 720,
				}},
			},
			{
				ID: "00pacme00000default0", Name: "Default Policy", Status: "ACTIVE", System: true, Priority: 2,
				Rules: []SignOnRule{
					{
						ID: "0pracme0000default01", Name: "Two factors outside the office", Status: "ACTIVE", Access: "ALLOW",
						RequireFactor: true, Priority: 1, Idle: 120, Lifetime: 1080,
					},
					{
						ID: "0pracme0000default02", Name: "Default Rule", Status: "ACTIVE", Access: "ALLOW", System: true,
						RequireFactor: false, Priority: 2, Idle: 120, Lifetime: 0, // no second factor, no end of the session
					},
				},
			},
		},
		Passwords: []*PasswordPolicy{
			{ID: "00pacme000passwords0", Name: "Default Policy", Status: "ACTIVE", System: true, Priority: 2, MinLength: 14, History: 5, MinSymbol: 0, Attempts: 10},
			{
				ID: "00pacme000warehouse0", Name: "Warehouse terminals", Status: "ACTIVE", Priority: 1, MinLength: 8, AllowCommon: true,
				Groups: []string{"00gacme000warehouse0"}, // easy to guess, and nobody is ever locked out
			},
			{ID: "00pacme0oldpasswords", Name: "Before the merger", Status: "INACTIVE", Priority: 3, MinLength: 6},
		},
	}
	administer(org)
	return org
}
