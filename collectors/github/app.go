package github

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/controlwatch/controlwatch/collectors/connect"
)

// privateKeyVariable holds the key itself where no file does.
const privateKeyVariable = "CONTROLWATCH_GITHUB_APP_PRIVATE_KEY" // a variable's name

// app is a GitHub App: who it is, and the key that proves it.
type app struct {
	issuer string // app id or client id; GitHub takes either
	key    *rsa.PrivateKey
	clock  func() time.Time
}

// newApp reads the App's settings; nil where there are none.
func newApp(s Settings, o connect.Options) (*app, error) {
	a := &app{issuer: strings.TrimSpace(s.ClientID), clock: o.Clock}
	switch {
	case s.AppID == 0 && a.issuer == "":
		if s.PrivateKeyFile != "" || s.InstallationID != 0 {
			return nil, errors.New("app_id: missing beside the App's other settings; it stands on the App's page, under About")
		}
		return nil, nil
	case s.AppID < 0:
		return nil, errors.New("app_id: must be the number on the App's page, under About")
	case s.AppID != 0 && a.issuer != "":
		return nil, errors.New("client_id: app_id names the App already; give one of them")
	case strings.TrimSpace(s.Token) != "":
		return nil, errors.New("token: an App makes its own; give either the App or a token")
	case s.InstallationID < 0:
		return nil, errors.New("installation_id: must be the number at the end of the installation's address")
	case s.InstallationID != 0 && len(s.Organizations) > 1:
		return nil, errors.New("installation_id: belongs to one organisation; leave it out, it is found for each")
	case s.AppID != 0:
		a.issuer = strconv.FormatInt(s.AppID, 10)
	}
	var err error
	a.key, err = readPrivateKey(s.PrivateKeyFile, o)
	return a, err
}

// readPrivateKey never puts what it reads into an error.
func readPrivateKey(file string, o connect.Options) (*rsa.PrivateKey, error) {
	from, pem := privateKeyVariable, ""
	switch {
	case file != "":
		from = "private_key_file"
		if !filepath.IsAbs(file) {
			file = filepath.Join(o.Dir, file)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("private_key_file: %w", err)
		}
		pem = string(b)
	case o.Env != nil:
		// Some secret stores keep one line only and write line breaks as \n.
		pem = strings.ReplaceAll(o.Env(privateKeyVariable), `\n`, "\n")
	}
	if strings.TrimSpace(pem) == "" {
		return nil, errors.New("private_key_file: no private key; generate one on the App's page and name its file here, or put it into " + privateKeyVariable)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(pem))
	if err != nil {
		return nil, errors.New(from + ": holds no RSA private key in PEM form; use the .pem file that GitHub gave")
	}
	return key, nil
}

const (
	appTokenLife  = 9 * time.Minute  // GitHub takes ten at most, by its own clock
	clockTolerant = 60 * time.Second // GitHub's advice against clocks that are ahead
)

// signed is what proves to GitHub that the App itself asks.
func (a *app) signed() (string, error) {
	now := a.clock()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    a.issuer,
		IssuedAt:  jwt.NewNumericDate(now.Add(-clockTolerant)),
		ExpiresAt: jwt.NewNumericDate(now.Add(appTokenLife)),
	})
	return token.SignedString(a.key)
}
