package transport_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	identify := transport.RoutesUnder("/api/v3/",
		"GET /users/{id}", "GET /users/me", "GET /{kind}/me", "GET /repos/{owner}/{repo}/branches/{branch}/protection")
	for path, want := range map[string]string{
		"/api/v3/users/7":   "GET /users/{id}",
		"/api/v3/users/me":  "GET /users/me",
		"/api/v3/groups/me": "GET /{kind}/me",
		"/api/v3/repos/acme/web/branches/release%2F1.0/protection": "GET /repos/{owner}/{repo}/branches/{branch}/protection",
		"/users/7":                    "",
		"/api/v3/users":               "",
		"/api/v3/users/":              "",
		"/api/v3/users/7/":            "",
		"/api/v3/users/..":            "",
		"/api/v3/users/%2e%2e":        "",
		"/api/v3/users/7/../../admin": "",
		"/api/v3x/users/7":            "",
		"":                            "",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://toy.test"+path, http.NoBody)
			require.NoError(t, err)
			got, service, err := identify(req)
			require.Equal(t, want, got)
			require.Empty(t, service)
			require.Equal(t, want == "", err != nil)
		})
	}
	t.Run("another method is another operation", func(t *testing.T) {
		t.Parallel()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "http://toy.test/api/v3/users/7", http.NoBody)
		require.NoError(t, err)
		_, _, err = identify(req)
		require.ErrorContains(t, err, "DELETE /api/v3/users/7 is no operation we know")
	})
	for _, bad := range []string{"/users", "GET users", "GET /users/", "GET /users/{id", "GET /a{b}"} {
		require.Panics(t, func() { transport.Routes(bad) }, bad)
	}
}
