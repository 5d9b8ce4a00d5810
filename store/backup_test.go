package store

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestBackupWhileAnotherProgramWrites(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	path, clock := filepath.Join(dir, "controlwatch.db"), &testClock{now: noon}
	_, secret, err := checkpoint.Generate("")
	require.NoError(t, err)
	require.NoError(t, checkpoint.WriteFile(path+".key", secret))
	s := open(t, path, Options{Clock: clock.Now, Version: "test", Key: keyBeside(path)})
	monthly(t, s, clock, 3)
	cmd := command(t, "commit", path, "busy", "1", "1000000", "0")
	lines := started(t, cmd)
	for n := 0; n < 3; { // it is at it
		require.True(t, lines.Scan())
		if lines.Text() != "opening" {
			n++
		}
	}
	for n := range 3 {
		file := filepath.Join(dir, fmt.Sprintf("copy-%d.db", n))
		c, err := s.Backup(ctx, file, grace, VerifyOptions{})
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), mode(t, file))
		v := verified(t, file, VerifyOptions{})
		require.Empty(t, v.Problems)
		require.Equal(t, c.Root, v.Root)
		require.Equal(t, c.Commits, v.Commits)
		require.Positive(t, c.Signed)
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	_, err = s.Backup(ctx, filepath.Join(dir, "copy-0.db"), grace, VerifyOptions{})
	require.ErrorContains(t, err, "copy-0.db is there already, and nothing is ever written over")
	left, err := filepath.Glob(filepath.Join(dir, "*.partial*"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.EqualValues(t, 3, number(t, s, "SELECT COUNT(*) FROM entry WHERE kind = 'backup'"))
}

func TestABackupThatDoesNotVerifyIsNone(t *testing.T) {
	t.Parallel()
	path, key := longStore(t)
	tamper(t, path, "UPDATE drift SET outcome_to = 'pass' WHERE outcome_to = 'fail'")
	s := open(t, path, Options{Clock: (&testClock{now: noon}).Now, Key: key})
	file := filepath.Join(t.TempDir(), "copy.db")
	_, err := s.Backup(t.Context(), file, grace, VerifyOptions{})
	require.ErrorIs(t, err, ErrUnfit)
	require.ErrorContains(t, err, "is not what was logged as leaf 5")
	require.NoFileExists(t, file)
}

func TestRestore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	prepared := func(t *testing.T) (dir string, key KeySource, o RestoreOptions, clock *testClock) {
		dir, key, clock = t.TempDir(), keyOf(t), &testClock{now: noon}
		path := filepath.Join(dir, "controlwatch.db")
		options := Options{Clock: clock.Now, Version: "test", Key: key}
		s, err := Open(ctx, "sqlite:"+path, options)
		require.NoError(t, err)
		monthly(t, s, clock, 3)
		_, err = s.Sign(ctx)
		require.NoError(t, err)
		_, err = s.Backup(ctx, filepath.Join(dir, "copy.db"), grace, VerifyOptions{})
		require.NoError(t, err)
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("eve", false)}))
		c, err := s.Sign(ctx)
		require.NoError(t, err)
		require.NoError(t, s.Close())
		return dir, key, RestoreOptions{
			From: filepath.Join(dir, "copy.db"), Into: filepath.Join(dir, "new", "controlwatch.db"), By: grace, Options: options, Anchor: c.Note,
		}, clock
	}

	t.Run("into a free place, and says what a checkpoint from elsewhere covers", func(t *testing.T) {
		t.Parallel()
		_, _, o, clock := prepared(t)
		r, err := Restore(ctx, o)
		require.NoError(t, err)
		require.Equal(t, []string{"2 leaves of the log: the checkpoint from elsewhere covers 10, the copy has 8"}, r.Lost)
		require.Equal(t, fs.FileMode(0o600), mode(t, o.Into))
		s := open(t, o.Into, o.Options)
		verifiedOpen(t, s)
		require.Equal(t, map[string]bool{"ada": true, "bob": true}, users(t, snapshot(t, s, clock.Now())))
		for e, err := range s.Entries(ctx, EntryRestored) {
			require.NoError(t, err)
			require.Equal(t, r.ID, e.ID)
			require.Equal(t, grace, e.Actor)
			require.Contains(t, string(e.Body), "2 leaves of the log")
		}
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM entry WHERE kind = 'restored'"))
	})

	t.Run("in place of a store, which is moved aside and told of", func(t *testing.T) {
		t.Parallel()
		dir, _, o, _ := prepared(t)
		o.Into, o.Anchor = filepath.Join(dir, "controlwatch.db"), nil
		_, err := Restore(ctx, o)
		require.ErrorContains(t, err, "is there already, and nothing is ever written over")
		o.Replace = true
		r, err := Restore(ctx, o)
		require.NoError(t, err)
		require.Len(t, r.Lost, 1)
		require.Regexp(t, `^commits 9 to 10, until 2026-06-30T12:03:00Z, that the store that was there held$`, r.Lost[0])
		require.FileExists(t, r.Replaced)
		require.Empty(t, verified(t, r.Replaced, VerifyOptions{}).Problems)
		require.Empty(t, verified(t, o.Into, VerifyOptions{}).Problems)
	})

	t.Run("not of a copy that was altered, without its key, beside a daemon, or of another history", func(t *testing.T) {
		t.Parallel()
		dir, _, o, _ := prepared(t)
		without := o
		without.Options.Key = keyOf(t)
		_, err := Restore(ctx, without)
		require.ErrorContains(t, err, "but the copy is signed by")
		without.Options.Key = func(context.Context, string) (Signer, error) { return nil, os.ErrNotExist }
		_, err = Restore(ctx, without)
		require.ErrorIs(t, err, os.ErrNotExist)
		require.ErrorContains(t, err, "has to be at the target first")
		require.ErrorContains(t, err, "Put the key file of the store that the copy is of at "+o.Into+".key")
		require.NoFileExists(t, o.Into)

		stranger, _, err := checkpoint.Generate("another/log")
		require.NoError(t, err)
		other := o
		other.Anchor, err = checkpoint.Sign(checkpoint.Checkpoint{Origin: "another/log", Size: 1}, stranger)
		require.NoError(t, err)
		_, err = Restore(ctx, other)
		require.ErrorIs(t, err, checkpoint.ErrUnknownKey)
		other.Verify.Keys = []string{stranger.Public()}
		_, err = Restore(ctx, other)
		require.Error(t, err)

		s := open(t, filepath.Join(dir, "controlwatch.db"), o.Options)
		release, err := s.LockScheduler()
		require.NoError(t, err)
		running := o
		running.Into, running.Replace = s.Path(), true
		_, err = Restore(ctx, running)
		require.ErrorContains(t, err, "stop it first")
		require.NoError(t, release())

		tamper(t, o.From, "UPDATE drift SET outcome_to = 'pass' WHERE outcome_to = 'fail'")
		_, err = Restore(ctx, o)
		require.ErrorIs(t, err, ErrUnfit)
		require.NoFileExists(t, o.Into)
		left, err := filepath.Glob(filepath.Join(dir, "new", "*"))
		require.NoError(t, err)
		require.Empty(t, left)
	})

	t.Run("not of a copy whose signatures were taken away, and says what to do", func(t *testing.T) {
		t.Parallel()
		_, _, o, clock := prepared(t)
		full := open(t, o.From, o.Options)
		for n := range 2 { // signed as they should be, until the checkpoints are taken away
			assess(t, full, assessment(clock.Add(time.Minute), finding("ada", []soc2.Outcome{soc2.Fail, soc2.Pass}[n])))
			_, err := full.Sign(ctx)
			require.NoError(t, err)
		}
		require.NoError(t, full.Close())
		tamper(t, o.From, "DELETE FROM checkpoint WHERE seq > (SELECT MIN(seq) FROM checkpoint)")
		_, err := Restore(ctx, o)
		require.ErrorIs(t, err, ErrUnfit)
		require.ErrorContains(t, err, "have no checkpoint that holds: checkpoints were removed, or the signing key failed all that time")
		require.ErrorContains(t, err, "whose next assessment signs all of it, and copy that. If they had been signed: take another copy")
		require.NoFileExists(t, o.Into)
	})

	t.Run("a copy of an older version's store", func(t *testing.T) {
		t.Parallel()
		dir, _, o, clock := prepared(t)
		o.From, o.Anchor = olderStore(t, filepath.Join(dir, "copy.db"), 7), nil
		r, err := Restore(ctx, o)
		require.NoError(t, err)
		require.Empty(t, r.Lost)
		s := open(t, o.Into, o.Options)
		verifiedOpen(t, s)
		require.Equal(t, map[string]bool{"ada": true, "bob": true}, users(t, snapshot(t, s, clock.Now())))
	})
}
