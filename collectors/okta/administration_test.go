package okta

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/evidence"
)

// refusing refuses every request whose path ends so.
func refusing(server http.RoundTripper, suffix string, status int, code string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, suffix) {
			return oktatest.Refuse(r, status, code, "refused"), nil
		}
		return server.RoundTrip(r)
	})
}

func TestAuthenticationPolicies(t *testing.T) {
	t.Parallel()
	t.Run("policies say what each way in demands", func(t *testing.T) {
		t.Parallel()
		got := collect(t, serve(t, oktatest.Acme()), "okta_authentication_policies")
		require.Empty(t, got.pull.Holes)
		require.Len(t, got.facts, 5)
		rules := got.facts["Okta Admin Console"].Body.(*evidence.SignOnPolicy).Rules
		require.Len(t, rules, 2)
		require.Equal(t, new(true), rules[0].MFARequired)
		require.Equal(t, []evidence.FactorWay{{Possession: new(true), PhishingResistant: new(false), HardwareProtected: new(false), UserVerified: new(false)}}, rules[0].Ways)
		require.Equal(t, new(false), rules[1].Allow)
		require.Equal(t, new(true), got.facts["Payroll"].Body.(*evidence.SignOnPolicy).Rules[0].Ways[0].PhishingResistant)
		require.Equal(t, new(false), got.facts["Password only"].Body.(*evidence.SignOnPolicy).Rules[0].MFARequired)
	})
	t.Run("Classic Engine is not asked, and its rules are unseen, not absent", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		org.Pipeline = "v1"
		got := collect(t, serve(t, org), "okta_authentication_policies")
		require.Empty(t, got.facts)
		require.Len(t, got.pull.Holes, 1)
		require.Equal(t, evidence.Disabled, got.pull.Holes[0].Reason)
		require.Contains(t, got.pull.Holes[0].Detail, "Classic Engine")
		require.NotContains(t, got.pull.OperationCounts, "GET /api/v1/policies")
	})
	t.Run("an engine nobody described is no reason to believe an empty list", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(r)
			if err == nil {
				replaceInBody(t, resp, `"pipeline":"idx"`, `"pipeline":"v9"`)
			}
			return resp, err
		}), "okta_authentication_policies")
		require.Len(t, got.pull.Holes, 1)
		require.Contains(t, got.pull.Holes[0].Detail, `pipeline "v9"`)
	})
	t.Run("a rule that demands factors in a way nobody knows is unseen in that", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		org.Access[0].Rules[0].Method = map[string]any{"type": "ID_PROOFING", "id": "x"}
		got := collect(t, serve(t, org), "okta_authentication_policies")
		f := got.facts["Any two factors"]
		require.Nil(t, f.Body.(*evidence.SignOnPolicy).Rules[0].MFARequired)
		hole, ok := f.Hole("rules[0].mfa_required")
		require.True(t, ok)
		require.Contains(t, hole.Detail, "rul1acme0twofactors1")
	})
}

