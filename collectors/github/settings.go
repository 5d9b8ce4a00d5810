package github

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/connect"
)

// Settings is the configuration of one or more organisations read with one token.
type Settings struct {
	// Organizations are the logins of the organisations to read.
	Organizations []string `yaml:"organizations" json:"organizations" jsonschema:"required,minItems=1,description=Logins of the organisations to read, such as acme-robotics."`
	// Token is a personal access token of an organisation owner.
	Token string `yaml:"token" json:"token" jsonschema:"required,description=Personal access token of an organisation owner. Fine-grained: organisation Administration and Members (read) and repository Metadata and Administration (read) on all repositories. Classic: admin:org and repo."`
	// BaseURL is the address of the API where it is not GitHub.com's.
	BaseURL string `yaml:"base_url,omitempty" json:"base_url,omitempty" jsonschema:"default=https://api.github.com,description=Address of the API. Enterprise Server: https://HOST/api/v3. Enterprise Cloud with data residency: https://api.SUBDOMAIN.ghe.com."`
}

const defaultBaseURL = "https://api.github.com"

func open(o connect.Options) ([]connect.Source, error) {
	var s Settings
	if err := o.Decode(&s); err != nil {
		return nil, err
	}
	return sources(s, o)
}

func sources(s Settings, o connect.Options) ([]connect.Source, error) {
	base, err := parseBaseURL(s.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base_url: %w", err)
	}
	if strings.TrimSpace(s.Token) == "" {
		return nil, errors.New("token: empty; make a personal access token as an owner of the organisation")
	}
	if strings.ContainsFunc(s.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("token: holds a space, a line break or another character that no token has; was it copied whole?")
	}
	if len(s.Organizations) == 0 {
		return nil, errors.New("organizations: empty; list the logins of the organisations to read")
	}
	api := newAPI(base, s.Token, o)
	var found []connect.Source
	var seen []string
	for i, org := range s.Organizations {
		login := strings.ToLower(strings.TrimSpace(org))
		switch {
		case !validLogin.MatchString(login):
			return nil, fmt.Errorf("organizations[%d]: %q is not an organisation's login; use the name in its address, github.com/LOGIN", i, org)
		case slices.Contains(seen, login):
			return nil, fmt.Errorf("organizations[%d]: %q is listed twice", i, org)
		}
		seen = append(seen, login)
		found = append(found, newSource(api, login).connect())
	}
	return found, nil
}

// Logins are letters, digits and single hyphens; Enterprise Server and managed
// users also have underscores.
var validLogin = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9_])?$`)

// parseBaseURL accepts an API's address. Plain HTTP would send the token in the
// clear, so it is for this machine only.
func parseBaseURL(raw string) (*url.URL, error) {
	if raw == "" {
		raw = defaultBaseURL
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("not an address; write it like https://github.example.com/api/v3")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("holds more than scheme, host and path; the token belongs in token")
	case u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("must begin with https://, since the token travels with every request")
	case strings.EqualFold(u.Hostname(), "github.com"):
		return nil, errors.New("is the address of the web site; the API's is " + defaultBaseURL)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
