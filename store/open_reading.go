package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
)

// OpenReading opens a store to read it only: nothing in the file or beside it is
// changed, and no key is asked for. What would write is an error.
func OpenReading(ctx context.Context, dsn string, options Options) (*Store, error) {
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
	if err := s.openReading(ctx); err != nil {
		return nil, errors.Join(s.explain("open store", err), s.Close())
	}
	return s, nil
}

func (s *Store) openReading(ctx context.Context) error {
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", s.path)
	}
	parameters := url.Values{
		"_pragma":     {"busy_timeout(" + strconv.FormatInt(s.options.busy.Milliseconds(), 10) + ")"},
		"_query_only": {"1"},
		"mode":        {"ro"},
	}
	// Without a log beside it nobody has the file open, and it can be read where
	// nothing can be written. With one, that log is part of the store.
	if _, err := os.Stat(s.path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		parameters.Set("immutable", "1")
	}
	name := url.URL{Scheme: "file", Path: s.path, RawQuery: parameters.Encode()}
	if s.readers, err = sql.Open("sqlite", name.String()); err != nil {
		return err
	}
	s.readers.SetMaxOpenConns(readConnections)
	var id, tables int64
	if err := s.readers.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id != applicationID {
		return errForeign
	}
	known, err := newestMigration()
	if err != nil {
		return err
	}
	if err := s.readers.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version").Scan(&tables); err != nil {
		return err
	}
	switch {
	case tables > known:
		return newerTables(tables, known)
	case tables < known && !s.options.older:
		return fmt.Errorf("the store was written by an older controlwatch (tables %d, this one knows %d): open a copy of it once with \"controlwatch scan\" or \"run\" to bring it up to date", tables, known)
	}
	return nil
}
