// Package okta reads an Okta org through its management API: the org itself, its
// users with their factors and administrator roles, groups that give such roles,
// applications and who may use them, API tokens, log streams, and the policies
// that decide how people sign in. It reads only, and it knows nothing of what the settings mean.
package okta

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

const providerName = "okta"

// Provider is Okta.
var Provider = connect.Provider{
	Name:       providerName,
	Title:      "Okta",
	Discovery:  discovery,
	Collectors: collectors,
	Settings:   func() any { return new(Settings) },
	Open:       open,
	Detect:     detect,
	Starter:    starter,
}

// collectors lists everything read from an org, in the order of the reference.
var collectors = []evidence.Collector{
	orgCollector,
	usersCollector,
	globalSessionPoliciesCollector,
	passwordPoliciesCollector,
	authenticationPoliciesCollector,
	enrolmentPoliciesCollector,
	applicationsCollector,
	groupsCollector,
	apiTokensCollector,
	systemLogCollector,
	changeEventsCollector,
}

// Settings is the configuration of one org.
type Settings struct {
	// OrgURL is the org's own address, not that of its admin console.
	OrgURL string `yaml:"org_url" json:"org_url" jsonschema:"required,description=Address of the org such as https://acme.okta.com. Not the admin console's -admin address."`
	// Token is an API token (SSWS). It has the rights of the administrator who made it.
	Token string `yaml:"token,omitempty" json:"token,omitempty" jsonschema:"description=API token. Make it as a read-only administrator who may also see administrator roles. Not with client_id."`
	// ClientID is an OAuth service application's, in place of a token: it has the
	// scopes it was granted and the administrator roles it was given.
	ClientID string `yaml:"client_id,omitempty" json:"client_id,omitempty" jsonschema:"description=Client id of an OAuth service application that signs in with its own key. In place of token."`
	// PrivateKeyFile holds that application's RSA key.
	PrivateKeyFile string `yaml:"private_key_file,omitempty" json:"private_key_file,omitempty" jsonschema:"description=File of the service application's RSA private key in PEM form. Relative to the configuration's folder."`
	// KeyID names the key where the application has several.
	KeyID string `yaml:"key_id,omitempty" json:"key_id,omitempty" jsonschema:"description=Id (kid) of the key where the application has more than one."`
	// EventLogDays is how far back the System Log is read for who changed what is kept.
	EventLogDays int `yaml:"event_log_days,omitempty" json:"event_log_days,omitempty" jsonschema:"minimum=1,maximum=90,description=How many days back the System Log is read for who began\\, ended and changed what is kept; 7 bridges a long weekend. Without it the log is not read. A service application needs okta.logs.read."`
	// RequestsPerMinute bounds requests to each of Okta's endpoints.
	RequestsPerMinute int `yaml:"requests_per_minute,omitempty" json:"requests_per_minute,omitempty" jsonschema:"minimum=3,maximum=6000,default=300,description=Most requests a minute to each endpoint. Okta gives a token half of an endpoint's limit by default; 300 is half of the common 600."`
}

const defaultRequestsPerMinute = 300

func open(o connect.Options) ([]connect.Source, error) {
	var s Settings
	if err := o.Decode(&s); err != nil {
		return nil, err
	}
	src, err := newSource(s, o)
	if err != nil {
		return nil, err
	}
	return []connect.Source{src.connect()}, nil
}

func newSource(s Settings, o connect.Options) (*source, error) {
	org, err := parseOrgURL(s.OrgURL)
	if err != nil {
		return nil, fmt.Errorf("org_url: %w", err)
	}
	s.Token = strings.TrimSpace(s.Token)
	switch {
	case s.Token != "" && s.ClientID != "":
		return nil, errors.New("token and client_id: give one of them, not both")
	case s.ClientID == "" && (s.PrivateKeyFile != "" || s.KeyID != ""):
		return nil, errors.New("client_id: empty; private_key_file and key_id belong to a service application")
	case s.Token == "" && s.ClientID == "":
		return nil, errors.New("token: empty; make an API token in the admin console under Security > API > Tokens, or give client_id and private_key_file of a service application")
	}
	if strings.ContainsFunc(s.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("token: holds a character that no token has; was it copied whole, and without SSWS?")
	}
	if s.RequestsPerMinute == 0 {
		s.RequestsPerMinute = defaultRequestsPerMinute
	}
	if s.RequestsPerMinute < 3 || s.RequestsPerMinute > 6000 {
		return nil, fmt.Errorf("requests_per_minute: %d is not between 3 and 6000", s.RequestsPerMinute)
	}
	if s.EventLogDays < 0 || s.EventLogDays > mostEventDays {
		return nil, fmt.Errorf("event_log_days: %d is not between 1 and %d", s.EventLogDays, mostEventDays)
	}
	src := &source{account: org.Host, client: newClient(org, s, o.Seam)}
	if s.EventLogDays > 0 {
		src.events = &connect.EventLog{Days: s.EventLogDays, Clock: o.Clock}
	}
	if s.ClientID != "" {
		if src.client.app, err = newServiceApp(org, s, o); err != nil {
			return nil, err
		}
	}
	return src, nil
}

// The environment variables Okta's own tools read, the common name first.
var (
	urlVariables   = []string{"OKTA_ORG_URL", "OKTA_CLIENT_ORGURL"}
	tokenVariables = []string{"OKTA_API_TOKEN", "OKTA_CLIENT_TOKEN"}
)

func detect(_ context.Context, o connect.Options) (connect.Detected, error) {
	d := connect.Detected{
		Looked: "OKTA_ORG_URL with OKTA_API_TOKEN, and OKTA_CLIENT_ORGURL with OKTA_CLIENT_TOKEN, in the environment",
		Give:   "set OKTA_ORG_URL=https://<org>.okta.com and OKTA_API_TOKEN to a read-only administrator's API token",
	}
	urlName, orgURL := firstSet(o.Env, urlVariables)
	tokenName, token := firstSet(o.Env, tokenVariables)
	switch {
	case orgURL == "" && token == "":
		return d, nil
	case token == "":
		d.Looked = "the environment, where " + urlName + " is set but neither OKTA_API_TOKEN nor OKTA_CLIENT_TOKEN is"
		return d, nil
	case orgURL == "":
		d.Looked = "the environment, where " + tokenName + " is set but neither OKTA_ORG_URL nor OKTA_CLIENT_ORGURL is"
		return d, nil
	}
	src, err := newSource(Settings{OrgURL: orgURL, Token: token}, o)
	if err != nil {
		return d, fmt.Errorf("okta credentials in %s: %w", urlName, err)
	}
	d.Found = []connect.Source{src.connect()}
	d.How = urlName + " and " + tokenName + " in the environment"
	return d, nil
}

func firstSet(env func(string) string, names []string) (name, value string) {
	for _, n := range names {
		if v := env(n); v != "" {
			return n, v
		}
	}
	return "", ""
}
