package okta

import (
	"context"
	"encoding/json"
	"net/url"

	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/evidence"
)

const userType = "okta.user"

// Calls: ⌈users/200⌉ + ⌈deprovisioned/200⌉ + 2 × users who can sign in.
var usersCollector = evidence.Collector{
	Name:        "okta_users",
	Doc:         "Reads users of every status; of those who can sign in also factors and administrator roles.",
	Populations: []evidence.Population{{Kind: "User", Type: userType}},
	Reads:       []string{readUsers.operation, readFactors.operation, readRoles.operation},
	Permissions: []string{readUsers.scope, readRoles.scope},
}

const (
	usersPerPage  = "200" // the most Okta gives
	usersUnderWay = 8     // users whose factors and roles are read at once; the seam bounds requests
)

// collectUsers reads two lists, since Okta leaves DEPROVISIONED users out of the
// plain one. Those come first: somebody reactivated in between is then seen
// twice and the later, active look wins, instead of being missed by both.
func (s *source) collectUsers(ctx context.Context, rec *evidence.Recorder) error {
	const deprovisioned = `status eq "DEPROVISIONED"`
	rec.Parameter(readUsers.operation + " filter=" + deprovisioned)
	rec.Parameter(readUsers.operation + " without filter: every other status")
	d := &userDetails{source: s}
	gone := s.listUsers(ctx, rec, d, url.Values{"filter": {deprovisioned}, "limit": {usersPerPage}}, s.client.list)
	some := func(ctx context.Context, r read, path string, query url.Values, page func([]json.RawMessage) error) error {
		return s.client.listSome(ctx, r, path, query, "a user", page)
	}
	if err := s.listUsers(ctx, rec, d, url.Values{"limit": {usersPerPage}}, some); err != nil {
		return err
	}
	return gone
}

// listUsers records the users of one list. A user that cannot be read makes the
// list incomplete; the others are kept.
func (s *source) listUsers(
	ctx context.Context, rec *evidence.Recorder, d *userDetails, query url.Values,
	list func(context.Context, read, string, url.Values, func([]json.RawMessage) error) error,
) error {
	var unreadable error
	err := list(ctx, readUsers, "/api/v1/users", query, func(page []json.RawMessage) error {
		rec.Page()
		group, gctx := errgroup.WithContext(ctx)
		group.SetLimit(usersUnderWay)
		for _, raw := range page {
			u, err := s.parseUser(raw)
			if err != nil {
				unreadable = unseen(readUsers, evidence.ProviderError, err)
				continue
			}
			group.Go(guarded(u.fact, func() error {
				if u.signsIn {
					if err := d.fill(gctx, &u.fact); err != nil {
						return err
					}
				}
				return rec.Add(u.fact)
			}))
		}
		return group.Wait()
	})
	if err != nil {
		return err
	}
	return unreadable
}
