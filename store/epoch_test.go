package store

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func fenced(t testing.TB, err error) *FencedError {
	t.Helper()
	var f *FencedError
	require.ErrorAs(t, err, &f)
	return f
}

// Two daemons over one file, of which no lock knows: the lock of files is never taken here.
func TestTheDaemonThatWasTakenOverFromKeepsNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	clock, key := &testClock{now: noon}, keyOf(t)
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	older := open(t, path, Options{Clock: clock.Now, Version: "1.0.0", Key: key})
	start := Entry{Kind: "start", Actor: evidence.Actor{Name: "ada@node-1"}, Body: []byte(`{}`)}
	epoch, ids, err := older.Lead(ctx, evidence.Actor{Name: "ada@node-1"}, start)
	require.NoError(t, err)
	require.EqualValues(t, 1, epoch)
	require.Len(t, ids, 1)
	require.NoError(t, older.Leading(ctx))
	require.NoError(t, older.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, older.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{user("ada", true)}))
	assess(t, older, assessment(clock.Add(time.Minute), finding("ada", soc2.Pass)))
	pulled := pullOf(clock.Add(time.Minute), usersFeed, userPopulation) // read before, to be kept after
	late := openView(t, older)

	newer := open(t, path, Options{Clock: clock.Now, Version: "1.1.0", Key: key})
	took := clock.Add(time.Minute)
	epoch, _, err = newer.Lead(ctx, evidence.Actor{Name: "ada@node-2"})
	require.NoError(t, err)
	require.EqualValues(t, 2, epoch)
	drifted := assessment(clock.Add(time.Minute), finding("ada", soc2.Fail))
	drifted.Drift = []soc2.Drift{{
		At: drifted.At, Change: soc2.Opened, Cause: soc2.CauseSystem, Control: "users-have-mfa", Check: "user-mfa",
		Resource: user("ada", true).Resource, From: soc2.Pass, To: soc2.Fail, Severity: soc2.High,
	}}
	assess(t, newer, drifted)
	before := dump(t, newer, "SELECT * FROM commit_log")
	signatures := number(t, newer, "SELECT COUNT(*) FROM checkpoint")

	_, append1 := older.Append(ctx, start)
	_, sign := older.Sign(ctx)
	_, assessed := late.Commit(ctx, drifted, nil)
	for what, err := range map[string]error{
		"plan": older.CommitPlan(ctx, plan(noon)), "pull": older.CommitPull(ctx, pulled, []evidence.Fact{user("ada", false)}),
		"record": append1, "signature": sign, "assessment": assessed, "asked": older.Leading(ctx),
	} {
		f := fenced(t, err)
		require.Equal(t, FencedError{Epoch: 1, Now: 2, By: evidence.Actor{Name: "ada@node-2"}, At: took, Version: "1.1.0"}, *f, what)
	}
	require.ErrorContains(t, assessed,
		"ada@node-2 took the store over from this controlwatch at 2026-03-31T12:04:00Z (epoch 2, after 1; version 1.1.0): nothing more is kept by this one; stop it")
	require.Equal(t, before, dump(t, newer, "SELECT * FROM commit_log"))
	require.Equal(t, signatures, number(t, newer, "SELECT COUNT(*) FROM checkpoint"))
	require.EqualValues(t, 1, number(t, newer, "SELECT COUNT(*) FROM drift"), "no drift is kept twice")

	scan := open(t, path, Options{Clock: clock.Now, Version: "1.0.0", Key: key})
	_, err = scan.Append(ctx, start)
	require.NoError(t, err, "what runs once writes beside whoever leads")
	require.NoError(t, newer.Leading(ctx))
	_, err = newer.Append(ctx, start)
	require.NoError(t, err, "and does not fence it out")
	_, err = newer.Sign(ctx)
	require.NoError(t, err)
	verifiedOpen(t, newer)
	require.EqualValues(t, 2, number(t, newer, "SELECT epoch FROM commit_log ORDER BY seq DESC LIMIT 1"))
}

