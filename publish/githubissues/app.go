package githubissues

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// App is the credential of a GitHub App: tokens for issues of one repository and
// nothing else, whatever else its installation may do.
type App struct {
	API            string
	ID             int64
	InstallationID int64
	Key            *rsa.PrivateKey
	Repository     string // owner/name
	Base           http.RoundTripper
	Clock          func() time.Time

	token string
	ends  time.Time
}

// ParseKey reads an App's private key. What it reads is in no error.
func ParseKey(pem string) (*rsa.PrivateKey, error) {
	// Some secret stores keep one line only and write line breaks as \n.
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(strings.ReplaceAll(pem, `\n`, "\n")))
	if err != nil {
		return nil, errors.New("holds no RSA private key in PEM form; use the .pem file that GitHub gave")
	}
	return key, nil
}

// String hides it from logs.
func (a *App) String() string { return "app " + strconv.FormatInt(a.ID, 10) }

// Token is a token of the installation, made anew shortly before it ends.
func (a *App) Token(ctx context.Context) (string, error) {
	now := a.Clock()
	if a.token != "" && now.Before(a.ends.Add(-5*time.Minute)) {
		return a.token, nil
	}
	// GitHub takes proofs of ten minutes at most, and advises a minute for clocks that are ahead.
	proof, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer: strconv.FormatInt(a.ID, 10), IssuedAt: jwt.NewNumericDate(now.Add(-time.Minute)), ExpiresAt: jwt.NewNumericDate(now.Add(9 * time.Minute)),
	}).SignedString(a.Key)
	if err != nil {
		return "", fmt.Errorf("sign as GitHub App: %w", err)
	}
	_, name, _ := strings.Cut(a.Repository, "/")
	body, err := json.Marshal(map[string]any{"repositories": []string{name}, "permissions": map[string]string{"issues": "write", "metadata": "read"}})
	if err != nil {
		return "", err
	}
	address := strings.TrimRight(a.API, "/") + "/app/installations/" + strconv.FormatInt(a.InstallationID, 10) + "/access_tokens"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	setHeaders(req, proof)
	answer, status, err := roundTrip(a.Base, req)
	if err != nil {
		return "", fmt.Errorf("make a token of the App: %w", err)
	}
	var said struct {
		Token string    `json:"token"`
		Ends  time.Time `json:"expires_at"`
	}
	if status != http.StatusCreated {
		return "", fmt.Errorf("make a token of the App: GitHub answers %d %s; the App must be installed in the repository with the permission Issues: read and write, and this machine's clock be right", status, http.StatusText(status))
	}
	if json.Unmarshal(answer.body, &said) != nil || said.Token == "" || !now.Before(said.Ends) {
		return "", errors.New("make a token of the App: the answer holds no token that is in force")
	}
	a.token, a.ends = said.Token, said.Ends
	return a.token, nil
}
