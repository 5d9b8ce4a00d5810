package okta

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// mintToken exchanges a signed assertion for an access token. It is on the
// policy's list of mints: never recorded, and allowed whichever collector runs.
const mintToken = "POST /oauth2/v1/token"

// serviceApp signs in as an OAuth service application with a key of its own
// (RFC 7523, private_key_jwt). Okta refuses a request for several scopes where
// one of them was not granted, so there is a token for each scope: a scope that
// is missing costs the reads that need it and nothing else.
type serviceApp struct {
	client   *http.Client
	endpoint *url.URL
	id       string
	key      *rsa.PrivateKey
	keyID    string // empty: the application has one key
	now      func() time.Time

	mu     sync.Mutex // held while minting, so that a scope is asked for once
	tokens map[string]accessToken
}

type accessToken struct {
	value   string
	expires time.Time
}

const (
	assertionLife = 5 * time.Minute
	spare         = 5 * time.Minute // a token is renewed when it has less than this left
)

// authorization is the header of a request that needs a scope.
func (a *serviceApp) authorization(ctx context.Context, r read) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t, ok := a.tokens[r.scope]; ok && a.now().Before(t.expires.Add(-spare)) {
		return "Bearer " + t.value, nil
	}
	t, err := a.mint(ctx, r)
	if err != nil {
		return "", err
	}
	a.tokens[r.scope] = t
	return "Bearer " + t.value, nil
}

// forget drops a token that Okta no longer takes.
func (a *serviceApp) forget(r read) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tokens, r.scope)
}

func (a *serviceApp) mint(ctx context.Context, r read) (accessToken, error) {
	assertion, err := a.assertion()
	if err != nil {
		return accessToken{}, unseen(r, evidence.Denied, err)
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"scope":                 {r.scope},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return accessToken{}, unseen(r, evidence.ProviderError, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	asked := a.now()
	resp, err := a.client.Do(req)
	if err != nil {
		return accessToken{}, unanswered(ctx, r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	// What a refusal says is named by its code alone: its text may repeat the assertion.
	var said struct {
		Error     string `json:"error"`
		Token     string `json:"access_token"`
		Type      string `json:"token_type"`
		ExpiresIn int64  `json:"expires_in"`
	}
	err = json.NewDecoder(resp.Body).Decode(&said)
	switch {
	case resp.StatusCode != http.StatusOK:
		return accessToken{}, notMinted(r, resp.StatusCode, said.Error)
	case err != nil:
		return accessToken{}, unseen(r, evidence.ProviderError, errors.New(mintToken+": the answer cannot be read"))
	case said.Token == "" || said.ExpiresIn <= 0 || !strings.EqualFold(said.Type, "Bearer"):
		return accessToken{}, unseen(r, evidence.ProviderError, errors.New(mintToken+": the answer holds no bearer token"))
	}
	return accessToken{said.Token, asked.Add(time.Duration(said.ExpiresIn) * time.Second)}, nil
}

// notMinted classifies a refusal by RFC 6749's error codes and Okta's own.
func notMinted(r read, status int, code string) error {
	if strings.ContainsFunc(code, func(c rune) bool { return (c < 'a' || c > 'z') && c != '_' }) || len(code) > 40 {
		code = "" // no code, and not for a log
	}
	u := &evidence.Unseen{Reason: evidence.Denied, Operation: r.operation, Err: fmt.Errorf("%s: HTTP %d %s", mintToken, status, code)}
	switch {
	case code == "invalid_scope":
		u.Hint = fmt.Sprintf("grant %s to the application under Okta API Scopes", r.scope)
	case code == "invalid_dpop_proof":
		u.Hint = "in the application's settings switch off Require Demonstrating Proof of Possession (DPoP) header in token requests"
	case code == "invalid_client":
		u.Hint = "is client_id the application's, is the key's public half among its keys, and is our clock right?"
		return &credentialsError{u}
	case status == http.StatusTooManyRequests:
		u.Reason, u.Hint = evidence.Throttled, hint(r, evidence.Throttled)
	case status >= http.StatusInternalServerError || status < http.StatusBadRequest:
		u.Reason = evidence.ProviderError
	}
	return u
}

// assertion is what RFC 7523, section 3, asks for.
func (a *serviceApp) assertion() (string, error) {
	now := a.now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer: a.id, Subject: a.id, Audience: jwt.ClaimStrings{a.endpoint.String()},
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(assertionLife)),
		ID: rand.Text(),
	})
	if a.keyID != "" {
		t.Header["kid"] = a.keyID
	}
	signed, err := t.SignedString(a.key)
	if err != nil {
		return "", errors.New("private_key_file: the key cannot sign")
	}
	return signed, nil
}

// granted lists the declared scopes that the application holds.
func (a *serviceApp) granted(ctx context.Context) []string {
	var held []string
	for _, r := range reads {
		if r.scope == "" || slices.Contains(held, r.scope) {
			continue
		}
		if _, err := a.authorization(ctx, r); err == nil {
			held = append(held, r.scope)
		}
	}
	slices.Sort(held)
	return held
}

func newServiceApp(org *url.URL, s Settings, o connect.Options) (*serviceApp, error) {
	switch {
	case s.PrivateKeyFile == "":
		return nil, errors.New("private_key_file: empty; client_id needs the file of the application's private key")
	case strings.ContainsFunc(s.ClientID, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("client_id: holds a character that no client id has")
	}
	file := s.PrivateKeyFile
	if !filepath.IsAbs(file) {
		file = filepath.Join(o.Dir, file)
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("private_key_file: %w", err)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(pem)
	if err != nil {
		// The parser's words may quote the file.
		return nil, fmt.Errorf("private_key_file: %s holds no RSA private key in PEM form", s.PrivateKeyFile)
	}
	endpoint := *org
	endpoint.Path = "/oauth2/v1/token"
	return &serviceApp{
		client: o.Seam.Client(policy(org, s.RequestsPerMinute)), endpoint: &endpoint,
		id: s.ClientID, key: key, keyID: s.KeyID, now: o.Clock, tokens: map[string]accessToken{},
	}, nil
}
