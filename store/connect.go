package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver
)

// applicationID marks the file as ours in SQLite's header: "cws2". What was built
// before the first release and called itself "cwst" had other tables.
const applicationID = 0x63777332

// readConnections is how many reads can run at once.
const readConnections = 4

// open creates or checks the file, migrates it and connects. All of it happens
// under a lock of its own, because the first switch to a write-ahead log and the
// migrations do not wait for each other by themselves.
func (s *Store) open(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return fmt.Errorf("create the folder of the store: %w", err)
	}
	unlock, err := s.lockOpening(ctx)
	if err != nil {
		return err
	}
	defer unlock()

	if err := createPrivate(s.path); err != nil {
		return err
	}
	synchronous := "FULL"
	if s.options.Ephemeral {
		synchronous = "OFF"
	}
	if s.writer, err = sql.Open("sqlite", s.connection(url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(" + strconv.FormatInt(s.options.busy.Milliseconds(), 10) + ")",
			"journal_mode(WAL)",
			// FULL flushes the log at every commit. NORMAL would be enough against a
			// killed process but loses the last commits when the power goes, and
			// evidence that was reported as kept must be kept. Commits are one a pull,
			// so the cost is a few flushes a second at most.
			"synchronous(" + synchronous + ")",
			"foreign_keys(1)",
			"journal_size_limit(67108864)",
		},
	})); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.claim(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	if s.readers, err = sql.Open("sqlite", s.connection(url.Values{
		"_pragma":     {"busy_timeout(" + strconv.FormatInt(s.options.busy.Milliseconds(), 10) + ")"},
		"_query_only": {"1"},
	})); err != nil {
		return err
	}
	s.readers.SetMaxOpenConns(readConnections)
	s.readers.SetMaxIdleConns(readConnections)
	if err := s.readers.PingContext(ctx); err != nil {
		return err
	}
	if err := s.adopt(ctx); err != nil {
		return err
	}
	return s.openKey(ctx)
}

// connection is the driver's name for the file. mode=rw keeps a file that was
// removed under us from coming back empty.
func (s *Store) connection(parameters url.Values) string {
	parameters.Set("mode", "rw")
	parameters.Set("_error_rc", "1")
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(s.path), RawQuery: parameters.Encode()}
	return name.String()
}

func (s *Store) lockOpening(ctx context.Context) (unlock func(), err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.busy, errors.New("another program is opening the store"))
	defer cancel()
	lock := flock.New(s.path+".open.lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	return func() { lock.Unlock() }, nil //nolint:errcheck // the lock ends with the file handle either way
}

// createPrivate creates the file for its owner only; SQLite gives the files
// beside it the same rights. A file that is there is not opened: closing it would
// drop the locks this process may hold on it through SQLite.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a file", path)
		}
		return err
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// claim refuses what is not a store of ours or cannot be written, and marks a new
// file as ours.
func (s *Store) claim(ctx context.Context) error {
	if err := s.writable(ctx); err != nil {
		return err
	}
	var mode string
	var id, tables int64
	if err := s.writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("the file system of %s cannot keep a write-ahead log (journal mode %s): put the store on a local disk", s.path, mode)
	}
	if err := s.writer.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id == applicationID {
		return nil
	}
	if err := s.writer.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if tables > 0 || id != 0 {
		return errForeign
	}
	_, err := s.writer.ExecContext(ctx, "PRAGMA application_id = "+strconv.Itoa(applicationID))
	return err
}

// writable refuses a file that SQLite could open for reading only: that would
// otherwise show at the first commit, after everything has been pulled.
func (s *Store) writable(ctx context.Context) (err error) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driver any) error {
		c, ok := driver.(interface {
			IsReadOnly(schema string) (bool, error)
		})
		if !ok {
			return fmt.Errorf("the driver %T cannot tell whether the file can be written", driver)
		}
		readOnly, err := c.IsReadOnly("main")
		if err == nil && readOnly {
			err = fmt.Errorf("the file can only be read: %w", fs.ErrPermission)
		}
		return err
	})
}
