package store

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/stretchr/testify/require"
)

// olderStore has the tables of an earlier version, with the rows that this one
// wrote into another store.
func olderStore(t *testing.T, from string, version int64) (path string) {
	t.Helper()
	ctx := t.Context()
	path = filepath.Join(t.TempDir(), "older.db")
	require.NoError(t, createPrivate(path))
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	shared, err := fs.Sub(migrations, "migrations")
	require.NoError(t, err)
	dialect, err := fs.Sub(migrations, "migrations/sqlite")
	require.NoError(t, err)
	provider, err := goose.NewProvider(database.DialectSQLite3, db, layers{shared, dialect}, goose.WithDisableGlobalRegistry(true))
	require.NoError(t, err)
	_, err = provider.UpTo(ctx, version)
	require.NoError(t, err)
	_, err = db.ExecContext(ctx, "PRAGMA application_id = 1668772658; ATTACH '"+from+"' AS newer")
	require.NoError(t, err)
	tables := []string{
		"commit_log", "blob", "feed", "population", "plan", "pull", "pull_population", "resource", "fact_change", "fact_current",
		"record", "assessment", "finding_state", "drift", "entry",
	}
	if version >= 7 { // an earlier log has no lines of what these hold, and is made when the store is opened
		tables = append(tables, "answer_set", "answer", "assessment_inputs", "log_leaf", "log_hash", "checkpoint")
	}
	for _, table := range tables {
		_, err := db.ExecContext(ctx, "INSERT INTO "+table+" SELECT * FROM newer."+table)
		require.NoError(t, err, table)
	}
	return path
}

func TestAStoreFromBeforeTombstonesIsReadVerifiedAndPruned(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	newer, clock := filepath.Join(t.TempDir(), "controlwatch.db"), &testClock{now: noon}
	key := keyOf(t)
	s, err := Open(ctx, "sqlite:"+newer, Options{Clock: clock.Now, Version: "test", Key: key})
	require.NoError(t, err)
	monthly(t, s, clock, 12)
	_, err = s.Sign(ctx)
	require.NoError(t, err)
	then, now := snapshot(t, s, noon.Add(100*day)), snapshot(t, s, clock.Now())
	require.NoError(t, s.Close())
	clock.Add(time.Hour)

	for _, version := range []int64{4, 7} {
		path := olderStore(t, newer, version)
		_, err = OpenReading(ctx, "sqlite:"+path, Options{Clock: clock.Now})
		require.ErrorContains(t, err, fmt.Sprintf("the store was written by an older controlwatch (tables %d, this one knows", version))
		s = open(t, path, Options{Clock: clock.Now, Version: "test", Key: key})
		_, err = s.Sign(ctx) // as the next assessment does
		require.NoError(t, err)
		require.Empty(t, verifiedOpen(t, s).Pruned)
		require.Equal(t, then, snapshot(t, s, noon.Add(100*day)))
		require.Equal(t, now.Facts, snapshot(t, s, clock.Now()).Facts)
		done, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(t, err)
		require.Positive(t, done.Bodies)
		require.Equal(t, done.Bodies, verifiedOpen(t, s).Pruned[0].Bodies)
		require.Equal(t, now.Facts, snapshot(t, s, clock.Now()).Facts)
	}
}
