package okta

import (
	"context"
	"encoding/json"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// source is one org. Its host stands as the account: it is known before the
// first call, and a subdomain alone is not unique between Okta's domains.
type source struct {
	account string
	client  *client
	events  *connect.EventLog // nil: the System Log's events are not read
}

func (s *source) scope() evidence.Scope {
	return evidence.Scope{Provider: providerName, Account: s.account}
}

func (s *source) connect() connect.Source {
	return connect.Source{
		Name:     providerName + "/" + s.account,
		Provider: providerName,
		Scope:    s.scope(),
		Discover: s.discover,
	}
}

func (s *source) resource(kind evidence.Kind, typ, id, name string) evidence.Resource {
	return evidence.Resource{Provider: providerName, Account: s.account, Kind: kind, Type: typ, ID: id, Name: name}
}

var discovery = evidence.Collector{
	Name:        "okta_discovery",
	Doc:         "Reads whose token it is and which administrator roles that person has.",
	Reads:       []string{readMe.operation, readRoles.operation},
	Permissions: []string{readMe.scope, readRoles.scope},
}

// discover plans the same feeds for every org. Not knowing whose token it is
// hides no feed: each then says itself what it may not read.
func (s *source) discover(ctx context.Context, _ []evidence.FeedID) (connect.Discovery, error) {
	feed := func(c evidence.Collector, collect func(context.Context, *evidence.Recorder) error) connect.Feed {
		return connect.Feed{Collector: c, Scope: s.scope(), Collect: collect}
	}
	d := connect.Discovery{Feeds: []connect.Feed{
		feed(orgCollector, s.collectOrg),
		feed(usersCollector, s.collectUsers),
		feed(globalSessionPoliciesCollector, s.collectGlobalSessionPolicies),
		feed(passwordPoliciesCollector, s.collectPasswordPolicies),
		feed(authenticationPoliciesCollector, s.collectAuthenticationPolicies),
		feed(enrolmentPoliciesCollector, s.collectEnrolmentPolicies),
		feed(applicationsCollector, s.collectApplications),
		feed(groupsCollector, s.collectGroups),
		feed(apiTokensCollector, s.collectAPITokens),
		feed(systemLogCollector, s.collectSystemLog),
	}}
	if s.events != nil {
		d.Feeds = append(d.Feeds, feed(changeEventsCollector, s.collectChangeEvents))
	}
	d.Principal, d.PrincipalScopes = s.whoAmI(ctx)
	if err := ctx.Err(); err != nil {
		return connect.Discovery{}, context.Cause(ctx)
	}
	return d, nil
}

// whoAmI: a service application is nobody among the users, and is known by its
// client id and the scopes it was granted.
func (s *source) whoAmI(ctx context.Context) (login string, roles []string) {
	if app := s.client.app; app != nil {
		return app.id, app.granted(ctx)
	}
	var me struct {
		ID      string `json:"id"`
		Profile struct {
			Login string `json:"login"`
		} `json:"profile"`
	}
	body, err := s.client.get(ctx, readMe, "/api/v1/users/me")
	if err != nil || json.Unmarshal(body, &me) != nil || me.ID == "" {
		return "", nil
	}
	if r, err := s.readRoles(ctx, me.ID); err == nil {
		roles = r.held
	}
	return me.Profile.Login, roles
}
