package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// The kinds of commit.
const (
	kindPlan       = "plan"
	kindPull       = "pull"
	kindAssessment = "assessment"
	kindEntry      = "entry"
)

// commit is one transaction that appends. Whatever fails in it fails all of it.
type commit struct {
	session
	seq     int64
	epoch   int64
	last    map[string]int64 // by query for it, a table's largest row id
	wrote   map[string]bool  // tables that rows were put into
	changed int              // facts that differ from what was there
}

// exec runs a statement and notes the table it puts rows into: what a commit did
// not touch need not be read back for the log.
func (c *commit) exec(ctx context.Context, query string, args ...any) error {
	if rest, ok := strings.CutPrefix(query, "INSERT INTO "); ok {
		table, _, _ := strings.Cut(rest, " ")
		c.wrote[table] = true
	}
	return c.session.exec(ctx, query, args...)
}

// commit runs write in one transaction, under a new number in the log. The
// number is read after the write lock is held, so no two programs get the same.
func (s *Store) commit(ctx context.Context, kind, what string, write func(context.Context, *commit) error) (seq int64, err error) {
	return s.commitUnder(ctx, kind, what, s.sameEpoch, write)
}

// commitUnder is commit under the epoch that a function gives. It is asked in the
// transaction, where nobody else writes: an epoch that was looked up before could
// have ended.
func (s *Store) commitUnder(
	ctx context.Context, kind, what string, under func(context.Context, session) (int64, error), write func(context.Context, *commit) error,
) (seq int64, err error) {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return 0, s.explain(what, err)
	}
	c := &commit{session: newSession(tx), last: map[string]int64{}, wrote: map[string]bool{}}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if c.epoch, err = under(ctx, c.session); err != nil {
		return 0, s.explain(what, err)
	}
	c.seq, err = c.nextID(ctx, "SELECT COALESCE(MAX(seq), 0) FROM commit_log")
	if err != nil {
		return 0, s.explain(what, err)
	}
	err = c.exec(ctx, "INSERT INTO commit_log (seq, at, epoch, kind, version) VALUES ($1, $2, $3, $4, $5)",
		c.seq, micros(s.options.Clock()), c.epoch, kind, s.options.Version)
	if err != nil {
		return 0, s.explain(what, err)
	}
	if err := write(ctx, c); err != nil {
		return 0, s.explain(what, err)
	}
	if !s.options.unlogged {
		if err := c.log(ctx); err != nil {
			return 0, s.explain(what, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, s.explain(what, err)
	}
	return c.seq, nil
}

// nextID counts a table's row ids on from the largest, which the query gives.
func (c *commit) nextID(ctx context.Context, largest string) (int64, error) {
	if _, ok := c.last[largest]; !ok {
		var id int64
		if err := c.row(ctx, largest).Scan(&id); err != nil {
			return 0, err
		}
		c.last[largest] = id
	}
	c.last[largest]++
	return c.last[largest], nil
}

// register is a table that gives a small number to something named at length.
type register struct {
	find, largest, insert string
}

// id finds the number of what the arguments name, and gives it one if it has none.
func (c *commit) id(ctx context.Context, r register, args ...any) (id int64, err error) {
	err = c.row(ctx, r.find, args...).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if id, err = c.nextID(ctx, r.largest); err != nil {
		return 0, err
	}
	return id, c.exec(ctx, r.insert, append([]any{id}, args...)...)
}

// blob keeps bytes under their digest, once.
func (c *commit) blob(ctx context.Context, body []byte) (int64, error) {
	return c.digested(ctx, evidence.Digest(body), body)
}

func (c *commit) digested(ctx context.Context, digest string, body []byte) (int64, error) {
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return 0, fmt.Errorf("digest %q: %w", digest, err)
	}
	var id int64
	var empty bool
	err = c.row(ctx, "SELECT id, length(body) = 0 FROM blob WHERE digest = $1", raw).Scan(&id, &empty)
	if err == nil && empty && len(body) > 0 { // it was pruned, and is evidence again
		err = c.exec(ctx, "UPDATE blob SET body = $1 WHERE id = $2", body, id)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	if id, err = c.nextID(ctx, "SELECT COALESCE(MAX(id), 0) FROM blob"); err != nil {
		return 0, err
	}
	if body == nil {
		body = []byte{} // no bytes are bytes too; nil would be NULL
	}
	return id, c.exec(ctx, "INSERT INTO blob (id, digest, body) VALUES ($1, $2, $3)", id, raw, body)
}
