package store

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/evidence"
)

// log appends the leaves of a commit to the evidence log, in its transaction.
func (c *commit) log(ctx context.Context) error {
	return c.logCommits(ctx, c.seq, c.seq, func(t loggedTable) bool { return c.wrote[t.written] })
}

func (c *commit) logCommits(ctx context.Context, from, to int64, of func(loggedTable) bool) error {
	t, err := openTree(ctx, c.session)
	if err != nil {
		return err
	}
	err = leaves(ctx, c.session, from, to, of, func(l leaf) error {
		return t.append(ctx, l.seq, tlog.RecordHash(l.data))
	})
	if err != nil {
		return fmt.Errorf("evidence log: %w", err)
	}
	return nil
}

// tree is the Merkle tree of the log in one transaction.
type tree struct {
	tx   session
	size int64
}

func openTree(ctx context.Context, tx session) (*tree, error) {
	t := &tree{tx: tx}
	err := tx.row(ctx, "SELECT COALESCE(MAX(leaf) + 1, 0) FROM log_leaf").Scan(&t.size)
	return t, err
}

func (t *tree) append(ctx context.Context, seq int64, hash tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, hash, t.reader(ctx))
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, t.size)
	for i, h := range hashes {
		if err := t.tx.exec(ctx, "INSERT INTO log_hash (id, hash) VALUES ($1, $2)", first+int64(i), h[:]); err != nil {
			return err
		}
	}
	if err := t.tx.exec(ctx, "INSERT INTO log_leaf (leaf, seq) VALUES ($1, $2)", t.size, seq); err != nil {
		return err
	}
	t.size++
	return nil
}

// root is the root of the first leaves, as many as size tells.
func (t *tree) root(ctx context.Context, size int64) (tlog.Hash, error) {
	return tlog.TreeHash(size, t.reader(ctx))
}

func (t *tree) reader(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(ids []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(ids))
		for i, id := range ids {
			h, err := readHash(ctx, t.tx, id)
			if err != nil {
				return nil, err
			}
			hashes[i] = h
		}
		return hashes, nil
	})
}

var errHash = errors.New("the evidence log was damaged or altered: restore a copy of the store")

func readHash(ctx context.Context, tx session, id int64) (tlog.Hash, error) {
	var raw []byte
	if err := tx.row(ctx, "SELECT hash FROM log_hash WHERE id = $1", id).Scan(&raw); err != nil {
		return tlog.Hash{}, fmt.Errorf("hash %d: %w: %w", id, err, errHash)
	}
	if len(raw) != tlog.HashSize {
		return tlog.Hash{}, fmt.Errorf("hash %d has %d bytes: %w", id, len(raw), errHash)
	}
	return tlog.Hash(raw), nil
}

// adopt logs what was committed before there was a log.
func (s *Store) adopt(ctx context.Context) error {
	var newest, logged int64
	err := s.writer.QueryRowContext(ctx,
		"SELECT (SELECT COALESCE(MAX(seq), 0) FROM commit_log), (SELECT COUNT(*) FROM log_leaf)").Scan(&newest, &logged)
	if err != nil || newest == 0 || logged > 0 {
		return err
	}
	_, err = s.commit(ctx, kindEntry, "log what was committed before", func(ctx context.Context, c *commit) error {
		for from := int64(1); from <= newest; from += chunk {
			if err := c.logCommits(ctx, from, min(from+chunk-1, newest), everyTable); err != nil {
				return err
			}
		}
		return c.entry(ctx, 0, Entry{Kind: EntryLogBegan, Actor: evidence.Program, Body: fmt.Appendf(nil, `{"adopted":%d}`, newest)})
	})
	return err
}
