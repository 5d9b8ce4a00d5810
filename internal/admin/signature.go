package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/store"
)

// CheckSignatures checks every record that says it was signed by a person: that
// the signature fits what is recorded, and that its key had been recorded as that
// person's by then. It gives how many fit, and what does not.
func CheckSignatures(ctx context.Context, s *store.Store) (checked int, problems []store.Problem, err error) {
	origin, err := Origin(ctx, s)
	if err != nil {
		return 0, nil, err
	}
	var people identity.People
	for e, err := range s.Entries(ctx) {
		if err != nil {
			return checked, problems, err
		}
		if e.Kind == Recorded || e.Kind == People {
			if people, err = known(e, people); err != nil {
				return checked, problems, err
			}
		}
		what := fmt.Sprintf("it says that it is known who did it (%s), which nothing in it shows", e.Actor.Identity)
		switch e.Actor.Identity {
		case evidence.IdentityUnverified, evidence.IdentityProgram:
			continue // nothing is said that could be wrong
		case evidence.IdentityKey:
			what = wrong(e, origin, people)
		case evidence.IdentityGit, evidence.IdentityOIDC:
			// How to check these is not built; a claim that nobody can check is none.
		}
		if what == "" {
			checked++
			continue
		}
		problems = append(problems, store.Problem{
			Commit: commitOf(e.ID), Record: fmt.Sprintf("record %s, %s by %s", e.ID, e.Kind, e.Actor.Name),
			What: what, Untrusted: "who made this record",
		})
	}
	return checked, problems, nil
}

func known(e store.Entry, before identity.People) (identity.People, error) {
	var body struct {
		Identities *identity.People `json:"identities"`
	}
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return nil, fmt.Errorf("people in record %s: %w", e.ID, err)
	}
	if body.Identities == nil {
		return before, nil
	}
	return *body.Identities, nil
}

func wrong(e store.Entry, origin string, people identity.People) string {
	signed, err := identity.Statement{Log: origin, Kind: e.Kind, Subject: e.Subject, By: e.Actor.Name, Body: e.Body}.Verify()
	if err != nil {
		return err.Error()
	}
	person, found := people.Find(e.Actor.Name)
	if !found || person.Name != e.Actor.Name {
		return "nobody of that name was known then"
	}
	if !person.Holds(signed.Public) {
		return "the key that signed it was not known to be that person's then"
	}
	return ""
}

// Origin is the name of the log; empty if it is not signed.
func Origin(ctx context.Context, s *store.Store) (string, error) {
	keys, err := s.LogKeys(ctx)
	if err != nil || len(keys) == 0 {
		return "", err
	}
	origin, _, _ := strings.Cut(keys[0].Public, "+")
	return origin, nil
}

func commitOf(id string) int64 {
	seq, _, _ := strings.Cut(strings.TrimPrefix(id, "e"), ".")
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
