package github

import (
	"context"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// source is one organisation. Its login stands as the account, since that is
// what the configuration names; renaming the organisation makes another account.
// People and repositories inside it are known by GitHub's numbers, which never
// change.
type source struct {
	api   *api
	login string
	// enterprise is the slug of the enterprise it belongs to, where it was told to us.
	enterprise string
	// app is the GitHub App as which we look; nil: with a token.
	app            *installed
	installationID int64 // 0: to be found by the login
	details        *details
	events         *connect.EventLog // nil: the audit log is not read
}

func newSource(a *api, login string) *source {
	return &source{api: a, login: login, details: new(details)}
}

func (s *source) scope() evidence.Scope {
	return evidence.Scope{Provider: providerName, Account: s.login}
}

func (s *source) connect() connect.Source {
	return connect.Source{
		Name:     providerName + "/" + s.login,
		Provider: providerName,
		Scope:    s.scope(),
		Discover: s.discover,
	}
}

func (s *source) resource(p evidence.Population, id, name string) evidence.Resource {
	return evidence.Resource{Provider: providerName, Account: s.login, Kind: p.Kind, Type: p.Type, ID: id, Name: name}
}

// orgPath is the path of something of the organisation.
func (s *source) orgPath(rest string) string { return "orgs/" + s.login + rest }

var discovery = evidence.Collector{
	Name:  "github_discovery",
	Doc:   "Reads whose token it is, the token's scopes and, where none is named, the organisations of its user; as a GitHub App, its installation and permissions.",
	Reads: []string{readUser, readUserOrganizations, readOrganizationInstallation, readAppInstallations, readAppInstallation},
	// Neither read needs a right of its own; for the organisations a classic token needs read:org.
	Permissions: []string{permitRepositories},
}

// discover plans the same feeds for every organisation. Not knowing whose token
// it is (an installation's token has no user) hides no feed: each then says
// itself what it may not read.
func (s *source) discover(ctx context.Context, _ []evidence.FeedID) (connect.Discovery, error) {
	feed := func(c evidence.Collector, collect func(context.Context, *session, *evidence.Recorder) error) connect.Feed {
		return connect.Feed{Collector: c, Scope: s.scope(), Collect: func(ctx context.Context, rec *evidence.Recorder) error {
			return collect(ctx, s.session(), rec)
		}}
	}
	d := connect.Discovery{Feeds: []connect.Feed{
		feed(organizationCollector, s.collectOrganization),
		feed(membersCollector, s.collectMembers),
		feed(outsideCollaboratorsCollector, s.collectOutsideCollaborators),
		feed(repositoriesCollector, s.collectRepositories),
		feed(branchRulesCollector, s.collectBranchRules),
		feed(appsCollector, s.collectApps),
		feed(teamsCollector, s.collectTeams),
		feed(repositoryAccessCollector, s.collectRepositoryAccess),
		feed(deployKeysCollector, s.collectDeployKeys),
		feed(webhooksCollector, s.collectWebhooks),
		feed(pipelineSettingsCollector, s.collectPipelineSettings),
		feed(environmentsCollector, s.collectEnvironments),
		feed(auditLogCollector, s.collectAuditLog),
		feed(changesCollector, s.collectChanges),
		feed(securityAlertsCollector, s.collectSecurityAlerts),
		feed(workflowsCollector, s.collectWorkflows),
	}}
	if s.events != nil {
		d.Feeds = append(d.Feeds, feed(changeEventsCollector, s.collectChangeEvents))
	}
	var err error
	if s.app != nil {
		d.Principal, d.PrincipalScopes, err = s.introduce(ctx)
	} else {
		d.Principal, d.PrincipalScopes = s.whoAmI(ctx)
	}
	if ctx.Err() != nil {
		return connect.Discovery{}, context.Cause(ctx)
	}
	return d, err
}

// whoAmI reads the token's user, and the scopes that GitHub states for classic
// tokens only.
func (s *source) whoAmI(ctx context.Context) (login string, held []string) {
	var me struct {
		Login string `json:"login"`
	}
	a, err := s.session().getInto(ctx, readUser, "user", &me)
	if err != nil {
		return "", nil
	}
	return me.Login, scopes(a.header.Get(headerScopes))
}
