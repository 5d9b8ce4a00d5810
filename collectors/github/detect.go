package github

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

const (
	looked = "GITHUB_TOKEN and GH_TOKEN in the environment"
	give   = "set GITHUB_TOKEN to an owner's personal access token, and GITHUB_ORG to the organisation's login"
)

// detect finds a token in the environment. The organisations are those that
// GITHUB_ORG or GITHUB_ORGS name, else those of the token's user.
// GITHUB_API_URL, which GitHub's own runners set, names another API.
func detect(ctx context.Context, o connect.Options) (connect.Detected, error) {
	d := connect.Detected{Looked: looked, Give: give}
	if d, found, err := detectApp(ctx, o, d); found {
		return d, err
	}
	variable, token := tokenIn(o.Env)
	if token == "" {
		return d, nil
	}
	s := Settings{Token: token, BaseURL: o.Env("GITHUB_API_URL"), Organizations: organizationsIn(o.Env)}
	how := variable + " in the environment"
	if len(s.Organizations) == 0 {
		base, err := parseBaseURL(s.BaseURL)
		if err != nil {
			return d, fmt.Errorf("GITHUB_API_URL: %w", err)
		}
		src := newSource(newAPI(base, token, o), unknownOrganization)
		logins, err := src.listOrganizations(ctx)
		if ctx.Err() != nil {
			return d, context.Cause(ctx)
		}
		if err != nil {
			// A token that does not work must not look like no token at all.
			d.How, d.Found = how, []connect.Source{src.blind(err)}
			return d, nil
		}
		if len(logins) == 0 {
			d.Looked += "; " + variable + " is set, but GitHub names no organisation for it (it never does for fine-grained tokens)"
			d.Give = "set GITHUB_ORG to the organisation's login"
			return d, nil
		}
		s.Organizations = logins
	}
	found, err := sources(s, o)
	if err != nil {
		return d, fmt.Errorf("%s: %w", how, err)
	}
	d.How, d.Found = how, found
	return d, nil
}

func tokenIn(env func(string) string) (variable, token string) {
	for _, name := range []string{"GITHUB_TOKEN", "GH_TOKEN"} {
		if token := strings.TrimSpace(env(name)); token != "" {
			return name, token
		}
	}
	return "", ""
}

func organizationsIn(env func(string) string) []string {
	return strings.FieldsFunc(env("GITHUB_ORG")+","+env("GITHUB_ORGS"), func(r rune) bool { return r == ',' || r == ' ' })
}

// unknownOrganization stands for the organisations of a token that could not be
// asked for them.
const unknownOrganization = "unknown"

// listOrganizations reads the organisations of the token's user.
func (s *source) listOrganizations(ctx context.Context) ([]string, error) {
	ctx = transport.WithMeter(ctx, transport.NewMeter(discovery, s.scope()))
	items, err := s.session().list(ctx, readUserOrganizations, "user/orgs")
	if err != nil {
		return nil, err
	}
	var logins []string
	for _, item := range items {
		var org struct {
			Login string `json:"login"`
		}
		if err := json.Unmarshal(item, &org); err != nil || org.Login == "" {
			return nil, unreadable(readUserOrganizations, "an organisation without a login", err)
		}
		logins = append(logins, org.Login)
	}
	return logins, nil
}

// blind is a source that says why it cannot look.
func (s *source) blind(err error) connect.Source {
	c := s.connect()
	c.Discover = func(context.Context, []evidence.FeedID) (connect.Discovery, error) {
		return connect.Discovery{}, err
	}
	return c
}
