package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// FactBytes is the stored form of a fact, by its digest.
func (s *Store) FactBytes(ctx context.Context, digest string) (json.RawMessage, error) {
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return nil, fmt.Errorf("read fact %q: that is no digest", digest)
	}
	b := stored{digest: raw}
	err = s.read(ctx, "read fact "+digest, func(tx session) error {
		err := tx.row(ctx, "SELECT body FROM blob WHERE digest = $1", raw).Scan(&b.body)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("the store does not have it, or has it no more")
		}
		if err != nil {
			return err
		}
		return b.verify("fact")
	})
	return json.RawMessage(b.body), err
}

// PullOf is the record of a pull, by its id.
func (s *Store) PullOf(ctx context.Context, id string) (pull evidence.Pull, err error) {
	seq, err := strconv.ParseInt(strings.TrimPrefix(id, "p"), 10, 64)
	if err != nil {
		return pull, fmt.Errorf("read pull %q: that is no id of a pull", id)
	}
	err = s.read(ctx, "read pull "+id, func(tx session) error {
		var b stored
		err := tx.row(ctx, "SELECT b.digest, b.body FROM pull p JOIN blob b ON b.id = p.record WHERE p.seq = $1", seq).Scan(&b.digest, &b.body)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("the store does not have it")
		}
		if err != nil {
			return err
		}
		return b.decode("pull "+id, &pull)
	})
	pull.ID = id
	return pull, err
}
