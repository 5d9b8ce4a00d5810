package oktatest

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/golang-jwt/jwt/v5"
)

// ServiceApp is an OAuth service application that may sign in.
type ServiceApp struct {
	ID        string
	Key       *rsa.PublicKey
	Scopes    []string // granted
	DPoP      bool     // demands proof of possession, which nobody here gives
	ExpiresIn int64    // seconds; zero: an hour
	Minted    []string // scopes for which a token was given, in order
}

const tokenPath = "/oauth2/v1/token"

// mint gives a token as RFC 6749 and RFC 7523 say. Its value names the scope, so
// that the server keeps no list.
func (s *Server) mint(req *http.Request) answer {
	s.org.mu.Lock()
	defer s.org.mu.Unlock()
	app := s.org.Service
	wrong := func(status int, code string) answer {
		return say(status, object{"error": code, "error_description": "the assertion was " + req.PostFormValue("client_assertion")})
	}
	switch {
	case req.Method != http.MethodPost, req.PostFormValue("grant_type") != "client_credentials":
		return wrong(http.StatusBadRequest, "unsupported_grant_type")
	case app == nil || s.checkAssertion(app, req) != nil:
		return wrong(http.StatusUnauthorized, "invalid_client")
	case app.DPoP:
		return wrong(http.StatusBadRequest, "invalid_dpop_proof")
	}
	scopes := strings.Fields(req.PostFormValue("scope"))
	for _, scope := range scopes {
		if !slices.Contains(app.Scopes, scope) {
			return wrong(http.StatusBadRequest, "invalid_scope")
		}
	}
	app.Minted = append(app.Minted, strings.Join(scopes, " "))
	life := app.ExpiresIn
	if life == 0 {
		life = 3600
	}
	return say(http.StatusOK, object{
		"token_type": "Bearer", "expires_in": life, "scope": strings.Join(scopes, " "), "access_token": "minted-" + strings.Join(scopes, "+"),
	})
}

func (s *Server) checkAssertion(app *ServiceApp, req *http.Request) error {
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	if s.Now != nil {
		now = s.Now()
	}
	if kind := req.PostFormValue("client_assertion_type"); kind != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return fmt.Errorf("client_assertion_type is %q", kind)
	}
	parsed, err := jwt.Parse(
		req.PostFormValue("client_assertion"), func(*jwt.Token) (any, error) { return app.Key, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience("https://"+s.org.Host+tokenPath), jwt.WithIssuer(app.ID), jwt.WithSubject(app.ID),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(func() time.Time { return now }),
	)
	if err != nil {
		return err
	}
	if claims, ok := parsed.Claims.(jwt.MapClaims); !ok || claims["jti"] == "" {
		return fmt.Errorf("the assertion has no jti")
	}
	return nil
}

// scopeOf is the scope of a minted token; empty for an API token and for no token.
func (s *Server) scopeOf(req *http.Request) string {
	scope, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer minted-")
	if scope == req.Header.Get("Authorization") {
		return ""
	}
	return scope
}

// mayAsk: with the org's API token, with a minted one, or without any where
// Okta asks for none.
func (s *Server) mayAsk(req *http.Request) bool {
	return req.Header.Get("Authorization") == "SSWS "+s.token() || s.scopeOf(req) != "" || req.URL.Path == "/.well-known/okta-organization"
}

// allows says whether the description lists a scope for an operation.
func allows(input *openapi3filter.RequestValidationInput, scope string) bool {
	for _, way := range *input.Route.Operation.Security {
		if slices.Contains(way["oauth2"], scope) {
			return true
		}
	}
	return false
}
