package oktatest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// ask sends one request to a server and returns status, body and what was reported.
func ask(t *testing.T, path string, change func(*Server)) (int, string, []error) {
	t.Helper()
	var reported []error
	s, err := New(Acme(), func(err error) { reported = append(reported, err) })
	require.NoError(t, err)
	if change != nil {
		change(s)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+AcmeHost+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "SSWS "+Acme().Token)
	resp, err := s.RoundTrip(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(body), reported
}

func TestServerIsJudged(t *testing.T) {
	t.Parallel()
	const ada = "/api/v1/users/00uacme000000000ada0"
	good := []string{
		"/api/v1/org", "/api/v1/users?limit=200", "/api/v1/users?filter=status+eq+%22DEPROVISIONED%22", "/api/v1/users/me",
		ada + "/factors", ada + "/roles", "/api/v1/policies?type=OKTA_SIGN_ON", "/api/v1/policies?type=PASSWORD&status=ACTIVE",
		"/api/v1/policies/00pacme00000default0/rules",
	}
	for _, path := range good {
		t.Run("the fake agrees with Okta's description: "+path, func(t *testing.T) {
			t.Parallel()
			status, body, reported := ask(t, path, nil)
			require.Empty(t, reported)
			require.Equal(t, http.StatusOK, status, body)
		})
	}
	for path, wrong := range map[string][2]string{
		"/api/v1/org":                                 {`"id":"00oacme0000000000org"`, `"id":17`},
		"/api/v1/users?limit=200":                     {`"status":"PASSWORD_EXPIRED"`, `"status":"EXPIRED"`},
		"/api/v1/users/me":                            {`"lastLogin":"2026-11-15T08:30:00.000Z"`, `"lastLogin":20261115`},
		ada + "/factors":                              {`"factorType":"webauthn"`, `"factorType":"fido"`},
		ada + "/roles":                                {`"type":"SUPER_ADMIN"`, `"kind":"SUPER_ADMIN"`},
		"/api/v1/policies?type=PASSWORD":              {`"minLength":14`, `"minLength":"14"`},
		"/api/v1/policies/00pacme00000default0/rules": {`"requireFactor":false`, `"requireFactor":"no"`},
	} {
		t.Run("a wrong type is reported: "+path, func(t *testing.T) {
			t.Parallel()
			status, _, reported := ask(t, path, func(s *Server) {
				s.Rewrite = func(_ string, body []byte) []byte {
					require.Contains(t, string(body), wrong[0])
					return bytes.Replace(body, []byte(wrong[0]), []byte(wrong[1]), 1)
				}
			})
			require.Len(t, reported, 1)
			require.Equal(t, http.StatusInternalServerError, status)
		})
	}
	for name, path := range map[string]string{
		"a query parameter that does not exist": "/api/v1/users?fliter=x",
		"a policy type that does not exist":     "/api/v1/policies?type=SIGN_ON",
		"a required parameter that is missing":  "/api/v1/policies",
		"a path that does not exist":            "/api/v2/users",
		"a number that is none":                 "/api/v1/users?limit=all",
	} {
		t.Run(name+" is reported", func(t *testing.T) {
			t.Parallel()
			_, _, reported := ask(t, path, nil)
			require.Len(t, reported, 1)
		})
	}
}

func TestServerIsLikeOkta(t *testing.T) {
	t.Parallel()
	t.Run("the plain list leaves deprovisioned users out", func(t *testing.T) {
		t.Parallel()
		_, body, _ := ask(t, "/api/v1/users", nil)
		require.NotContains(t, body, "DEPROVISIONED")
		var users []any
		require.NoError(t, json.Unmarshal([]byte(body), &users))
		require.Len(t, users, 6)
	})
	t.Run("an unknown token is refused as Okta does", func(t *testing.T) {
		t.Parallel()
		status, body, reported := ask(t, "/api/v1/org", func(s *Server) { s.org.Token = "another" })
		require.Empty(t, reported)
		require.Equal(t, http.StatusUnauthorized, status)
		require.Contains(t, body, "E0000011")
	})
	t.Run("a filter it does not know is an error, not an empty list", func(t *testing.T) {
		t.Parallel()
		status, body, _ := ask(t, "/api/v1/users?filter=status+gt+%22A%22", nil)
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, body, "E0000031")
	})
}
