package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// onDisk says whether a store's file, or its write-ahead log, has a word.
func onDisk(t *testing.T, path, word string) bool {
	t.Helper()
	for _, file := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

func TestErase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const secret = "ada-role-that-tells-who-she-is"
	ada := evidence.Actor{Name: "Ada Lovelace"}
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	clock := &testClock{now: noon}
	s, err := Open(ctx, "sqlite:"+path, Options{Clock: clock.Now, Version: "test", Key: keyOf(t)})
	require.NoError(t, err)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	for n := range 3 {
		f := user("ada", true)
		f.Body.(*evidence.User).Roles = []string{secret, fmt.Sprint(n)}
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{f, user("bob", true)}))
	}
	there := clock.Now()
	ask := Erasure{Resource: "ada", Reason: "request 17", By: grace, ApprovedBy: ada}
	for name, c := range map[string]struct {
		change func(*Erasure)
		says   string
	}{
		"while it is there":       {func(*Erasure) {}, "it is still there as of pull p5, and the next would bring it back"},
		"by one person":           {func(e *Erasure) { e.ApprovedBy = evidence.Actor{Name: "grace hopper"} }, "cannot both ask for it and approve it"},
		"without anybody's word":  {func(e *Erasure) { e.ApprovedBy = evidence.Actor{} }, "it needs who asks for it and who approves it"},
		"without a reason":        {func(e *Erasure) { e.Reason = " " }, "it needs a resource and a reason"},
		"of nothing that is kept": {func(e *Erasure) { e.Resource = "eve" }, "no resource has this id"},
		"of another provider's":   {func(e *Erasure) { e.Provider = "okta" }, "no resource has this id"},
	} {
		e := ask
		c.change(&e)
		_, err := s.Erase(ctx, e)
		require.ErrorContains(t, err, c.says, name)
	}
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("bob", true)}))
	hold, err := s.SetHold(ctx, soc2.Interval{From: there, To: there.Add(time.Hour)}, "a case", grace)
	require.NoError(t, err)
	_, err = s.Erase(ctx, ask)
	require.ErrorContains(t, err, "the version of pull p5 is held: hold "+hold+": a case")
	require.NoError(t, s.ReleaseHold(ctx, hold, "settled", ada))
	require.True(t, onDisk(t, path, secret))

	done, err := s.Erase(ctx, ask)
	require.NoError(t, err)
	require.EqualValues(t, 3, done.Bodies)
	require.EqualValues(t, 1, done.Resources)
	require.Zero(t, done.Shared)
	require.False(t, onDisk(t, path, secret), "the bytes are overwritten")
	v := verifiedOpen(t, s)
	require.Equal(t, "erased, record "+done.ID, v.Pruned[0].Rule)

	past := snapshot(t, s, there)
	require.Len(t, past.Facts, 1, "the others read as before")
	require.Equal(t, "bob", past.Facts[0].Resource.ID)
	hole, ok := past.Feeds[0].HoleAt(userPopulation.Type, there)
	require.True(t, ok, "the list of then is not whole any more")
	require.Contains(t, hole.Detail, `what was known of 1 of its resources was pruned on 2026-04-04 by the rule "erased, record `+done.ID)
	_, ok = snapshot(t, s, clock.Now()).Feeds[0].HoleAt(userPopulation.Type, clock.Now())
	require.False(t, ok, "the list of now is")
	_, err = s.Erase(ctx, ask)
	require.ErrorContains(t, err, "there is nothing to erase")

	// It comes back when it is collected again, and is no secret then.
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("ada", true), user("bob", true)}))
	require.Equal(t, map[string]bool{"ada": true, "bob": true}, users(t, snapshot(t, s, clock.Now())))
	require.NoError(t, s.Close())
}

// What no source looks at any more is erased even though nothing says that it is
// gone, and does not read as whole when a source looks again.
func TestEraseWhatIsNotLookedAtAnyMore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("ada", true), user("bob", true)}))
	require.NoError(t, s.CommitPlan(ctx, plan(clock.Add(day))))
	_, err := s.Erase(ctx, Erasure{Resource: "ada", Reason: "request 17", By: grace, ApprovedBy: evidence.Actor{Name: "Ada"}})
	require.NoError(t, err)
	verifiedOpen(t, s)
	require.NoError(t, s.CommitPlan(ctx, plan(clock.Add(time.Hour), planned(usersFeed, userPopulation))))
	snap := snapshot(t, s, clock.Now())
	require.Equal(t, map[string]bool{"bob": true}, users(t, snap))
	_, hole := snap.Feeds[0].HoleAt(userPopulation.Type, clock.Now())
	require.True(t, hole)
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Hour), usersFeed, userPopulation), []evidence.Fact{user("ada", true), user("bob", true)}))
	snap = snapshot(t, s, clock.Now())
	require.Equal(t, map[string]bool{"ada": true, "bob": true}, users(t, snap))
	_, hole = snap.Feeds[0].HoleAt(userPopulation.Type, clock.Now())
	require.False(t, hole)
	verifiedOpen(t, s)
}
