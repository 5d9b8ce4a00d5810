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

var organizationCollector = evidence.Collector{
	Name:        "github_organization",
	Doc:         "Reads the organisation's own settings.",
	Populations: []evidence.Population{organizationPopulation},
	Reads:       []string{readOrganization},
	Permissions: []string{permitOrganization},
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
	if o.CreatedAt == nil {
		f.Miss("created_at", unreadable(readOrganization, "the answer has no created_at", errors.New("GitHub always states it")))
	}
	return rec.Add(f)
}
