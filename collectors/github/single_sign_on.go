package github

import (
	"context"
	"errors"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

// readSAML finds out whether single sign-on is set up. GitHub tells through
// GraphQL alone, and shows nothing where nothing is set up as well as where it
// does not want to say: so "none" counts only from an answer to an owner, and, on
// plans that have enterprises, only where the enterprise has none either.
func (s *source) readSAML(ctx context.Context, c *session, o organization) (*bool, error) {
	yes, no := true, false
	if o.smallPlan() {
		return &no, nil // single sign-on is not part of the plan
	}
	var own struct {
		Organization *struct {
			Login    string        `json:"login"`
			Provider *samlProvider `json:"samlIdentityProvider"`
		} `json:"organization"`
	}
	if err := c.ask(ctx, askOrganizationSAML, map[string]string{"login": s.login}, &own); err != nil {
		return nil, err
	}
	switch {
	case own.Organization == nil || own.Organization.Login == "":
		return nil, unreadable(askOrganizationSAML.name, "the answer is not the organisation asked for", nil)
	case own.Organization.Provider != nil:
		return &yes, nil
	case o.TwoFactorRequired == nil:
		return nil, notStated(askOrganizationSAML.name, ownersOnly)
	case s.enterprise == "":
		return nil, enterpriseNotNamed(askEnterpriseSAML.name, "none is set on the organisation; its enterprise may have one for all")
	}
	var above struct {
		Enterprise *struct {
			Owner *struct {
				Provider *samlProvider `json:"samlIdentityProvider"`
			} `json:"ownerInfo"`
		} `json:"enterprise"`
	}
	if err := c.ask(ctx, askEnterpriseSAML, map[string]string{"slug": s.enterprise}, &above); err != nil {
		return nil, err
	}
	switch {
	case above.Enterprise == nil || above.Enterprise.Owner == nil:
		return nil, &evidence.Unseen{
			Reason: evidence.Denied, Operation: askEnterpriseSAML.name, Err: errors.New("GitHub shows the enterprise's settings to its owners only"),
			Hint: "needs an " + permitEnterprise,
		}
	case above.Enterprise.Owner.Provider != nil:
		return &yes, nil
	}
	return &no, nil
}

type samlProvider struct {
	Issuer *string `json:"issuer"`
	SSOURL *string `json:"ssoUrl"`
}

// readManaged looks at the owners, whom every organisation has: an enterprise's
// managed users and personal accounts do not mix.
func (s *source) readManaged(ctx context.Context, c *session, rec *evidence.Recorder) (*bool, error) {
	owners, err := s.readPeople(ctx, c, rec, readMembers, s.orgPath("/members"), url.Values{"filter": {"all"}, "role": {"admin"}})
	if err != nil {
		return nil, err
	}
	if len(owners) == 0 {
		return nil, unreadable(readMembers, "no owner is listed, but every organisation has one", nil)
	}
	managed := true
	for _, p := range owners {
		managed = managed && p.managed()
	}
	return &managed, nil
}
