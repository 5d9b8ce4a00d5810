package github

import (
	"context"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

var memberPopulation = evidence.Population{Kind: "User", Type: "github.member"}

var membersCollector = evidence.Collector{
	Name:        "github_members",
	Doc:         "Reads the organisation's members, who of them are owners, and who has no second factor or an insecure one.",
	Populations: []evidence.Population{memberPopulation},
	Reads:       []string{readMembers},
	Permissions: []string{permitMembers},
}

func (s *source) collectMembers(ctx context.Context, c *session, rec *evidence.Recorder) error {
	path := s.orgPath("/members")
	members, err := s.readPeople(ctx, c, rec, readMembers, path, url.Values{"filter": {"all"}, "role": {"all"}})
	if len(members) == 0 {
		if err == nil {
			err = unreadable(readMembers, "the list is empty, but every organisation has an owner", nil)
		}
		return err
	}
	owners, ownersErr := s.readPeople(ctx, c, rec, readMembers, path, url.Values{"filter": {"all"}, "role": {"admin"}})
	if len(owners) == 0 && ownersErr == nil {
		ownersErr = unreadable(readMembers, "no owner is listed, but every organisation has one", nil)
	}
	isOwner := idsOf(owners)
	factors := s.readTwoFactor(ctx, c, rec, readMembers, path)

	no := false
	for _, p := range members {
		f, u := s.user(p, memberPopulation)
		u.External = &no
		switch owner := isOwner[p.ID]; {
		case owner:
			u.Admin, u.Roles = &owner, []string{"admin"}
		case ownersErr != nil:
			f.Miss("admin", ownersErr)
			f.Miss("roles", ownersErr)
		default:
			u.Admin, u.Roles = &owner, []string{}
		}
		factors.put(p, &f, u)
		if err := rec.Add(f); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return factors.whole()
}
