package github

import (
	"context"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

var outsideCollaboratorPopulation = evidence.Population{Kind: "User", Type: "github.outside_collaborator"}

var outsideCollaboratorsCollector = evidence.Collector{
	Name:        "github_outside_collaborators",
	Doc:         "Reads who is no member and has access to a repository all the same, and who of them has no second factor or an insecure one.",
	Populations: []evidence.Population{outsideCollaboratorPopulation},
	Reads:       []string{readOutsideCollaborators},
	Permissions: []string{permitMembers},
}

func (s *source) collectOutsideCollaborators(ctx context.Context, c *session, rec *evidence.Recorder) error {
	path := s.orgPath("/outside_collaborators")
	people, err := s.readPeople(ctx, c, rec, readOutsideCollaborators, path, url.Values{"filter": {"all"}})
	if len(people) == 0 && err != nil {
		return err
	}
	factors := s.readTwoFactor(ctx, c, rec, readOutsideCollaborators, path)
	yes, no := true, false
	for _, p := range people {
		f, u := s.user(p, outsideCollaboratorPopulation)
		// Who is no member cannot be an owner.
		u.External, u.Admin, u.Roles = &yes, &no, []string{}
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
