package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/evidence"
)

const groupType = "okta.group"

// Calls: ⌈groups/200⌉ + groups with administrator rights × (1 + ⌈members/1000⌉).
//
// An org may have imported tens of thousands of groups, so roles and members are
// read only of those that Okta says give administrator rights, and of those of
// which it does not say.
var groupsCollector = evidence.Collector{
	Name:        "okta_groups",
	Doc:         "Reads groups; of those that give administrator rights also their roles and members.",
	Populations: []evidence.Population{{Kind: "Group", Type: groupType}},
	Reads:       []string{readGroups.operation, readGroupRoles.operation, readGroupUsers.operation},
	Permissions: []string{readGroups.scope, readGroupRoles.scope},
}

const (
	groupsPerPage     = "200"
	groupUsersPerPage = "1000" // the most Okta gives
	groupsUnderWay    = 4
)

func (s *source) collectGroups(ctx context.Context, rec *evidence.Recorder) error {
	rec.Parameter(readGroupUsers.operation + " of groups with administrator rights only")
	d := &groupDetails{source: s}
	var unreadable error
	query := url.Values{"expand": {"stats"}, "limit": {groupsPerPage}}
	err := s.client.listSome(ctx, readGroups, "/api/v1/groups", query, "the group Everyone", func(page []json.RawMessage) error {
		rec.Page()
		work, gctx := errgroup.WithContext(ctx)
		work.SetLimit(groupsUnderWay)
		for _, raw := range page {
			g, err := s.parseGroup(raw)
			if err != nil {
				unreadable = unseen(readGroups, evidence.ProviderError, err)
				continue
			}
			work.Go(guarded(g.fact, func() error {
				if err := d.fill(gctx, &g); err != nil {
					return err
				}
				return rec.Add(g.fact)
			}))
		}
		return work.Wait()
	})
	if err != nil {
		return err
	}
	return unreadable
}

// parsedGroup is one element of the list of groups.
type parsedGroup struct {
	fact evidence.Fact
	// administers: it gives administrator rights, or Okta does not say that it does not.
	administers bool
}

func (s *source) parseGroup(raw json.RawMessage) (parsedGroup, error) {
	var g struct {
		ID      string     `json:"id"`
		Type    string     `json:"type"`
		Created *time.Time `json:"created"`
		Profile struct {
			Name        string  `json:"name"`
			Description *string `json:"description"`
		} `json:"profile"`
		Embedded struct {
			Stats struct {
				// The description misspells the property; orgs are known to spell it right.
				Admin    *bool `json:"hasAdminPrivlege"`
				AdminToo *bool `json:"hasAdminPrivilege"`
			} `json:"stats"`
		} `json:"_embedded"`
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		return parsedGroup{}, fmt.Errorf("a group cannot be read: %w", err)
	}
	if g.ID == "" {
		return parsedGroup{}, errors.New("a group has no id")
	}
	body := &evidence.Group{CreatedAt: g.Created, Description: g.Profile.Description}
	if body.Description == nil {
		body.Description = new("") // Okta leaves an empty one out
	}
	p := parsedGroup{fact: evidence.Fact{Resource: s.resource("Group", groupType, g.ID, g.Profile.Name), Body: body}}
	switch g.Type {
	case "BUILT_IN":
		body.BuiltIn = new(true)
	case "OKTA_GROUP", "APP_GROUP":
		body.BuiltIn = new(false)
	default:
		p.fact.Miss("built_in", unseen(readGroups, evidence.ProviderError, fmt.Errorf("type %q is not one Okta documents", g.Type)))
	}
	if g.Created == nil {
		p.fact.Miss("created_at", absent(readGroups, "created"))
	}
	said := []*bool{g.Embedded.Stats.Admin, g.Embedded.Stats.AdminToo}
	p.administers = slices.ContainsFunc(said, func(b *bool) bool { return b != nil && *b }) || said[0] == nil && said[1] == nil
	return p, nil
}

// groupDetails reads what Okta answers group by group.
type groupDetails struct {
	source         *source
	roles, members surrender
}

func (d *groupDetails) fill(ctx context.Context, g *parsedGroup) error {
	group := g.fact.Body.(*evidence.Group)
	if !g.administers {
		group.Roles = []string{}
		return nil // members stay unseen: nobody asked
	}
	err := d.roles.try(func() error {
		roles, err := d.source.readRolesAt(ctx, readGroupRoles, "/api/v1/groups/"+g.fact.Resource.ID+"/roles")
		group.Roles = roles.held
		return err
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		g.fact.Miss("roles", err)
	} else if len(group.Roles) == 0 {
		return nil
	}
	err = d.members.try(func() (err error) {
		group.Members, err = d.source.readMembers(ctx, g.fact.Resource.ID)
		return err
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		g.fact.Miss("members", err)
	}
	return nil
}

func (s *source) readMembers(ctx context.Context, groupID string) ([]string, error) {
	members := []string{}
	err := s.client.list(ctx, readGroupUsers, "/api/v1/groups/"+groupID+"/users", url.Values{"limit": {groupUsersPerPage}}, func(page []json.RawMessage) error {
		for _, raw := range page {
			var u struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(raw, &u); err != nil || u.ID == "" {
				return unseen(readGroupUsers, evidence.ProviderError, errors.New("a member of a group has no id"))
			}
			members = append(members, u.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(members)
	return slices.Compact(members), nil
}
