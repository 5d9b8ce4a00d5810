package derive_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

// drawPeople makes up people whose accounts are drawn with them and elsewhere.
func drawPeople(r *rapid.T) []evidence.Fact {
	var facts []evidence.Fact
	for _, id := range []string{"p1", "p2", "p3"} {
		facts = append(facts, fact("Employment", "files.employment", id, &evidence.Employment{
			Email:    maybe(r, "address", "ada@acme.example", "ada@acme.example", "Grace@Acme.example ", ""),
			Status:   maybe(r, "employment", "active", "ended", "leave", "future"),
			EndsAt:   maybe(r, "ends", evidence.Moment{Never: true}, evidence.Moment{At: now}, evidence.Moment{At: now.Add(-48 * time.Hour)}),
			Accounts: drawTexts(r, "accounts", []string{}, []string{"github/ada"}, []string{"aws/u2", "GitHub/ada"}),
		}))
	}
	named := func(f evidence.Fact, name string) evidence.Fact {
		f.Resource.Name = name
		return f
	}
	for _, id := range []string{"k1", "k2"} {
		facts = append(facts, fact("User", "okta.user", id, &evidence.User{
			Email:  maybe(r, "e-mail", "ada@acme.example", "grace@acme.example", "", "nobody@acme.example"),
			Status: maybe(r, "status", "active", "active", "pending", "deactivated"), Roles: drawTexts(r, "roles", []string{}, []string{"SUPER_ADMIN"}),
			MFA: maybe(r, "factors", evidence.MFA{}, evidence.MFA{Enabled: new(true)}, evidence.MFA{Enabled: new(false)}),
		}))
	}
	return append(
		facts,
		named(fact("User", "github.member", "m1", &evidence.User{Status: maybe(r, "status", "active"), Admin: maybe(r, "owner", true, false)}), "ada"),
		named(fact("User", "aws.iam.user", "i1", &evidence.User{Status: maybe(r, "status", "active"), Rights: drawRights(r)}), "grace@acme.example"),
		named(fact("User", "aws.iam.user", "i2", &evidence.User{Status: maybe(r, "status", "active"), Rights: drawRights(r)}), "u2"),
	)
}