// An older release that has the store open knows nothing of epochs: its statement is
// the one below.
func TestAnOlderReleaseIsFencedToo(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	const older = "INSERT INTO commit_log (seq, at, epoch, kind, version) VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM commit_log), 0, 0, 'entry', 'old')"
	_, err := s.writer.ExecContext(ctx, older)
	require.NoError(t, err, "nobody took anything over yet")
	clock.Add(time.Minute)
	_, _, err = s.Lead(ctx, evidence.Program)
	require.NoError(t, err)
	_, err = s.writer.ExecContext(ctx, older)
	require.ErrorContains(t, err, "another controlwatch took this store over: stop this one, and run the release that wrote last")
}

// A volume is put back from a snapshot under a daemon, and another daemon takes what
// is there over: its epoch has the number that the first one's has.
func TestAnEpochOfAnotherCopyIsAnother(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	clock := &testClock{now: noon}
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	s := open(t, path, Options{Clock: clock.Now, Version: "test"})
	require.NoError(t, s.CommitPlan(ctx, plan(noon)))
	copied := filepath.Join(t.TempDir(), "older.db")
	_, err := s.Backup(ctx, copied, evidence.Program, VerifyOptions{})
	require.NoError(t, err)
	epoch, _, err := s.Lead(ctx, evidence.Program)
	require.NoError(t, err)
	require.EqualValues(t, 1, epoch)

	other := open(t, copied, Options{Clock: clock.Now, Version: "test"})
	other.lead.Store(s.lead.Load()) // as if the file had been exchanged under it
	f := fenced(t, other.CommitPlan(ctx, plan(noon)))
	require.EqualValues(t, 0, f.Now)
	require.ErrorContains(t, f, "the store was exchanged under this controlwatch")
	another := open(t, copied, Options{Clock: clock.Now, Version: "test"})
	require.NoError(t, another.CommitPlan(ctx, plan(noon))) // so that even the number of the commit is the same
	epoch, _, err = another.Lead(ctx, evidence.Program)
	require.NoError(t, err)
	require.EqualValues(t, 1, epoch)
	f = fenced(t, other.CommitPlan(ctx, plan(noon)))
	require.EqualValues(t, 1, f.Now)
	require.ErrorContains(t, f, "the store was exchanged under this controlwatch")
	require.NoError(t, another.CommitPlan(ctx, plan(noon)))
	require.NoError(t, s.CommitPlan(ctx, plan(noon)))
}