func TestEnrolmentPolicies(t *testing.T) {
	t.Parallel()
	t.Run("policies say what may be enrolled, and when people are asked", func(t *testing.T) {
		t.Parallel()
		got := collect(t, serve(t, oktatest.Acme()), "okta_enrolment_policies")
		require.Empty(t, got.pull.Holes)
		require.Equal(t, &evidence.EnrolmentPolicy{
			Active: new(true), System: new(true), Priority: new(int64(1)), Groups: []string{"00gacme00000everyone"},
			Methods: []evidence.EnrolmentMethod{
				{Key: "okta_password", Demand: new("REQUIRED")},
				{Key: "okta_verify", Demand: new("OPTIONAL")},
				{Key: "phone_number", Demand: new("OPTIONAL")},
				{Key: "webauthn", Demand: new("OPTIONAL")},
			},
			Rules: []evidence.EnrolmentRule{{ID: "00pacme0000enrolmentr", Name: "Default Rule", Active: new(true), Prompt: new("CHALLENGE")}},
		}, got.facts["Default Policy"].Body)
	})
	for name, c := range map[string]struct {
		settings string
		want     []evidence.EnrolmentMethod
	}{
		"factors, as in Classic Engine":  {`{"factors":{"okta_sms":{"enroll":{"self":"OPTIONAL"}},"fido_webauthn":{"enroll":{"self":"REQUIRED"}}}}`, []evidence.EnrolmentMethod{{Key: "fido_webauthn", Demand: new("REQUIRED")}, {Key: "okta_sms", Demand: new("OPTIONAL")}}},
		"no authenticator, seen as such": {`{"authenticators":[]}`, []evidence.EnrolmentMethod{}},
		"neither":                        {`{}`, nil},
		"a demand nobody described":      {`{"authenticators":[{"key":"webauthn","enroll":{"self":"PERHAPS"}}]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePolicy([]byte(`{"id":"1","type":"MFA_ENROLL","settings":`+c.settings+`}`), "MFA_ENROLL")
			require.NoError(t, err)
			got, err := p.Settings.methods()
			require.Equal(t, c.want == nil, err != nil)
			require.Equal(t, c.want, got)
		})
	}
}

func TestApplications(t *testing.T) {
	t.Parallel()
	t.Run("applications come with their policy and their users", func(t *testing.T) {
		t.Parallel()
		got := collect(t, serve(t, oktatest.Acme()), "okta_applications")
		require.Empty(t, got.pull.Holes)
		require.Len(t, got.facts, 9)
		notion := got.facts["Notion"].Body.(*evidence.Application)
		require.Equal(t, new("rst1acme00onefactor0"), notion.SignOnPolicy)
		require.Contains(t, notion.Assignments, evidence.Assignment{
			User: "00uacme0000000tomas0", Status: new("ACTIVE"), Sync: new("DISABLED"), Direct: new(true),
			ChangedAt: new(time.Date(2024, 2, 5, 8, 30, 0, 0, time.UTC)),
		})
		require.Equal(t, new("saasure"), got.facts["Okta Admin Console"].Body.(*evidence.Application).Definition)
		require.Equal(t, []string{"okta.groups.read", "okta.users.manage"}, got.facts["ci-provisioner"].Body.(*evidence.Application).Permissions)
		require.Equal(t, new("private_key_jwt"), got.facts["reporting"].Body.(*evidence.Application).ClientAuthentication)
	})
	t.Run("inactive applications are listed, and their users not asked for and unseen", func(t *testing.T) {
		t.Parallel()
		got := collect(t, serve(t, oktatest.Acme()), "okta_applications")
		lever := got.facts["Lever"].Body.(*evidence.Application)
		require.Equal(t, new("inactive"), lever.Status)
		require.Nil(t, lever.Assignments)
		require.Equal(t, map[string]int{"GET /api/v1/apps": 1, "GET /api/v1/apps/{appId}/users": 8, "GET /api/v1/apps/{appId}/grants": 2}, got.pull.OperationCounts)
	})
	t.Run("users of an application are read to their last page", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		server.PageSize = 2
		got := collect(t, server, "okta_applications")
		require.Empty(t, got.pull.Holes)
		require.Len(t, got.facts["Notion"].Body.(*evidence.Application).Assignments, 6)
	})
	t.Run("users of one application that may not be read are a hole in that one", func(t *testing.T) {
		t.Parallel()
		got := collect(t, refusing(serve(t, oktatest.Acme()), "/0oa1acme000000notion/users", http.StatusForbidden, "E0000006"), "okta_applications")
		require.Empty(t, got.pull.Holes)
		_, ok := got.facts["Notion"].Hole("assignments")
		require.True(t, ok)
		require.NotNil(t, got.facts["GitHub"].Body.(*evidence.Application).Assignments)
	})
	t.Run("a token that died is not tried on each application", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		got := collect(t, refusing(server, "/users", http.StatusUnauthorized, "E0000011"), "okta_applications")
		require.Less(t, got.pull.OperationCounts["GET /api/v1/apps/{appId}/users"], 8)
		for name, f := range got.facts {
			if *f.Body.(*evidence.Application).Status == "active" {
				_, ok := f.Hole("assignments")
				require.True(t, ok, name)
			}
		}
	})
	t.Run("a link that leads to no policy is not an application without one", func(t *testing.T) {
		t.Parallel()
		f, err := (&source{}).parseApplication([]byte(`{"id":"1","name":"x","status":"ACTIVE","signOnMode":"SAML_2_0","created":"2026-01-01T00:00:00.000Z","_links":{"accessPolicy":{"href":"https://acme.okta.com/"}}}`))
		require.NoError(t, err)
		require.Nil(t, f.Body.(*evidence.Application).SignOnPolicy)
		_, ok := f.Hole("sign_on_policy")
		require.True(t, ok)
	})
}

func TestGroups(t *testing.T) {
	t.Parallel()
	t.Run("roles and members are read of groups that give administrator rights", func(t *testing.T) {
		t.Parallel()
		got := collect(t, serve(t, oktatest.Acme()), "okta_groups")
		require.Empty(t, got.pull.Holes)
		require.Len(t, got.facts, 3)
		admins := got.facts["Okta administrators"].Body.(*evidence.Group)
		require.Equal(t, []string{"SUPER_ADMIN"}, admins.Roles)
		require.Equal(t, []string{"00uacme0000000grace0"}, admins.Members)
		everyone := got.facts["Everyone"].Body.(*evidence.Group)
		require.Equal(t, new(true), everyone.BuiltIn)
		require.Equal(t, []string{}, everyone.Roles)
		require.Nil(t, everyone.Members)
		require.Equal(t, map[string]int{"GET /api/v1/groups": 1, "GET /api/v1/groups/{groupId}/roles": 1, "GET /api/v1/groups/{groupId}/users": 1}, got.pull.OperationCounts)
	})
	t.Run("a group of which Okta does not say is asked", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		org.Groups[0].Silent = true
		got := collect(t, serve(t, org), "okta_groups")
		require.Equal(t, 2, got.pull.OperationCounts["GET /api/v1/groups/{groupId}/roles"])
		require.Equal(t, []string{}, got.facts["Everyone"].Body.(*evidence.Group).Roles)
	})
	t.Run("members are asked for even where the roles may not be read", func(t *testing.T) {
		t.Parallel()
		got := collect(t, refusing(serve(t, oktatest.Acme()), "/roles", http.StatusForbidden, "E0000006"), "okta_groups")
		admins := got.facts["Okta administrators"]
		require.Nil(t, admins.Body.(*evidence.Group).Roles)
		require.NotNil(t, admins.Body.(*evidence.Group).Members)
		_, ok := admins.Hole("roles")
		require.True(t, ok)
	})
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	got := collect(t, serve(t, oktatest.Acme()), "okta_api_tokens")
	require.Empty(t, got.pull.Holes)
	require.Equal(t, &evidence.AccessKey{
		User: new("00uacme0000000tomas0"), Active: new(true), Anywhere: new(true),
		CreatedAt: new(time.Date(2024, 1, 15, 8, 30, 0, 0, time.UTC)),
		ExpiresAt: &evidence.Moment{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
	}, got.facts["nightly-export"].Body)
	for name, c := range map[string]struct {
		network string
		want    *bool
	}{
		"some zones":              {`{"connection":"ZONE","include":["z"]}`, new(false)},
		"all but some zones":      {`{"connection":"ZONE","exclude":["z"]}`, new(true)},
		"a word nobody described": {`{"connection":"MOON"}`, nil},
		"nothing said":            {`{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := (&source{}).parseAPIToken([]byte(`{"id":"1","name":"t","userId":"u","created":"2026-01-01T00:00:00.000Z","expiresAt":"2026-02-01T00:00:00.000Z","network":` + c.network + `}`))
			require.NoError(t, err)
			require.Equal(t, c.want, f.Body.(*evidence.AccessKey).Anywhere)
			_, hole := f.Hole("anywhere")
			require.Equal(t, c.want == nil, hole)
		})
	}
}

