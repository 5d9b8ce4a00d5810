package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// NewestEntry is the last record of a kind; known is false if there is none.
func (s *Store) NewestEntry(ctx context.Context, kind string) (e Entry, known bool, err error) {
	err = s.read(ctx, "read the newest record of "+kind, func(tx session) error {
		var seq, ord, at int64
		var body stored
		err := tx.row(ctx, `SELECT e.seq, e.ord, l.at, e.kind, e.subject, e.actor, e.identity, b.digest, b.body
			FROM entry e JOIN commit_log l ON l.seq = e.seq JOIN blob b ON b.id = e.body
			WHERE e.kind = $1 ORDER BY e.seq DESC, e.ord DESC LIMIT 1`, kind).
			Scan(&seq, &ord, &at, &e.Kind, &e.Subject, &e.Actor.Name, &e.Actor.Identity, &body.digest, &body.body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		e.ID, e.At, e.Body, known = entryID(seq, ord), fromMicros(at), body.body, true
		return body.verify("record " + e.ID)
	})
	return e, known, err
}

// LastCommit is when the store was last written; zero if it never was.
func (s *Store) LastCommit(ctx context.Context) (at time.Time, err error) {
	err = s.read(ctx, "read the last commit", func(tx session) error {
		var us int64
		err := tx.row(ctx, "SELECT at FROM commit_log ORDER BY seq DESC LIMIT 1").Scan(&us)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		at = fromMicros(us)
		return err
	})
	return at, err
}
