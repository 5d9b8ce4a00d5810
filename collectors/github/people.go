package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// person is an entry of a list of users.
type person struct {
	ID    int64   `json:"id"`
	Login string  `json:"login"`
	Email *string `json:"email"`
}

// managed says that the account belongs to an enterprise and signs in at its
// identity provider. Only such logins hold an underscore, before the
// enterprise's short code. (Enterprise Managed Users, "Usernames")
func (p person) managed() bool { return strings.Contains(p.Login, "_") }

// readPeople reads a list of users to its end.
func (s *source) readPeople(ctx context.Context, c *session, rec *evidence.Recorder, operation, path string, query url.Values) ([]person, error) {
	read := func() (people []person, pages int, err error) {
		items, pages, err := c.pages(ctx, operation, path, query, rec)
		for _, item := range items {
			var p person
			if bad := json.Unmarshal(item, &p); bad != nil || p.ID == 0 || p.Login == "" {
				err = errors.Join(err, unreadable(operation, "an entry without id or login", bad))
				continue
			}
			people = append(people, p)
		}
		return people, pages, err
	}
	people, err := settled(read, func(p person) int64 { return p.ID })
	if errors.Is(err, errUnsettled) {
		err = endless(operation, err.Error())
	}
	return people, err
}

func idsOf(people []person) map[int64]bool {
	ids := make(map[int64]bool, len(people))
	for _, p := range people {
		ids[p.ID] = true
	}
	return ids
}

// user starts the fact of a person. GitHub lists only accounts that can sign in,
// except that Enterprise Server does not tell suspended ones apart: those count
// as active, which never excuses them.
func (s *source) user(p person, population evidence.Population) (evidence.Fact, *evidence.User) {
	active := evidence.UserActive
	u := &evidence.User{Status: &active}
	if p.Email != nil && *p.Email != "" {
		u.Email = p.Email
	}
	f := evidence.Fact{Resource: s.resource(population, strconv.FormatInt(p.ID, 10), p.Login), Body: u}
	if !p.managed() {
		// A personal account signs in at GitHub itself; GitHub tells an organisation
		// no more than that. It means that a second factor is called for.
		signsInHere := true
		u.PasswordSignIn = &signsInHere
	}
	return f, u
}
