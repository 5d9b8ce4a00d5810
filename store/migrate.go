package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables up to this version's. Each migration is a
// transaction, so a process killed half-way leaves the one before.
func migrate(ctx context.Context, db *sql.DB) error {
	shared, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(database.DialectSQLite3, db, layers{shared, dialect}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the store's version: %w", err)
	}
	if current > known {
		return newerTables(current, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the store's tables up to date: %w", err)
	}
	return nil
}

func newerTables(current, known int64) error {
	return fmt.Errorf("the store was written by a newer controlwatch (tables %d, this one knows %d): "+
		"run that version, or give another --store", current, known)
}

// newestMigration is the version of the tables that this program knows.
func newestMigration() (newest int64, err error) {
	err = fs.WalkDir(migrations, "migrations", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		number, err := goose.NumericComponent(path)
		newest = max(newest, number)
		return err
	})
	return newest, err
}

// layers shows several folders as one, so that what every database runs and what
// only one understands form a single sequence.
type layers []fs.FS

func (l layers) Open(name string) (fs.File, error) {
	for _, layer := range l {
		f, err := layer.Open(name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (l layers) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, layer := range l {
		entries, err := fs.ReadDir(layer, name)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}