func TestSystemLog(t *testing.T) {
	t.Parallel()
	t.Run("the log is there without a stream too", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		org.Streams = nil
		got := collect(t, serve(t, org), "okta_system_log")
		require.Equal(t, []evidence.AuditStream{}, got.facts["System Log"].Body.(*evidence.AuditTrail).Streams)
	})
	t.Run("streams that may not be listed are not none", func(t *testing.T) {
		t.Parallel()
		got := collect(t, refusing(serve(t, oktatest.Acme()), "/logStreams", http.StatusUnauthorized, "E0000015"), "okta_system_log")
		require.Empty(t, got.facts)
		require.Len(t, got.pull.Holes, 1)
		require.Equal(t, evidence.Disabled, got.pull.Holes[0].Reason)
	})
}

func TestOrgSettings(t *testing.T) {
	t.Parallel()
	t.Run("settings are seen", func(t *testing.T) {
		t.Parallel()
		f := collect(t, serve(t, oktatest.Acme()), "okta_org").facts["Acme Robotics"]
		require.Empty(t, f.Holes)
		org := f.Body.(*evidence.Account).Okta
		require.Equal(t, new(evidence.OktaIdentityEngine), org.Engine)
		require.Equal(t, new("audit"), org.ThreatInsight)
		require.Equal(t, new(int64(15)), org.AdminSessionIdleMinutes)
		require.Equal(t, []string{"ALL_ANONYMIZERS"}, org.BlockedServices, "of the active zone only")
		require.Equal(t, &evidence.Moment{Never: true}, org.SupportAccessUntil)
		require.Contains(t, org.Authenticators, evidence.OktaAuthenticator{Key: "phone_number", Active: new(true), AllowedFor: new("any")})
	})
	t.Run("in Classic Engine authenticators are unseen, and nobody asks", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		org.Pipeline = "v1"
		got := collect(t, serve(t, org), "okta_org")
		f := got.facts["Acme Robotics"]
		require.Equal(t, new(evidence.OktaClassicEngine), f.Body.(*evidence.Account).Okta.Engine)
		hole, ok := f.Hole("okta.authenticators")
		require.True(t, ok)
		require.Equal(t, evidence.Disabled, hole.Reason)
		require.NotContains(t, got.pull.OperationCounts, "GET /api/v1/authenticators")
	})
}

