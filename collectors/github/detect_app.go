package github

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
)

const appIDVariable = "CONTROLWATCH_GITHUB_APP_ID"

// detectApp finds a GitHub App in the environment: its number or client id beside
// its key. The organisations are those that GITHUB_ORG or GITHUB_ORGS name, else
// all that have installed it. It says whether there is one.
func detectApp(ctx context.Context, o connect.Options, d connect.Detected) (connect.Detected, bool, error) {
	id := strings.TrimSpace(o.Env(appIDVariable))
	if id == "" {
		return d, false, nil
	}
	d.How = appIDVariable + " in the environment"
	s := Settings{ClientID: id, BaseURL: o.Env("GITHUB_API_URL"), Organizations: organizationsIn(o.Env)}
	if number, err := strconv.ParseInt(id, 10, 64); err == nil {
		s.AppID, s.ClientID = number, ""
	}
	if len(s.Organizations) == 0 {
		base, err := parseBaseURL(s.BaseURL)
		if err != nil {
			return d, true, fmt.Errorf("GITHUB_API_URL: %w", err)
		}
		application, err := newApp(s, o)
		if err != nil {
			return d, true, fmt.Errorf("%s: %w", d.How, err)
		}
		src := newSource(nil, unknownOrganization)
		src.api, src.app = newAppAPI(base, application, o)
		logins, err := src.installedOn(transport.WithMeter(ctx, transport.NewMeter(discovery, src.scope())))
		switch {
		case ctx.Err() != nil:
			return d, true, context.Cause(ctx)
		case err != nil:
			d.Found = []connect.Source{src.blind(err)}
			return d, true, nil
		case len(logins) == 0:
			d.How, d.Looked = "", d.Looked+"; "+appIDVariable+" is set, but nobody has installed the App"
			d.Give = "install the App from its page, under Install App"
			return d, true, nil
		}
		s.Organizations = logins
	}
	found, err := sources(s, o)
	if err != nil {
		return d, true, fmt.Errorf("%s: %w", d.How, err)
	}
	d.Found = found
	return d, true, nil
}
