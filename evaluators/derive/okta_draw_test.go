package derive_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

// drawOkta makes up an org whose parts refer to each other.
func drawOkta(r *rapid.T) []evidence.Fact {
	facts := []evidence.Fact{
		fact("Account", "okta.org", "org", &evidence.Account{Okta: &evidence.OktaOrg{Engine: maybe(r, "engine", "identity", "identity", "classic")}}),
		fact("AccessKey", "okta.api_token", "token", &evidence.AccessKey{User: maybe(r, "owner", "o1", "nobody")}),
		fact("SignOnPolicy", "okta.policy.global_session", "session", &evidence.SignOnPolicy{Active: new(true)}),
		fact("SignOnPolicy", "okta.policy.authentication", "policy", drawPolicy(r)),
	}
	for _, id := range []string{"o1", "o2"} {
		facts = append(facts, fact("User", "okta.user", id, &evidence.User{
			Status: maybe(r, "status", "active", "active", "deactivated"), Roles: drawTexts(r, "roles", []string{}, []string{"SUPER_ADMIN"}),
		}))
	}
	for _, id := range []string{"g1", "g2"} {
		facts = append(facts, fact("Group", "okta.group", id, &evidence.Group{
			Roles: drawTexts(r, "group roles", []string{}, []string{"SUPER_ADMIN"}), Members: drawTexts(r, "members", []string{}, []string{"o1"}, []string{"o1", "o2"}),
		}))
	}
	for _, id := range []string{"a1", "a2"} {
		app := &evidence.Application{
			Status: maybe(r, "app", "active", "active", "inactive"), Definition: maybe(r, "definition", "saasure", "notion"),
			SignOn: maybe(r, "sign-on", "SAML_2_0", "SAML_2_0", "BOOKMARK"), Unattended: maybe(r, "unattended", false, false, true),
			SignOnPolicy: maybe(r, "guard", "policy", "policy", "", "another"),
		}
		if rapid.IntRange(0, 4).Draw(r, "assigned") > 0 {
			app.Assignments = []evidence.Assignment{{
				User: "o2", Status: maybe(r, "assignment", "ACTIVE", "REVOKED", "DEPROVISIONED", "NEW"), Sync: maybe(r, "sync", "DISABLED", "ERROR", "NEW"),
				ChangedAt: maybe(r, "changed", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
			}}
		}
		facts = append(facts, fact("Application", "okta.app", id, app))
	}
	return facts
}

func drawPolicy(r *rapid.T) *evidence.SignOnPolicy {
	p := &evidence.SignOnPolicy{Active: maybe(r, "policy", true, true, false)}
	for range rapid.IntRange(0, 2).Draw(r, "rules") {
		rule := evidence.SignOnRule{Active: maybe(r, "rule", true, true, false), Allow: maybe(r, "allow", true, true, false), MFARequired: maybe(r, "two", true, true, false)}
		if rapid.IntRange(0, 4).Draw(r, "ways") > 0 {
			rule.Ways = []evidence.FactorWay{{PhishingResistant: maybe(r, "resistant", true, true, false)}}
		}
		p.Rules = append(p.Rules, rule)
	}
	return p
}

func drawTexts(r *rapid.T, name string, values ...[]string) []string {
	if v := maybe(r, name, values...); v != nil {
		return *v
	}
	return nil
}
