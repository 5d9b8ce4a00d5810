package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// Store is one store, open. It is safe for concurrent use; writes wait for each
// other, reads never wait for writes.
type Store struct {
	path    string
	options Options
	writer  *sql.DB // one connection, every transaction BEGIN IMMEDIATE
	readers *sql.DB
	signer  Signer                     // nil: checkpoints are not signed
	lead    atomic.Pointer[leadership] // nil: this program took no epoch
}

// Options are what a store is opened with.
type Options struct {
	// Clock stamps every commit. It must be the clock that assessments are made
	// by, or Snapshot looks for commits at the wrong time.
	Clock   func() time.Time
	Version string // of the program, written beside every commit
	// Ephemeral is for a store that is thrown away: commits are not flushed to the
	// disk, so that a power failure may take them or the file.
	Ephemeral bool

	// Key gives the key that signs checkpoints. Without it none are signed.
	Key KeySource

	older bool // tables of an earlier version may be read: to be copied

	unlogged bool // a benchmark's: what would a commit cost without the log

	busy time.Duration // how long to wait for another writer; zero: busyTimeout
}

// busyTimeout is how long a write waits for another program's. A first pull of
// 100,000 resources writes for several seconds.
const busyTimeout = 30 * time.Second

// Open opens the store that a data source name tells, "sqlite:PATH", and creates
// it if it is not there: the folder for its owner only, and the file too.
func Open(ctx context.Context, dsn string, options Options) (*Store, error) {
	path, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	if options.Clock == nil {
		return nil, errors.New("open store: no clock given")
	}
	if options.busy == 0 {
		options.busy = busyTimeout
	}
	s := &Store{path: path, options: options}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(s.explain("open store", err), s.Close())
	}
	return s, nil
}

// Path is the file the store lies in.
func (s *Store) Path() string { return s.path }

// SizeBytes is what the store takes on disk, with the part of its write-ahead
// log that is not yet folded in.
func (s *Store) SizeBytes() (int64, error) {
	var size int64
	for _, path := range []string{s.path, s.path + "-wal"} {
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) && path != s.path {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("size of store: %w", err)
		}
		size += info.Size()
	}
	return size, nil
}

// Close waits for what is under way and closes the store.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer} { // the writer last: it folds the log in
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}

// read runs queries against one moment of the store.
func (s *Store) read(ctx context.Context, what string, query func(session) error) error {
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.explain(what, err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	reading := newSession(tx)
	if err := query(reading); err != nil {
		return s.explain(what, reading.whyGone(ctx, err))
	}
	return nil
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