// Of an older copy that is restored, the next daemon takes the next epoch, whatever
// the store that was lost had come to.
func TestARestoredCopyIsTakenOverAsItIs(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	clock := &testClock{now: noon}
	folder := t.TempDir()
	path, copied := filepath.Join(folder, "controlwatch.db"), filepath.Join(folder, "copy.db")
	s, err := Open(ctx, "sqlite:"+path, Options{Clock: clock.Now, Version: "test"})
	require.NoError(t, err)
	_, _, err = s.Lead(ctx, evidence.Program)
	require.NoError(t, err)
	_, err = s.Backup(ctx, copied, evidence.Program, VerifyOptions{})
	require.NoError(t, err)
	for range 3 {
		_, _, err = s.Lead(ctx, evidence.Program)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
	_, err = Restore(ctx, RestoreOptions{
		From: copied, Into: path, Replace: true, By: evidence.Actor{Name: "ada"}, Options: Options{Clock: clock.Now, Version: "test"},
	})
	require.NoError(t, err)
	s = open(t, path, Options{Clock: clock.Now, Version: "test"})
	epoch, _, err := s.Lead(ctx, evidence.Program)
	require.NoError(t, err)
	require.EqualValues(t, 2, epoch)
	verifiedOpen(t, s)
}

func TestAStoreFromBeforeEpochsIsTakenOver(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	newer, clock := filepath.Join(t.TempDir(), "controlwatch.db"), &testClock{now: noon}
	s, err := Open(ctx, "sqlite:"+newer, Options{Clock: clock.Now, Version: "test"})
	require.NoError(t, err)
	monthly(t, s, clock, 2)
	require.NoError(t, s.Close())
	s = open(t, olderStore(t, newer, 7), Options{Clock: clock.Now, Version: "test"})
	require.NoError(t, s.CommitPlan(ctx, plan(noon)))
	epoch, _, err := s.Lead(ctx, evidence.Program)
	require.NoError(t, err)
	require.EqualValues(t, 1, epoch)
	require.NoError(t, s.CommitPlan(ctx, plan(noon)))
	verifiedOpen(t, s)
}

func TestVerifyNamesTheCommitOfAFencedDaemon(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for what, change := range map[string]string{
		"commit 4: it was made under epoch 1, after epoch 2 had begun":                                   "UPDATE commit_log SET epoch = 1 WHERE seq = 4",
		"commit 4: epoch 3 begins with it, and it has no record of who took the store over":              "UPDATE commit_log SET epoch = 3 WHERE seq = 4",
		"commit 3: it says that epoch 2 begins, and is made under 1 as the one before":                   "UPDATE commit_log SET epoch = 1 WHERE seq > 2",
		"commit 3: epoch 2 begins with it, and it has no record of who took the store over; who made it": "DELETE FROM entry WHERE seq = 3",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, _ := setup(t)
			_, _, err := s.Lead(ctx, evidence.Program)
			require.NoError(t, err)
			require.NoError(t, s.CommitPlan(ctx, plan(noon)))
			_, _, err = s.Lead(ctx, evidence.Program)
			require.NoError(t, err)
			require.NoError(t, s.CommitPlan(ctx, plan(noon)))
			verifiedOpen(t, s)
			for _, trigger := range []string{"commit_log_no_update", "entry_no_delete"} {
				_, err = s.writer.ExecContext(ctx, "DROP TRIGGER "+trigger)
				require.NoError(t, err)
			}
			_, err = s.writer.ExecContext(ctx, change)
			require.NoError(t, err)
			v, err := s.Verify(ctx, VerifyOptions{Fast: true})
			require.NoError(t, err)
			var said []string
			for _, p := range v.Problems {
				said = append(said, p.Error())
			}
			require.Condition(t, func() bool {
				for _, p := range said {
					if len(p) >= len(what) && p[:len(what)] == what {
						return true
					}
				}
				return false
			}, "%q in %q", what, said)
		})
	}
}

// Whatever daemons do in whichever order, only the one that took the store over last
// commits, and the epochs of commits never go back.
func TestOnlyTheLastLeaderCommits(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(folder, strconv.Itoa(run)+".db")
		clock := &testClock{now: noon}
		daemons := make([]*Store, 3)
		for i := range daemons {
			s, err := Open(t.Context(), "sqlite:"+path, Options{Clock: clock.Now, Version: "test", Ephemeral: true})
			require.NoError(rt, err)
			defer s.Close()
			daemons[i] = s
		}
		led, newest := map[int]bool{}, -1
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			who := rapid.IntRange(0, len(daemons)-1).Draw(rt, "who")
			if rapid.Bool().Draw(rt, "takes over") {
				_, _, err := daemons[who].Lead(t.Context(), evidence.Program)
				require.NoError(rt, err)
				led[who], newest = true, who
				continue
			}
			err := daemons[who].CommitPlan(t.Context(), plan(clock.Add(time.Minute)))
			var f *FencedError
			require.Equal(rt, led[who] && who != newest, errors.As(err, &f), "%v", err)
			if f == nil {
				require.NoError(rt, err)
			}
		}
		v, err := daemons[0].Verify(t.Context(), VerifyOptions{})
		require.NoError(rt, err)
		require.Empty(rt, v.Problems)
		for i := range daemons {
			require.NoError(rt, daemons[i].Close())
		}
		require.NoError(rt, os.Remove(path))
	})
}
