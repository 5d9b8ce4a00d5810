package okta

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/okta/oktatest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestGlobalSessionPolicies(t *testing.T) {
	t.Parallel()
	t.Run("policies come with their rules in the order in which Okta tries them", func(t *testing.T) {
		t.Parallel()
		org := oktatest.Acme()
		rules := org.SignOn[1].Rules
		rules[0], rules[1] = rules[1], rules[0]
		got := collect(t, serve(t, org), "okta_global_session_policies")
		require.Empty(t, got.pull.Holes)
		require.Len(t, got.facts, 2)
		require.Equal(t, &evidence.SignOnPolicy{
			Active: new(true), System: new(true), Priority: new(int64(2)), Groups: []string{"00gacme00000everyone"},
			Rules: []evidence.SignOnRule{
				{
					ID: "0pracme0000default01", Name: "Two factors outside the office", Active: new(true), System: new(false),
					Allow: new(true), MFARequired: new(true), SessionIdleMinutes: new(int64(120)), SessionLifetimeMinutes: new(int64(1080)),
					PersistentCookie: new(false), Ways: []evidence.FactorWay{},
				},
				{
					ID: "0pracme0000default02", Name: "Default Rule", Active: new(true), System: new(true),
					Allow: new(true), MFARequired: new(false), SessionIdleMinutes: new(int64(120)), SessionLifetimeMinutes: new(int64(0)),
					PersistentCookie: new(false), Ways: []evidence.FactorWay{},
				},
			},
		}, got.facts["Default Policy"].Body)
	})
	t.Run("rules that may not be read are a hole in their policy", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/api/v1/policies/00pacme00000default0/rules" {
				return oktatest.Refuse(r, http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action"), nil
			}
			return server.RoundTrip(r)
		}), "okta_global_session_policies")
		require.Empty(t, got.pull.Holes)
		require.Nil(t, got.facts["Default Policy"].Body.(*evidence.SignOnPolicy).Rules)
		hole, ok := got.facts["Default Policy"].Hole("rules")
		require.True(t, ok)
		require.Equal(t, "GET /api/v1/policies/{policyId}/rules", hole.Operation)
		require.Len(t, got.facts["Engineers"].Body.(*evidence.SignOnPolicy).Rules, 1)
	})
	t.Run("one rule that cannot be read leaves all unseen", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(r)
			if err == nil {
				replaceInBody(t, resp, `"0pracme0000default01"`, `""`)
			}
			return resp, err
		}), "okta_global_session_policies")
		require.Nil(t, got.facts["Default Policy"].Body.(*evidence.SignOnPolicy).Rules)
	})
}

func TestPasswordPolicies(t *testing.T) {
	t.Parallel()
	t.Run("active policies are read, and the pull says that only those were asked for", func(t *testing.T) {
		t.Parallel()
		got := collect(t, serve(t, oktatest.Acme()), "okta_password_policies")
		require.Empty(t, got.pull.Holes)
		require.Contains(t, got.pull.Parameters, "GET /api/v1/policies status=ACTIVE")
		require.Len(t, got.facts, 2)
		require.Equal(t, &evidence.PasswordPolicy{
			Set: new(true), MinLength: new(int64(14)), RememberLast: new(int64(5)), MaxAgeDays: new(int64(0)),
			RequireSymbol: new(false), RequireNumber: new(true), RequireUpper: new(true), RequireLower: new(true),
			RejectCommon: new(true), LockoutAttempts: new(int64(10)), UnlockMinutes: new(int64(0)), Recovery: []string{"okta_email"},
			Priority: new(int64(2)), Groups: []string{}, Source: new("OKTA"),
		}, got.facts["Default Policy"].Body)
	})
	t.Run("a policy of another type is not taken for one of this", func(t *testing.T) {
		t.Parallel()
		server := serve(t, oktatest.Acme())
		got := collect(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := server.RoundTrip(r)
			if err == nil {
				replaceInBody(t, resp, `"type":"PASSWORD"`, `"type":"ACCESS_POLICY"`)
			}
			return resp, err
		}), "okta_password_policies")
		require.Len(t, got.pull.Holes, 1)
		require.Empty(t, got.facts)
	})
}
