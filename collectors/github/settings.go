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

// Settings is the configuration of one or more organisations read with one
// token, or with one GitHub App that each of them has installed.
type Settings struct {
	// Organizations are the logins of the organisations to read.
	Organizations []string `yaml:"organizations" json:"organizations" jsonschema:"required,minItems=1,description=Logins of the organisations to read, such as acme-robotics."`
	// Token is a personal access token of an organisation owner.
	Token string `yaml:"token,omitempty" json:"token,omitempty" jsonschema:"description=Instead of a GitHub App: personal access token of an organisation owner. Fine-grained\\, all read\\, on all repositories: organisation Administration and Members\\, and of repositories Administration\\, Metadata\\, Contents\\, Pull requests\\, Checks\\, Commit statuses\\, Actions\\, Environments\\, Secrets\\, Webhooks\\, Secret scanning alerts\\, Dependabot alerts and Code scanning alerts. Classic: admin:org and repo."`
	// AppID and ClientID name a GitHub App; either does.
	AppID    int64  `yaml:"app_id,omitempty" json:"app_id,omitempty" jsonschema:"description=Number of a GitHub App that the organisations have installed; the way to sign in that we advise. See the list of permissions for what to grant."`
	ClientID string `yaml:"client_id,omitempty" json:"client_id,omitempty" jsonschema:"description=Client id of the App; instead of app_id."`
	// PrivateKeyFile holds the App's key.
	PrivateKeyFile string `yaml:"private_key_file,omitempty" json:"private_key_file,omitempty" jsonschema:"description=File with the App's private key (PEM) as GitHub gave it; relative to this file. Without it the key is taken from the environment: CONTROLWATCH_GITHUB_APP_PRIVATE_KEY."`
	// InstallationID is the App's installation in the organisation.
	InstallationID int64 `yaml:"installation_id,omitempty" json:"installation_id,omitempty" jsonschema:"description=Number of the App's installation; found by the organisation's login where it is left out."`
	// Enterprise is the slug of the enterprise that the organisations belong to.
	Enterprise string `yaml:"enterprise,omitempty" json:"enterprise,omitempty" jsonschema:"description=Slug of the enterprise that the organisations belong to (github.com/enterprises/SLUG): single sign-on and streams of the audit log may be set there. Only an enterprise owner's classic token can read them."`
	// ChangeLookbackDays is how far back merged changes and pushes are read.
	ChangeLookbackDays int `yaml:"change_lookback_days,omitempty" json:"change_lookback_days,omitempty" jsonschema:"default=90,minimum=1,maximum=366,description=How many days back merged pull requests and direct pushes are read."`
	// DetailCalls is the most calls one pull makes for the details of changes, and of workflows.
	DetailCalls int `yaml:"detail_calls,omitempty" json:"detail_calls,omitempty" jsonschema:"default=2000,minimum=1,description=The most calls one pull makes for details of pull requests and pushes\\, and one for workflow files. What is left over is a hole\\, and the next pull of a running daemon reads on. GitHub allows 5000 calls an hour to all that use one account."`
	// EventLogDays is how far back the audit log is read for who changed what is kept.
	EventLogDays int `yaml:"event_log_days,omitempty" json:"event_log_days,omitempty" jsonschema:"minimum=1,maximum=180,description=How many days back the organisation's audit log is read for who began\\, ended and changed what is kept; 7 bridges a long weekend. Without it the log is not read. Needs GitHub Enterprise Cloud and a classic token with read:audit_log."`
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
	application, err := newApp(s, o)
	if err != nil {
		return nil, err
	}
	if application == nil && strings.TrimSpace(s.Token) == "" {
		return nil, errors.New("token: empty; make a personal access token as an owner of the organisation, or name a GitHub App with app_id and private_key_file")
	}
	if s.Enterprise != "" && !validLogin.MatchString(strings.ToLower(s.Enterprise)) {
		return nil, fmt.Errorf("enterprise: %q is not an enterprise's slug; use the name in its address, github.com/enterprises/SLUG", s.Enterprise)
	}
	if strings.ContainsFunc(s.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("token: holds a space, a line break or another character that no token has; was it copied whole?")
	}
	if len(s.Organizations) == 0 {
		return nil, errors.New("organizations: empty; list the logins of the organisations to read")
	}
	limits, err := limitsOf(s)
	if err != nil {
		return nil, err
	}
	if s.EventLogDays < 0 || s.EventLogDays > mostEventDays {
		return nil, fmt.Errorf("event_log_days: %d; write a number from 1 to %d, or leave it out", s.EventLogDays, mostEventDays)
	}
	api := newAPI(base, s.Token, o)
	open := func(login string) *source {
		src := newSource(api, login)
		if application != nil {
			src.api, src.app = newAppAPI(base, application, o)
			src.installationID = s.InstallationID
		}
		src.enterprise = s.Enterprise
		return src
	}
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
		src := open(login)
		src.details = newDetails(limits, o.Clock)
		if s.EventLogDays > 0 {
			src.events = &connect.EventLog{Days: s.EventLogDays, Clock: o.Clock}
		}
		found = append(found, src.connect())
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
