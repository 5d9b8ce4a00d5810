package github

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

var organizationPopulation = evidence.Population{Kind: "Account", Type: "github.organization"}

// Calls: 3, and 1 more where an enterprise is configured and the organisation has no identity provider of its own.
var organizationCollector = evidence.Collector{
	Name:        "github_organization",
	Doc:         "Reads the organisation's own settings, and whether single sign-on is set up.",
	Populations: []evidence.Population{organizationPopulation},
	Reads:       []string{readOrganization, readMembers, askOrganizationSAML.name, askEnterpriseSAML.name},
	Permissions: []string{permitOrganization, permitPlan, permitMembers, permitEnterprise},
}

// organization is what GET /orgs/{org} says. What only owners may see is absent
// for everybody else.
type organization struct {
	ID                  int64      `json:"id"`
	Login               string     `json:"login"`
	CreatedAt           *time.Time `json:"created_at"`
	TwoFactorRequired   *bool      `json:"two_factor_requirement_enabled"`
	DefaultPermission   *string    `json:"default_repository_permission"`
	PublicRepositories  *int       `json:"public_repos"`
	PrivateRepositories *int       `json:"total_private_repos"`
	CreateAny           *bool      `json:"members_can_create_repositories"`
	CreatePublic        *bool      `json:"members_can_create_public_repositories"`
	ForkPrivate         *bool      `json:"members_can_fork_private_repositories"`
	Delete              *bool      `json:"members_can_delete_repositories"`
	ChangeVisibility    *bool      `json:"members_can_change_repo_visibility"`
	InviteOutsiders     *bool      `json:"members_can_invite_outside_collaborators"`
	Plan                *struct {
		Name string `json:"name"`
	} `json:"plan"`
}

// smallPlan says that the plan is known and has neither single sign-on nor
// streams of the audit log nor an API for it. ("GitHub's plans")
func (o organization) smallPlan() bool {
	return o.Plan != nil && (o.Plan.Name == "free" || o.Plan.Name == "team")
}

func (s *source) readOrganization(ctx context.Context, c *session) (organization, error) {
	var o organization
	if _, err := c.getInto(ctx, readOrganization, s.orgPath(""), &o); err != nil {
		return organization{}, err
	}
	if o.ID == 0 || !strings.EqualFold(o.Login, s.login) {
		return organization{}, unreadable(readOrganization, "the answer is not the organisation asked for", nil)
	}
	return o, nil
}

func (s *source) collectOrganization(ctx context.Context, c *session, rec *evidence.Recorder) error {
	o, err := s.readOrganization(ctx, c)
	if err != nil {
		return err
	}
	account := &evidence.Account{
		CreatedAt: o.CreatedAt, MFARequired: o.TwoFactorRequired, MemberRepositoryPermission: o.DefaultPermission,
	}
	f := evidence.Fact{Resource: s.resource(organizationPopulation, strconv.FormatInt(o.ID, 10), o.Login), Body: account}
	hint := ownersOnly + ", with " + permitOrganization + " or admin:org"
	if o.TwoFactorRequired == nil {
		f.Miss("mfa_required", notStated(readOrganization, hint))
	}
	if o.DefaultPermission == nil {
		f.Miss("member_repository_permission", notStated(readOrganization, hint))
	}
	account.GitHub = &evidence.GitHubOrganization{}
	s.privileges(o, &f, account.GitHub, hint)
	var ssoErr, managedErr error
	if account.GitHub.SAMLProvider, ssoErr = s.readSAML(ctx, c, o); ssoErr != nil {
		f.Miss("github.saml_provider", ssoErr)
	}
	if account.GitHub.ManagedUsers, managedErr = s.readManaged(ctx, c, rec); managedErr != nil {
		f.Miss("github.managed_users", managedErr)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if o.CreatedAt == nil {
		f.Miss("created_at", unreadable(readOrganization, "the answer has no created_at", errors.New("GitHub always states it")))
	}
	return rec.Add(f)
}
