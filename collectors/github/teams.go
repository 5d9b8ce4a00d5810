package github

import (
	"context"
	"net/url"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	readTeams            = "GET /orgs/{org}/teams"
	readTeamMembers      = "GET /orgs/{org}/teams/{team_slug}/members"
	readTeamRepositories = "GET /orgs/{org}/teams/{team_slug}/repos"
)

var (
	teamPopulation       = evidence.Population{Kind: "Group", Type: "github.team"}
	teamAccessPopulation = evidence.Population{Kind: "RepositoryAccess", Type: "github.team_access"}
)

// Calls: ⌈teams/100⌉ + per team ⌈members/100⌉ + ⌈repositories/100⌉.
var teamsCollector = evidence.Collector{
	Name:        "github_teams",
	Doc:         "Reads the organisation's teams, who is in them and what they may do in which repositories.",
	Populations: []evidence.Population{teamPopulation, teamAccessPopulation},
	Reads:       []string{readTeams, readTeamMembers, readTeamRepositories},
	Permissions: []string{permitMembers, permitRepositories},
}

type team struct {
	ID          int64   `json:"id"`
	Slug        string  `json:"slug"`
	Description *string `json:"description"`
}

func (t team) path(s *source, rest string) string {
	return s.orgPath("/teams/" + url.PathEscape(t.Slug) + rest)
}

func (s *source) collectTeams(ctx context.Context, c *session, rec *evidence.Recorder) error {
	items, listErr := c.whole(ctx, readTeams, s.orgPath("/teams"), nil, rec)
	teams, err := entries(readTeams, items, func(t team) bool { return t.ID != 0 && t.Slug != "" })
	if listErr == nil {
		listErr = err
	}
	var lost losses
	err = eachOf(ctx, teams, func(t team) string { return t.Slug }, func(ctx context.Context, t team) error {
		if err := s.collectTeamAccess(ctx, c, rec, t); err != nil {
			lost.add(t.Slug, err)
		}
		f := s.teamFact(ctx, c, rec, t)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return rec.Add(f)
	})
	if err != nil {
		return err
	}
	if err := lost.whole("teams", len(teams)); err != nil {
		rec.Miss(teamAccessPopulation.Type, err)
	}
	return listErr
}

func (s *source) teamFact(ctx context.Context, c *session, rec *evidence.Recorder, t team) evidence.Fact {
	body := &evidence.Group{Description: t.Description, Roles: []string{}}
	f := evidence.Fact{Resource: s.resource(teamPopulation, strconv.FormatInt(t.ID, 10), t.Slug), Body: body}
	people, err := s.readPeople(ctx, c, rec, readTeamMembers, t.path(s, "/members"), url.Values{"role": {"all"}})
	if err != nil {
		f.Miss("members", err)
		return f
	}
	body.Members = make([]string, 0, len(people))
	for _, p := range people {
		body.Members = append(body.Members, strconv.FormatInt(p.ID, 10))
	}
	return f
}

// teamRepository is a repository as the list of a team's repositories shows it:
// its permissions are the team's, not those of who asks.
type teamRepository struct {
	ID          int64           `json:"id"`
	FullName    string          `json:"full_name"`
	Archived    *bool           `json:"archived"`
	Permissions map[string]bool `json:"permissions"`
	Role        *string         `json:"role_name"`
}

func (s *source) collectTeamAccess(ctx context.Context, c *session, rec *evidence.Recorder, t team) error {
	items, listErr := c.whole(ctx, readTeamRepositories, t.path(s, "/repos"), nil, rec)
	repos, err := entries(readTeamRepositories, items, func(r teamRepository) bool { return r.ID != 0 && r.FullName != "" })
	no := false
	for _, r := range repos {
		a := access{
			population: teamAccessPopulation, operation: readTeamRepositories, via: evidence.AccessTeam,
			repositoryID: r.ID, repository: r.FullName, archived: r.Archived,
			holderID: t.ID, holder: t.Slug, permissions: r.Permissions, role: r.Role, external: &no,
		}
		if err := rec.Add(s.accessFact(a)); err != nil {
			return err
		}
	}
	if listErr != nil {
		return listErr
	}
	return err
}
