package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/store"
)

// Sign makes a person the actor of a record, by a signature in its body. What the
// log must know of people before, so that the signature can be checked, comes
// first in what is to be appended.
func Sign(ctx context.Context, s *store.Store, cfg config.Config, by string, key ssh.Signer, at time.Time, e store.Entry) ([]store.Entry, error) {
	people := cfg.People()
	person, found := people.Find(by)
	if !found {
		return nil, fmt.Errorf("sign as %s: the configuration (-c FILE) does not list that person under identities", by)
	}
	if !person.Holds(key.PublicKey()) {
		return nil, fmt.Errorf("sign as %s: the key %s is not among theirs under identities", person.Name, ssh.FingerprintSHA256(key.PublicKey()))
	}
	origin, err := Origin(ctx, s)
	if err != nil {
		return nil, err
	}
	e.Actor = evidence.Actor{Name: person.Name, Identity: evidence.IdentityKey}
	e.Body, err = identity.Statement{Log: origin, Kind: e.Kind, Subject: e.Subject, By: person.Name, Body: e.Body}.Sign(key, at)
	if err != nil {
		return nil, err
	}
	recorded, err := knownNow(ctx, s)
	if err != nil {
		return nil, err
	}
	if reflect.DeepEqual(recorded, people) {
		return []store.Entry{e}, nil
	}
	introduce, err := Entry(People, "", evidence.Program, Body{
		File: cfg.File, Identities: &people, Notes: []string{"people as the configuration has them: whoever writes it says who holds which key"},
	})
	return []store.Entry{introduce, e}, err
}

// knownNow are the people whom the log knows now.
func knownNow(ctx context.Context, s *store.Store) (identity.People, error) {
	var newest store.Entry
	for _, kind := range []string{Recorded, People} {
		e, found, err := s.NewestEntry(ctx, kind)
		if err != nil {
			return nil, err
		}
		if found && (newest.ID == "" || later(e, newest)) {
			if has(e) {
				newest = e
			}
		}
	}
	if newest.ID == "" {
		return nil, nil
	}
	return known(newest, nil)
}

func later(a, b store.Entry) bool { return commitOf(a.ID) > commitOf(b.ID) }

func has(e store.Entry) bool {
	var body struct {
		Identities *identity.People `json:"identities"`
	}
	return json.Unmarshal(e.Body, &body) == nil && body.Identities != nil
}
