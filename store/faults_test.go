package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestLockedByAnotherWriter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	clock := &testClock{now: noon}
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	holder := open(t, path, Options{Clock: clock.Now})
	s := open(t, path, Options{Clock: clock.Now, busy: 50 * time.Millisecond})
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))

	tx, err := holder.writer.BeginTx(ctx, nil)
	require.NoError(t, err)
	err = s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), []evidence.Fact{user("ada", true)})
	require.ErrorContains(t, err, "commit pull of aws_iam_users over aws/111122223333 ("+path+"): database is locked")
	require.ErrorContains(t, err, "another program has been writing to the store for more than 50ms: try again, or stop it")
	require.Len(t, snapshot(t, s, noon).Feeds, 1, "reading goes on")

	require.NoError(t, tx.Rollback())
	require.NoError(t, s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), []evidence.Fact{user("ada", true)}))
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{user("ada", true)}))
	before := dump(t, s, "SELECT * FROM commit_log")

	limit := func(pages int64) {
		_, err := s.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		require.NoError(t, err)
	}
	limit(number(t, s, "PRAGMA page_count") + 10)
	big := pullOf(clock.Add(time.Minute), usersFeed, userPopulation)
	err := s.CommitPull(ctx, big, numbered("u", 2000, true))
	require.ErrorContains(t, err, "database or disk is full")
	require.ErrorContains(t, err, "what was committed before is; make room and run again")
	require.Equal(t, before, dump(t, s, "SELECT * FROM commit_log"))
	require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, clock.Now())))
	require.NoError(t, s.Check(ctx))

	limit(1 << 30)
	require.NoError(t, s.CommitPull(ctx, big, numbered("u", 2000, true)), "the next run works")
	require.Len(t, snapshot(t, s, clock.Now()).Facts, 2000)
	require.NoError(t, s.Check(ctx))
}

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	options := Options{Clock: (&testClock{now: noon.Add(time.Hour)}).Now}
	const damaged = "the file is damaged or is no store: restore a copy of it, or give another --store"

	// written is the closed file of a store with 500 users.
	written := func(t *testing.T) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "controlwatch.db")
		s, err := Open(ctx, "sqlite:"+path, options)
		require.NoError(t, err)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
		require.NoError(t, s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), numbered("user-", 500, true)))
		require.NoError(t, s.Close())
		return path
	}
	change := func(t *testing.T, path string, edit func([]byte) []byte) {
		t.Helper()
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, edit(text), 0o600))
	}

	t.Run("a text file is no store", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "controlwatch.yaml")
		require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("providers:\n"), 100), 0o600))
		_, err := Open(ctx, "sqlite:"+path, options)
		require.ErrorContains(t, err, "open store ("+path+"): file is not a database")
		require.ErrorContains(t, err, damaged)
	})

	t.Run("a folder is no store", func(t *testing.T) {
		t.Parallel()
		path := t.TempDir()
		_, err := Open(ctx, "sqlite:"+path, options)
		require.ErrorContains(t, err, path+" is not a file")
	})

	t.Run("a database of another program is left alone", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "other.db")
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.ExecContext(ctx, "CREATE TABLE songs (title TEXT)")
		require.NoError(t, err)
		require.NoError(t, db.Close())
		_, err = Open(ctx, "sqlite:"+path, options)
		require.EqualError(t, err, "open store ("+path+"): the file is a database of another program: give another --store")
	})

	t.Run("a store of a newer version is refused", func(t *testing.T) {
		t.Parallel()
		path := written(t)
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (700, TRUE)")
		require.NoError(t, err)
		require.NoError(t, db.Close())
		_, err = Open(ctx, "sqlite:"+path, options)
		require.ErrorContains(t, err, "open store ("+path+"): the store was written by a newer controlwatch (tables 700, this one knows ")
		require.ErrorContains(t, err, "run that version, or give another --store")
	})

	t.Run("a file cut off is damaged", func(t *testing.T) {
		t.Parallel()
		path := written(t)
		change(t, path, func(text []byte) []byte { return text[:len(text)/2] })
		_, err := Open(ctx, "sqlite:"+path, options)
		require.ErrorContains(t, err, "database disk image is malformed")
		require.ErrorContains(t, err, damaged)
	})

	t.Run("a page overwritten is damaged", func(t *testing.T) {
		t.Parallel()
		path := written(t)
		change(t, path, func(text []byte) []byte {
			for at := 8 * 4096; at < len(text); at += 8 * 4096 {
				copy(text[at:], bytes.Repeat([]byte{0xff}, 4096))
			}
			return text
		})
		s, err := Open(ctx, "sqlite:"+path, options)
		if err == nil {
			err = errors.Join(s.Check(ctx), s.Close())
		}
		require.ErrorContains(t, err, "damaged")
	})

	t.Run("a fact altered by hand is no evidence any more", func(t *testing.T) {
		t.Parallel()
		path := written(t)
		change(t, path, func(text []byte) []byte {
			before, after := []byte(`"user-77","name":"user-77"},"body":{"mfa":{"enabled":true}}`), []byte(`"user-77","name":"user-77"},"body":{"mfa":{"enabled":null}}`)
			require.Equal(t, 1, bytes.Count(text, before))
			return bytes.Replace(text, before, after, 1)
		})
		s := open(t, path, options)
		_, err := s.Snapshot(ctx, noon.Add(time.Hour), map[string]time.Duration{source: 0})
		require.ErrorContains(t, err, "fact of p2: the stored bytes are not those of digest")
		require.ErrorContains(t, s.Check(ctx), "the store was damaged or altered; restore a copy of it")
	})
}

func TestReadersDuringWrites(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Now(), usersFeed, userPopulation), generation(0)))

	done := make(chan error)
	go func() {
		defer close(done)
		for n := 1; n <= 20; n++ {
			if err := s.CommitPull(ctx, pullOf(clock.Now(), usersFeed, userPopulation), generation(n)); err != nil {
				done <- err
				return
			}
		}
	}()
	reads := 0
	for writing := true; writing; reads++ {
		select {
		case err, failed := <-done:
			require.NoError(t, err)
			writing = failed
		default:
		}
		snap := snapshot(t, s, clock.Now())
		require.Len(t, snap.Facts, generationSize)
		for _, f := range snap.Facts {
			require.Equal(t, snap.Facts[0].Body, f.Body, "a reader sees whole pulls only")
		}
	}
	require.Greater(t, reads, 1)
	require.Equal(t, []string{"20"}, snapshot(t, s, clock.Now()).Facts[0].Body.(*evidence.User).Roles)
}
