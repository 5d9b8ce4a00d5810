package githubissues_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	stdtesting "testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/githubissues"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestAnAppTakesTokensForIssuesOfOneRepository(t *stdtesting.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	parsed, err := githubissues.ParseKey(strings.ReplaceAll(text, "\n", `\n`))
	require.NoError(t, err)
	now, minted, status := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC), 0, http.StatusCreated
	app := &githubissues.App{API: "https://api.github.com/", ID: 7, InstallationID: 9, Key: parsed, Repository: "acme/compliance", Clock: func() time.Time { return now }}
	app.Base = roundTripper(func(req *http.Request) (*http.Response, error) {
		minted++
		require.Equal(t, "https://api.github.com/app/installations/9/access_tokens", req.URL.String())
		var claims jwt.RegisteredClaims
		_, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(app.Clock)).ParseWithClaims(
			strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "), &claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil })
		require.NoError(t, err)
		require.Equal(t, "7", claims.Issuer)
		require.LessOrEqual(t, claims.ExpiresAt.Sub(now), 10*time.Minute)
		var asked map[string]any
		require.NoError(t, json.NewDecoder(req.Body).Decode(&asked))
		require.Equal(t, map[string]any{"repositories": []any{"compliance"}, "permissions": map[string]any{"issues": "write", "metadata": "read"}}, asked)
		body, err := json.Marshal(map[string]any{"token": "ghs_secret", "expires_at": now.Add(time.Hour)})
		require.NoError(t, err)
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
	})
	for range 3 {
		token, err := app.Token(context.Background())
		require.NoError(t, err)
		require.Equal(t, "ghs_secret", token)
	}
	require.Equal(t, 1, minted)
	now = now.Add(56 * time.Minute)
	_, err = app.Token(context.Background())
	require.NoError(t, err)
	require.Equal(t, 2, minted)
	now, status = now.Add(time.Hour), http.StatusUnauthorized
	_, err = app.Token(context.Background())
	require.ErrorContains(t, err, "401 Unauthorized")
	require.NotContains(t, err.Error(), "ghs_secret")
	_, err = githubissues.ParseKey("hunter2")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}