func TestFactorWays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method    string
		mfa       *bool
		resistant []*bool // nil: the ways are unseen
	}{
		"one factor":                             {`{"type":"ASSURANCE","factorMode":"1FA","constraints":[]}`, new(false), []*bool{}},
		"two factors":                            {`{"type":"ASSURANCE","factorMode":"2FA"}`, new(true), []*bool{}},
		"a mode nobody described":                {`{"type":"ASSURANCE","factorMode":"3FA"}`, nil, []*bool{}},
		"a kind nobody described":                {`{"type":"MAGIC"}`, nil, nil},
		"phishing resistant":                     {`{"type":"ASSURANCE","factorMode":"2FA","constraints":[{"possession":{"phishingResistant":"REQUIRED"}}]}`, new(true), []*bool{new(true)}},
		"phishing resistant, if one has it":      {`{"type":"ASSURANCE","factorMode":"2FA","constraints":[{"possession":{"required":false,"phishingResistant":"REQUIRED"}}]}`, new(true), []*bool{new(false)}},
		"phishing resistant or a password":       {`{"type":"ASSURANCE","factorMode":"2FA","constraints":[{"possession":{"phishingResistant":"REQUIRED"}},{"knowledge":{"types":["PASSWORD"]}}]}`, new(true), []*bool{new(true), new(false)}},
		"a demand nobody described":              {`{"type":"ASSURANCE","factorMode":"2FA","constraints":[{"possession":{"phishingResistant":"MAYBE"}}]}`, new(true), []*bool{nil}},
		"a chain of password and security key":   {`{"type":"AUTH_METHOD_CHAIN","chains":[{"authenticationMethods":[{"key":"okta_password","method":"password"}],"next":[{"authenticationMethods":[{"key":"webauthn","method":"webauthn","phishingResistant":"REQUIRED"}]}]}]}`, new(true), []*bool{new(true)}},
		"a chain of two secrets":                 {`{"type":"AUTH_METHOD_CHAIN","chains":[{"authenticationMethods":[{"key":"okta_password","method":"password"}],"next":[{"authenticationMethods":[{"key":"security_question","method":"security_question"}]}]}]}`, new(false), []*bool{new(false)}},
		"a chain with a choice of secret or key": {`{"type":"AUTH_METHOD_CHAIN","chains":[{"authenticationMethods":[{"key":"okta_password","method":"password"}],"next":[{"authenticationMethods":[{"key":"security_question","method":"security_question"},{"key":"webauthn","method":"webauthn"}]}]}]}`, new(false), []*bool{new(false)}},
		"a chain beside one that is a password":  {`{"type":"AUTH_METHOD_CHAIN","chains":[{"authenticationMethods":[{"key":"okta_password","method":"password"}],"next":[{"authenticationMethods":[{"key":"okta_verify","method":"push"}]}]},{"authenticationMethods":[{"key":"okta_password","method":"password"}]}]}`, new(false), []*bool{new(false), new(false)}},
		"no chain at all":                        {`{"type":"AUTH_METHOD_CHAIN"}`, nil, nil},
		"a chain without a method":               {`{"type":"AUTH_METHOD_CHAIN","chains":[{"next":[]}]}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule, _, err := parseAuthenticationRule([]byte(`{"id":"1","type":"ACCESS_POLICY","status":"ACTIVE","actions":{"appSignOn":{"access":"ALLOW","verificationMethod":` + c.method + `}}}`))
			require.NoError(t, err)
			require.Equal(t, c.mfa, rule.MFARequired)
			require.Equal(t, c.resistant == nil, rule.Ways == nil)
			var got []*bool
			for _, w := range rule.Ways {
				got = append(got, w.PhishingResistant)
			}
			require.ElementsMatch(t, c.resistant, got)
		})
	}
}
