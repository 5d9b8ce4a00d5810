package okta

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/evidence"
)

// TestPublishedExamples reads the answers Okta publishes with its description,
// which nobody here wrote.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	doc, err := oktatest.Description()
	require.NoError(t, err)
	example := func(t *testing.T, name string) []byte {
		t.Helper()
		require.Contains(t, doc.Components.Examples, name)
		b, err := json.Marshal(doc.Components.Examples[name].Value.Value)
		require.NoError(t, err)
		return b
	}
	list := func(t *testing.T, name string) []json.RawMessage {
		t.Helper()
		elements, err := decodeList(example(t, name))
		require.NoError(t, err)
		require.NotEmpty(t, elements)
		return elements
	}
	src := &source{account: "acme.okta.com"}

	t.Run("org", func(t *testing.T) {
		t.Parallel()
		f, err := src.parseOrg(example(t, "OrgSettingResponse"))
		require.NoError(t, err)
		require.Equal(t, "00o3qqiw0vSCIwu8I0g7", f.Resource.ID)
		require.Equal(t, "okta", f.Resource.Name)
		require.Equal(t, 2024, f.Body.(*evidence.Account).CreatedAt.Year())
	})
	t.Run("users", func(t *testing.T) {
		t.Parallel()
		u, err := src.parseUser(list(t, "ListUsersResponse")[0])
		require.NoError(t, err)
		require.Empty(t, u.fact.Holes)
		require.Equal(t, "alice.smith@example.com", u.fact.Resource.Name)
		body := u.fact.Body.(*evidence.User)
		require.Equal(t, new(evidence.UserActive), body.Status)
		require.Equal(t, new(true), body.PasswordSignIn)
		require.Equal(t, "2022-05-04", body.LastActive.At.Format("2006-01-02"))

		locked, err := src.parseUser(list(t, "ListUsersFilterResponse")[0])
		require.NoError(t, err)
		require.True(t, locked.signsIn, "a locked user can be unlocked")
		require.Equal(t, &evidence.Moment{Never: true}, locked.fact.Body.(*evidence.User).LastActive)
	})
	t.Run("users without most of their properties have holes", func(t *testing.T) {
		t.Parallel()
		for _, raw := range list(t, "ListUsersFieldsResponse") {
			u, err := src.parseUser(raw)
			require.NoError(t, err)
			for _, field := range []string{"created_at", "last_active"} {
				_, ok := u.fact.Hole(field)
				require.True(t, ok, field)
			}
		}
	})
	t.Run("factors", func(t *testing.T) {
		t.Parallel()
		mfa, err := parseFactors(list(t, "ListFactorsResults"))
		require.NoError(t, err)
		require.Empty(t, mfa.holes)
		// Its time-based token is not activated yet.
		require.Equal(t, &evidence.MFA{Enabled: new(true), Strong: new(false), Factors: []string{"question", "sms"}}, mfa.seen)
	})
	t.Run("roles of users, those of groups and custom ones included", func(t *testing.T) {
		t.Parallel()
		for name, want := range map[string][]string{
			"StandardRolesListResponse":          {"APP_ADMIN", "HELP_DESK_ADMIN", "ORG_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN"},
			"StandardAndCustomRolesListResponse": {"APP_ADMIN", "HELP_DESK_ADMIN", "ORG_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN", "CUSTOM:UserCreatorRole", "CUSTOM:UserCreatorRole"},
			"IAMStandardRolesListResponse":       {"APP_ADMIN", "CUSTOM:UserCreatorRole", "ACCESS_CERTIFICATIONS_ADMIN"},
		} {
			var got []string
			for _, raw := range list(t, name) {
				role, err := parseRole(raw)
				require.NoError(t, err)
				got = append(got, role)
			}
			require.Equal(t, want, got, name)
		}
		require.Contains(t, string(example(t, "StandardAndCustomRolesListResponse")), `"assignmentType":"GROUP"`,
			"Okta no longer says that this operation lists roles held through groups: expand the groups")
	})
	t.Run("sign-on policies and rules", func(t *testing.T) {
		t.Parallel()
		p, err := parsePolicy(list(t, "list-okta-sign-on-policy-response")[0], "OKTA_SIGN_ON")
		require.NoError(t, err)
		require.Equal(t, new(true), lifecycle(p.Status))
		require.Equal(t, new(true), p.System)
		require.Equal(t, new(int64(1)), p.Priority)

		rule, priority, err := parseSignOnRule(list(t, "list-all-sign-on-policy-rule-response")[0])
		require.NoError(t, err)
		require.Zero(t, priority)
		require.Equal(t, evidence.SignOnRule{
			ID: "0prh1sd28q5sXGW08697", Name: "Test rule", Active: new(true), System: new(false), Allow: new(true),
			MFARequired: new(false), SessionIdleMinutes: new(int64(720)), SessionLifetimeMinutes: new(int64(0)),
			PersistentCookie: new(false), Ways: []evidence.FactorWay{},
		}, rule)
	})
	t.Run("password policies, with a rule that is null left unseen", func(t *testing.T) {
		t.Parallel()
		p, err := parsePolicy(list(t, "list-password-policy-response")[0], "PASSWORD")
		require.NoError(t, err)
		require.Equal(t, &evidence.PasswordPolicy{
			Set: new(true), MinLength: new(int64(8)), RememberLast: new(int64(4)), MaxAgeDays: new(int64(0)),
			RequireSymbol: new(false), RequireUpper: new(true), RequireLower: new(true),
			RejectCommon: new(false), LockoutAttempts: new(int64(0)), UnlockMinutes: new(int64(0)), Recovery: []string{"okta_email", "recovery_question"},
		}, p.Settings.policy())
	})
	t.Run("authentication policies: one factor, whichever", func(t *testing.T) {
		t.Parallel()
		p, err := parsePolicy(list(t, "list-access-policy-response")[0], "ACCESS_POLICY")
		require.NoError(t, err)
		require.Equal(t, new(true), lifecycle(p.Status))
		require.Equal(t, []string{}, p.groups(), "null conditions bind everybody")

		rule, priority, err := parseAuthenticationRule(list(t, "list-all-access-policy-rule-response")[0])
		require.NoError(t, err)
		require.EqualValues(t, 99, priority)
		require.Equal(t, evidence.SignOnRule{
			ID: "ruleId", Name: "Catch-all rule", Active: new(true), System: new(true), Allow: new(true),
			MFARequired: new(false), Ways: []evidence.FactorWay{},
		}, rule)
	})
	t.Run("enrolment policies", func(t *testing.T) {
		t.Parallel()
		p, err := parsePolicy(list(t, "list-mfa-enroll-policy-response")[0], "MFA_ENROLL")
		require.NoError(t, err)
		methods, err := p.Settings.methods()
		require.NoError(t, err)
		require.Equal(t, []evidence.EnrolmentMethod{
			{Key: "okta_email", Demand: new("NOT_ALLOWED")}, {Key: "okta_password", Demand: new("REQUIRED")}, {Key: "okta_verify", Demand: new("OPTIONAL")},
		}, methods)
	})
	t.Run("applications", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"GetApplicationsByUserResponseEx", "GetApplicationsByGroupResponseEx", "GetApplicationsByKeyResponseEx", "GetApplicationsByNameResponseEx"} {
			for _, raw := range list(t, name) {
				f, err := src.parseApplication(raw)
				require.NoError(t, err)
				require.Empty(t, f.Holes, name)
				app := f.Body.(*evidence.Application)
				require.Equal(t, new("active"), app.Status)
				require.Contains(t, []string{"SAML_2_0", "BROWSER_PLUGIN", "BOOKMARK", "OPENID_CONNECT"}, *app.SignOn)
				require.Equal(t, new(""), app.SignOnPolicy, "the examples link no policy")
			}
		}
	})
	t.Run("users of applications", func(t *testing.T) {
		t.Parallel()
		a, err := parseAssignment(list(t, "AppUserListEx")[0])
		require.NoError(t, err)
		require.Equal(t, evidence.Assignment{
			User: "00u1dnq5S0CfjlkpABCD", Status: new("PROVISIONED"), Sync: new("SYNCHRONIZED"), Direct: new(true),
			ChangedAt: new(time.Date(2024, 1, 31, 18, 25, 3, 0, time.UTC)),
		}, a)
	})
	t.Run("groups do not say whether they give rights unless asked for statistics", func(t *testing.T) {
		t.Parallel()
		for _, raw := range list(t, "list-groups-examples") {
			g, err := src.parseGroup(raw)
			require.NoError(t, err)
			require.Empty(t, g.fact.Holes)
			require.True(t, g.administers, "so it is asked")
			require.Equal(t, new(false), g.fact.Body.(*evidence.Group).BuiltIn)
		}
	})
	t.Run("roles of groups", func(t *testing.T) {
		t.Parallel()
		role, err := parseRole(list(t, "StandardRolesListResponseGroup")[0])
		require.NoError(t, err)
		require.Equal(t, "APP_ADMIN", role)
	})
	t.Run("API tokens, one of which says nothing of the network", func(t *testing.T) {
		t.Parallel()
		tokens := list(t, "ApiTokenListMetadataResponse")
		f, err := src.parseAPIToken(tokens[0])
		require.NoError(t, err)
		require.Empty(t, f.Holes)
		body := f.Body.(*evidence.AccessKey)
		require.Equal(t, new(true), body.Anywhere)
		require.Equal(t, new("00uabcdefg1234567890"), body.User)
		require.Equal(t, "2021-12-11", body.ExpiresAt.At.Format("2006-01-02"))
		f, err = src.parseAPIToken(tokens[1])
		require.NoError(t, err)
		require.Nil(t, f.Body.(*evidence.AccessKey).Anywhere)
		_, ok := f.Hole("anywhere")
		require.True(t, ok)
	})
	t.Run("zones, two of which block anonymisers", func(t *testing.T) {
		t.Parallel()
		var blocked []string
		for _, raw := range list(t, "RetrieveAllZones") {
			services, err := parseZone(raw)
			require.NoError(t, err)
			blocked = append(blocked, services...)
		}
		require.Equal(t, []string{"ALL_ANONYMIZERS", "ALL_ANONYMIZERS"}, blocked)
	})
	t.Run("log streams", func(t *testing.T) {
		t.Parallel()
		l, err := parseLogStream(list(t, "LogStreamGetAllResponse")[0])
		require.NoError(t, err)
		require.Equal(t, evidence.AuditStream{ID: "0oa1orqUGCIoCGNxf0g4", Name: "Example AWS EventBridge", Kind: "aws_eventbridge", Active: new(true)}, l)
	})
	t.Run("errors", func(t *testing.T) {
		t.Parallel()
		h := evidence.HoleFrom(refusal(readFactors, 403, example(t, "ErrorAccessDenied")))
		require.Equal(t, evidence.Denied, h.Reason)
		h = evidence.HoleFrom(refusal(readFactors, 429, example(t, "ErrorTooManyRequests")))
		require.Equal(t, evidence.Throttled, h.Reason)
	})
}
