package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Entry is a record of what is not collected evidence: what people did, what was
// done to the store, samples, exports, keys.
type Entry struct {
	ID      string          `json:"id"` // given by the store: "e12.0"
	At      time.Time       `json:"at"` // of its commit
	Kind    string          `json:"kind"`
	Subject string          `json:"subject,omitempty"` // what it is about
	Actor   evidence.Actor  `json:"actor"`
	Body    json.RawMessage `json:"body"`
	Files   []Attachment    `json:"-"` // to record with it; not read back: see Attached
}

// Kinds of entries that the store makes itself.
const (
	EntryLogBegan = "log-began" // a store from before the log: its commits were logged then
	EntryLogKey   = "log-key"   // a key that signs checkpoints; subject: its name and hash
)

// Append records entries in one commit, and signs a checkpoint when a person is
// among the actors. With ids and an error, they are recorded but not yet signed.
func (s *Store) Append(ctx context.Context, entries ...Entry) (ids []string, err error) {
	what := "record"
	if len(entries) > 0 {
		what = "record " + entries[0].Kind
	}
	for _, e := range entries {
		if err := validEntry(e); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	seq, err := s.commit(ctx, kindEntry, what, func(ctx context.Context, c *commit) error {
		for i, e := range entries {
			if err := c.entry(ctx, i, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range entries {
		ids = append(ids, entryID(seq, int64(i)))
	}
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Actor.Person() }) {
		_, err = s.Sign(ctx)
	}
	return ids, err
}

func entryID(seq, ord int64) string { return fmt.Sprintf("e%d.%d", seq, ord) }

func validEntry(e Entry) error {
	switch {
	case e.Kind == "":
		return errors.New("it has no kind")
	case e.Actor.Name == "":
		return errors.New("it does not say who did it")
	case !json.Valid(e.Body):
		return errors.New("its body is not JSON")
	}
	return nil
}

func (c *commit) entry(ctx context.Context, ord int, e Entry) error {
	blob, err := c.blob(ctx, e.Body)
	if err != nil {
		return err
	}
	err = c.exec(ctx, "INSERT INTO entry (seq, ord, kind, subject, actor, identity, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		c.seq, ord, e.Kind, e.Subject, e.Actor.Name, string(e.Actor.Identity), blob)
	if err != nil {
		return err
	}
	return c.attach(ctx, ord, e.Files)
}

// Entries gives what was recorded of some kinds, or of all, oldest first.
func (s *Store) Entries(ctx context.Context, kinds ...string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		stopped := false
		err := s.read(ctx, "read records", func(tx session) error {
			return tx.entries(ctx, func(e Entry) error {
				if len(kinds) > 0 && !slices.Contains(kinds, e.Kind) {
					return nil
				}
				if !yield(e, nil) {
					stopped = true
					return errStopped
				}
				return nil
			})
		})
		if err != nil && !stopped {
			yield(Entry{}, err)
		}
	}
}

func (s session) entries(ctx context.Context, use func(Entry) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var e Entry
		var seq, ord, at int64
		var body stored
		if err := rows.Scan(&seq, &ord, &at, &e.Kind, &e.Subject, &e.Actor.Name, &e.Actor.Identity, &body.digest, &body.body); err != nil {
			return err
		}
		e.ID, e.At, e.Body = entryID(seq, ord), fromMicros(at), body.body
		if err := body.verify("record " + e.ID); err != nil {
			return err
		}
		return use(e)
	}, `SELECT e.seq, e.ord, l.at, e.kind, e.subject, e.actor, e.identity, b.digest, b.body
		FROM entry e JOIN commit_log l ON l.seq = e.seq JOIN blob b ON b.id = e.body ORDER BY e.seq, e.ord`)
}
