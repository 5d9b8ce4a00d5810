package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var errForeign = errors.New("the file is a database of another program: give another --store")

// explain puts into words what went wrong with the store and what to do about
// it. The database's own error stays inside for errors.As.
func (s *Store) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if hint := s.hint(err); hint != "" {
		return fmt.Errorf("%s (%s): %w: %s", what, s.path, err, hint)
	}
	return fmt.Errorf("%s (%s): %w", what, s.path, err)
}

func (s *Store) hint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return hintFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return hintReadOnly
	}
	var db *sqlite.Error
	if !errors.As(err, &db) {
		return ""
	}
	switch db.Code() & 0xff { // the rest of the code is detail
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Sprintf("another program has been writing to the store for more than %s: try again, or stop it", s.options.busy)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return hintReadOnly
	case sqlite3.SQLITE_FULL:
		return hintFull
	case sqlite3.SQLITE_IOERR:
		return "the disk refused: nothing of this was kept, what was committed before is; look at the system's log"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return "the file is damaged or is no store: restore a copy of it, or give another --store"
	}
	return ""
}

const (
	hintFull     = "the disk or a quota is full: nothing of this was kept, what was committed before is; make room and run again"
	hintReadOnly = "the file and its folder must exist and be writable by this user; change that, or give another --store"
)
