package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/evidence"
)

// EntryBackup says that a copy of the store was made and verified.
const EntryBackup = "backup"

// Copy is a verified copy of a store.
type Copy struct {
	Path     string    `json:"path"`
	Bytes    int64     `json:"bytes"`
	Commits  int64     `json:"commits"`
	Leaves   int64     `json:"leaves"`
	Root     string    `json:"root"`      // of its log
	Signed   int64     `json:"signed"`    // commits that its newest checkpoint covers
	SignedAt time.Time `json:"signed_at"` // zero: nothing of it is signed
	Keys     []string  `json:"keys"`
}

// ErrUnfit is that a store, or a copy of it, does not verify.
var ErrUnfit = errors.New("it does not verify")

// Backup copies the store, as of one moment, into a file that must not be there,
// while others read and write. The copy counts only once it was verified; until then
// it has another name. It is for its owner only and has no key. The store records
// that it was made.
func (s *Store) Backup(ctx context.Context, path string, by evidence.Actor, o VerifyOptions) (Copy, error) {
	o.Copy = true // a key that fails must not keep anybody from a backup
	c, err := s.copyTo(ctx, path, o)
	if err != nil {
		return Copy{}, fmt.Errorf("back up %s: %w", s.path, err)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	if _, err = s.Append(ctx, Entry{Kind: EntryBackup, Subject: c.Root, Actor: by, Body: body}); err != nil {
		err = fmt.Errorf("the copy %s is made and verified, but not recorded: %w", path, err)
	}
	return c, err
}

// copyTo makes a verified copy under a name that is free.
func (s *Store) copyTo(ctx context.Context, path string, o VerifyOptions) (c Copy, err error) {
	part, remove, err := s.partial(ctx, path)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if c, err = inspect(ctx, part, s.options, o); err != nil {
		return c, err
	}
	c.Path = path
	return c, name(part, path)
}

// partial copies the store beside the name the copy will have. VACUUM INTO reads one
// moment of the store, folds in what its write-ahead log has, and leaves out what is
// free, so that nothing erased comes along.
func (s *Store) partial(ctx context.Context, path string) (part string, remove func() error, err error) {
	if err := mustNotExist(path); err != nil {
		return "", nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial") // 0600
	if err != nil {
		return "", nil, err
	}
	remove = func() error {
		var errs []error
		for _, left := range []string{"", "-journal", "-wal", "-shm", ".open.lock"} {
			if err := os.Remove(f.Name() + left); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
	if err := f.Close(); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	if err := s.vacuumInto(ctx, f.Name()); err != nil {
		return "", nil, errors.Join(s.explain("copy the store", err), remove())
	}
	if err := flush(f.Name()); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return f.Name(), remove, nil
}

// vacuumInto writes another file only, which a connection that reads only has to be
// allowed to.
func (s *Store) vacuumInto(ctx context.Context, path string) (err error) {
	conn, err := s.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = OFF"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO $1", path)
	_, on := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only = ON")
	return errors.Join(err, on)
}

// name gives a finished copy its name. A link is never made over another file, as a
// new name would be.
func name(part, path string) error {
	if err := os.Link(part, path); err != nil {
		if err := mustNotExist(path); err != nil {
			return err
		}
		if err := os.Rename(part, path); err != nil { // a file system without links
			return err
		}
	}
	return flush(filepath.Dir(path))
}

func mustNotExist(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s is there already, and nothing is ever written over: give another name", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// flush has a file, or a folder's names, on the disk before it counts.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// inspect verifies a store's file and says what it holds.
func inspect(ctx context.Context, path string, options Options, o VerifyOptions) (Copy, error) {
	s, err := OpenReading(ctx, "sqlite:"+path, Options{Clock: options.Clock, busy: options.busy})
	if err != nil {
		return Copy{}, err
	}
	c, err := s.inspect(ctx, o)
	return c, errors.Join(err, s.Close())
}

func (s *Store) inspect(ctx context.Context, o VerifyOptions) (Copy, error) {
	v, err := s.Verify(ctx, o)
	if err != nil {
		return Copy{}, err
	}
	if first, found := v.First(); found {
		err := fmt.Errorf("%w: %w", ErrUnfit, first)
		if v.unsigned > 0 {
			err = fmt.Errorf("%w. A copy with %d assessments that nothing signed is neither made nor put back, since signatures that were taken away would read as never made. "+
				"If the key had failed: make it work for the store that the copy is of, whose next assessment signs all of it, and copy that. If they had been signed: take another copy", err, v.unsigned)
		}
		return Copy{}, err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return Copy{}, err
	}
	return Copy{
		Path: s.path, Bytes: info.Size(), Commits: v.Commits, Leaves: v.Leaves, Root: v.Root, Signed: v.Signed, SignedAt: v.SignedAt, Keys: v.Keys,
	}, nil
}

// rootText is a root as checkpoints have it.
func rootText(root tlog.Hash) string { return base64.StdEncoding.EncodeToString(root[:]) }

// rootOf is the root of a store's first leaves; without that many, false.
func (s *Store) rootOf(ctx context.Context, size int64) (root tlog.Hash, ok bool, err error) {
	err = s.read(ctx, "read the root of the log", func(tx session) error {
		t, err := openTree(ctx, tx)
		if err != nil || t.size < size || size == 0 {
			return err
		}
		root, err = t.root(ctx, size)
		ok = err == nil
		return err
	})
	return root, ok, err
}
