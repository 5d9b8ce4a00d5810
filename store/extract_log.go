package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Leaf is a leaf of the log and the commit it is of.
type Leaf struct {
	Index, Seq int64
	Part       int // of the commit, from 0
	Data       []byte
}

// Leaves gives the leaves of some commits, in the order of the log, as the rows
// make them now. A leaf that is not the one logged is an error: what was altered
// is not handed out. The commits must be in order.
func (e *Extract) Leaves(ctx context.Context, commits []int64, use func(Leaf) error) error {
	for len(commits) > 0 {
		// Runs of numbers are read at once.
		n := 1
		for n < len(commits) && n < chunk && commits[n] == commits[0]+int64(n) {
			n++
		}
		if err := e.run(ctx, commits[0], commits[n-1], use); err != nil {
			return e.store.explain("read the log", err)
		}
		commits = commits[n:]
	}
	return nil
}

func (e *Extract) run(ctx context.Context, from, to int64, use func(Leaf) error) error {
	var index, last int64
	err := e.tx.row(ctx, "SELECT COALESCE(MIN(leaf), -1), COALESCE(MAX(leaf), -1) FROM log_leaf WHERE seq BETWEEN $1 AND $2", from, to).Scan(&index, &last)
	if err != nil {
		return err
	}
	err = leaves(ctx, e.tx, from, to, everyTable, func(l leaf) error {
		hash, err := readHash(ctx, e.tx, tlog.StoredHashIndex(0, index))
		if err != nil {
			return err
		}
		if index > last || tlog.RecordHash(l.data) != hash {
			return fmt.Errorf("commit %d is not what was logged as leaf %d: run \"controlwatch verify\"", l.seq, index)
		}
		if err := use(Leaf{Index: index, Seq: l.seq, Part: l.part, Data: l.data}); err != nil {
			return err
		}
		index++
		return nil
	})
	if err == nil && index != last+1 {
		err = fmt.Errorf("rows of the commits %d to %d were removed: run \"controlwatch verify\"", from, to)
	}
	return err
}

// Inclusion proves that a leaf is under the newest checkpoint (RFC 6962, 2.1.1).
func (e *Extract) Inclusion(ctx context.Context, leaf int64) ([]tlog.Hash, error) {
	return tlog.ProveRecord(e.Newest.Size, leaf, e.tree.reader(ctx))
}

// Consistency proves that the log of one size begins with that of an earlier
// (RFC 6962, 2.1.2).
func (e *Extract) Consistency(ctx context.Context, older, newer int64) ([]tlog.Hash, error) {
	return tlog.ProveTree(newer, older, e.tree.reader(ctx))
}

// Checkpoints gives those of the window, the last before, the newest, those of the
// sizes asked for, and each that vouches for a key: with those a reader who knows
// the first key only can follow to the one that signs now. They are in order.
func (e *Extract) Checkpoints(ctx context.Context, sizes ...int64) ([]Checkpoint, error) {
	introduced, err := e.keySeqs(ctx)
	if err != nil {
		return nil, err
	}
	var all []Checkpoint
	err = e.tx.each(ctx, func(rows *sql.Rows) error {
		c, err := scanCheckpoint(rows)
		if err == nil {
			all = append(all, c)
		}
		return err
	}, `SELECT seq, size, note FROM checkpoint WHERE seq BETWEEN $1 AND $2
		OR seq = (SELECT MAX(seq) FROM checkpoint WHERE seq < $1) OR seq = $3 ORDER BY seq`, e.First, e.Last, e.Newest.Seq)
	if err != nil {
		return nil, e.store.explain("read checkpoints", err)
	}
	add := func(c Checkpoint) {
		if !slices.ContainsFunc(all, func(known Checkpoint) bool { return known.Seq == c.Seq }) {
			all = append(all, c)
		}
	}
	for _, seq := range introduced {
		c, err := scanCheckpoint(e.tx.row(ctx, "SELECT seq, size, note FROM checkpoint WHERE seq >= $1 ORDER BY seq LIMIT 1", seq))
		if err != nil {
			return nil, e.store.explain("read checkpoints", err)
		}
		add(c)
	}
	for _, size := range sizes {
		c, found, err := e.CheckpointOf(ctx, size)
		if err != nil {
			return nil, err
		}
		if found {
			add(c)
		}
	}
	slices.SortFunc(all, func(a, b Checkpoint) int { return int(a.Seq - b.Seq) })
	return all, nil
}

// CheckpointOf gives the checkpoint over a number of leaves; false: there is none.
func (e *Extract) CheckpointOf(ctx context.Context, size int64) (Checkpoint, bool, error) {
	c, err := scanCheckpoint(e.tx.row(ctx, "SELECT seq, size, note FROM checkpoint WHERE size = $1 AND seq <= $2", size, e.Newest.Seq))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, e.store.explain("read the checkpoint", err)
}

// keySeqs are the commits that introduced keys.
func (e *Extract) keySeqs(ctx context.Context) ([]int64, error) {
	var all []int64
	err := e.tx.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		err := rows.Scan(&seq)
		all = append(all, seq)
		return err
	}, "SELECT seq FROM entry WHERE kind = $1 AND seq <= $2 ORDER BY seq", EntryLogKey, e.Newest.Seq)
	return all, err
}

// Keys are the public keys that the log names up to the newest checkpoint, oldest
// first.
func (e *Extract) Keys(ctx context.Context) ([]string, error) {
	var keys []string
	err := e.tx.entries(ctx, func(n Entry) error {
		var seq int64
		if _, err := fmt.Sscanf(n.ID, "e%d.", &seq); err != nil {
			return err
		}
		if n.Kind != EntryLogKey || seq > e.Newest.Seq {
			return nil
		}
		var k LogKey
		if err := json.Unmarshal(n.Body, &k); err != nil {
			return fmt.Errorf("key of the log in record %s: %w", n.ID, err)
		}
		keys = append(keys, k.Public)
		return nil
	})
	return keys, e.store.explain("read the keys of the log", err)
}
