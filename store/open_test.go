package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	options := Options{Clock: (&testClock{now: noon}).Now}

	t.Run("creates folder and files for their owner only", func(t *testing.T) {
		t.Parallel()
		folder := filepath.Join(t.TempDir(), "data", "controlwatch")
		s := open(t, filepath.Join(folder, "controlwatch.db"), options)
		release, err := s.LockScheduler()
		require.NoError(t, err)
		require.NoError(t, s.CommitPlan(t.Context(), plan(noon)))

		require.Equal(t, fs.FileMode(0o700), mode(t, folder))
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(entries), 4, "the store, its log and shared memory, its locks")
		for _, e := range entries {
			require.Equal(t, fs.FileMode(0o600), mode(t, filepath.Join(folder, e.Name())), e.Name())
		}
		require.NoError(t, release())
	})

	t.Run("keeps the rights of a folder that is there", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		require.NoError(t, os.Chmod(folder, 0o750))
		open(t, filepath.Join(folder, "controlwatch.db"), options)
		require.Equal(t, fs.FileMode(0o750), mode(t, folder))
	})

	t.Run("a name with every awkward character is that file", func(t *testing.T) {
		t.Parallel()
		folder := filepath.Join(t.TempDir(), "100% ?a=b#c&d;é日本")
		s := open(t, filepath.Join(folder, "sto re?mode=memory.db"), options)
		require.NoError(t, s.CommitPlan(t.Context(), plan(noon)))
		require.FileExists(t, filepath.Join(folder, "sto re?mode=memory.db"))
		require.Equal(t, filepath.Join(folder, "sto re?mode=memory.db"), s.Path())
	})

	t.Run("keeps what was committed when opened again", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "controlwatch.db")
		first, err := Open(t.Context(), "sqlite:"+path, options)
		require.NoError(t, err)
		require.NoError(t, first.CommitPlan(t.Context(), plan(noon, planned(usersFeed, userPopulation))))
		require.NoError(t, first.Close())

		second := open(t, path, options)
		require.Len(t, snapshot(t, second, noon).Feeds, 1)
		require.NoError(t, second.Check(t.Context()))
	})

	t.Run("flushes every commit, waits for other writers and refers to what exists", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		for pragma, want := range map[string]string{
			"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "30000",
		} {
			var got string
			require.NoError(t, s.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
			require.Equal(t, want, got, pragma)
		}
	})

	t.Run("readers cannot write", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		_, err := s.readers.ExecContext(t.Context(), "DELETE FROM fact_current")
		require.ErrorContains(t, err, "readonly")
	})

	t.Run("says its size with the log not yet folded in", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		before, err := s.SizeBytes()
		require.NoError(t, err)
		require.NoError(t, s.CommitPull(t.Context(), pullOf(noon, usersFeed, userPopulation), numbered("u", 1000, true)))
		after, err := s.SizeBytes()
		require.NoError(t, err)
		require.Greater(t, after, before+100_000)
	})

	t.Run("wants a clock", func(t *testing.T) {
		t.Parallel()
		_, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{})
		require.EqualError(t, err, "open store: no clock given")
	})
}

func TestOpenRefusesOtherNames(t *testing.T) {
	t.Parallel()
	const expected = `expected "sqlite:PATH", as in sqlite:/var/lib/controlwatch/controlwatch.db`
	for dsn, want := range map[string]string{
		"":                              "store is empty: " + expected,
		"controlwatch.db":               `store "controlwatch.db" has no scheme: ` + expected,
		"sqlite:":                       `store "sqlite:" names no file: ` + expected,
		"sqlite:/var/lib/":              `store "sqlite:/var/lib/" names no file: ` + expected,
		"sqlite:///var/lib/x.db":        `store "sqlite:///var/lib/x.db": no host can be given: ` + expected,
		"sqlite::memory:":               `store "sqlite::memory:": evidence is not kept in memory: ` + expected,
		"mysql:x":                       `store scheme "mysql" is unknown: ` + expected,
		"postgres://u:hunter2@db/store": "store postgres: is not available in this version: " + expected,
	} {
		t.Run(dsn, func(t *testing.T) {
			t.Parallel()
			_, err := Open(t.Context(), dsn, Options{Clock: (&testClock{}).Now})
			require.EqualError(t, err, want)
		})
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Mode().Perm()
}
