package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

const readCollaborators = "GET /repos/{owner}/{repo}/collaborators"

var collaboratorPopulation = evidence.Population{Kind: "RepositoryAccess", Type: "github.collaborator"}

// Calls: 1 + ⌈repositories/100⌉ + ⌈members/100⌉ + ⌈outside collaborators/100⌉ + per repository ⌈people/100⌉.
var repositoryAccessCollector = evidence.Collector{
	Name:        "github_repository_access",
	Doc:         "Reads who was given access to a repository by name, members and outsiders, and with what permission.",
	Populations: []evidence.Population{collaboratorPopulation},
	Reads:       []string{readRepositories, readOrganization, readMembers, readOutsideCollaborators, readCollaborators},
	Permissions: []string{permitRepositories, permitOrganization, permitMembers},
}

// access is what somebody may do in a repository, as one list or another shows it.
type access struct {
	population             evidence.Population
	operation, via         string
	repositoryID, holderID int64
	repository, holder     string
	archived, external     *bool
	permissions            map[string]bool
	role                   *string
	externalErr            error
}

func (s *source) accessFact(a access) evidence.Fact {
	holderID := strconv.FormatInt(a.holderID, 10)
	body := &evidence.RepositoryAccess{
		Repository: &a.repository, Archived: a.archived, Holder: &a.holder, HolderID: &holderID, Via: &a.via,
		Role: a.role, External: a.external,
	}
	id := fmt.Sprintf("%d/%s/%d", a.repositoryID, a.via, a.holderID)
	f := evidence.Fact{Resource: s.resource(a.population, id, a.repository+" "+a.holder), Body: body}
	if a.archived == nil {
		f.Miss("archived", unreadable(a.operation, "GitHub did not state it", nil))
	}
	if body.Permission = strongest(a.permissions); body.Permission == nil {
		f.Miss("permission", unreadable(a.operation, "GitHub did not state it", nil))
	}
	if a.external == nil {
		f.Miss("external", a.externalErr)
	}
	return f
}

// strongest names the strongest permission that somebody holds, in the words
// that GitHub's pages use. Roles of an organisation's own are built on one of these.
func strongest(held map[string]bool) *string {
	for _, p := range []struct{ api, word string }{
		{"admin", "admin"}, {"maintain", "maintain"}, {"push", "write"}, {"triage", "triage"}, {"pull", "read"},
	} {
		if held[p.api] {
			return &p.word
		}
	}
	return nil
}

type collaborator struct {
	ID          int64           `json:"id"`
	Login       string          `json:"login"`
	Permissions map[string]bool `json:"permissions"`
	Role        *string         `json:"role_name"`
}

func (s *source) collectRepositoryAccess(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, listErr := s.readRepositories(ctx, c, rec)
	who := s.readBelonging(ctx, c, rec)
	var lost losses
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		items, err := c.whole(ctx, readCollaborators, r.path("/collaborators"), url.Values{"affiliation": {"direct"}}, rec)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		people, unread := entries(readCollaborators, items, func(p collaborator) bool { return p.ID != 0 && p.Login != "" })
		for _, p := range people {
			a := access{
				population: collaboratorPopulation, operation: readCollaborators, via: evidence.AccessDirect,
				repositoryID: r.ID, repository: r.FullName, archived: r.Archived,
				holderID: p.ID, holder: p.Login, permissions: p.Permissions, role: p.Role,
			}
			a.external, a.externalErr = who.outside(p.ID)
			if err := rec.Add(s.accessFact(a)); err != nil {
				return err
			}
		}
		if err == nil {
			err = unread
		}
		if err != nil {
			lost.add(r.FullName, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	lostSome := lost.whole("repositories", len(repos))
	missEach(rec, collaboratorPopulation, lostSome, listErr)
	if lostSome != nil {
		missEach(rec, collaboratorPopulation, who.membersErr, who.outsidersErr) // there may be no fact to carry them
	}
	return nil
}

// belonging says who is a member and who is not. GitHub may shorten either list
// for who is no owner without a word, so only being on a list proves anything.
type belonging struct {
	members, outsiders       map[int64]bool
	membersErr, outsidersErr error
}

func (s *source) readBelonging(ctx context.Context, c *session, rec *evidence.Recorder) belonging {
	members, membersErr := s.readPeople(ctx, c, rec, readMembers, s.orgPath("/members"), url.Values{"filter": {"all"}, "role": {"all"}})
	outsiders, outsidersErr := s.readPeople(ctx, c, rec, readOutsideCollaborators, s.orgPath("/outside_collaborators"), url.Values{"filter": {"all"}})
	return belonging{idsOf(members), idsOf(outsiders), membersErr, outsidersErr}
}

func (b belonging) outside(id int64) (*bool, error) {
	yes, no := true, false
	switch {
	case b.outsiders[id]:
		return &yes, nil
	case b.members[id]:
		return &no, nil
	case b.membersErr != nil:
		return nil, b.membersErr
	case b.outsidersErr != nil:
		return nil, b.outsidersErr
	}
	return nil, &evidence.Unseen{
		Reason: evidence.Denied, Operation: readMembers, Hint: ownersOnly,
		Err: errors.New("neither among the members nor among the outside collaborators that GitHub shows"),
	}
}
