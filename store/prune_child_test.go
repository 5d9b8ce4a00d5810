package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// longAfter is when there is much to prune.
var longAfter = noon.Add(400 * day)

// pruneUntilKilled prunes once. It kills itself when a number of bodies is pruned
// and a number of microseconds went by, unless it is done before.
func pruneUntilKilled(args []string) (err error) {
	bodies, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	micros, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	s, err := Open(context.Background(), "sqlite:"+args[0], Options{Clock: func() time.Time { return longAfter }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, err = s.Prune(context.Background(), PruneOptions{Retention: Retention{Keep: 90 * day}, Progress: func(stage string, done, _ int64) {
		if stage != "pruning" {
			return
		}
		fmt.Println(done) //nolint:forbidigo // the parent reads it
		if done >= bodies {
			time.AfterFunc(time.Duration(micros)*time.Microsecond, func() {
				if self, err := os.FindProcess(os.Getpid()); err == nil {
					self.Kill()
				}
			})
		}
	}})
	return err
}

func TestKilledWhileItPrunes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	clock := &testClock{now: noon}
	options := Options{Clock: clock.Now, Version: "test", Ephemeral: true}
	s, err := Open(ctx, "sqlite:"+path, options)
	require.NoError(t, err)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	for n := range 13 { // a generation has 100 facts
		facts := make([]evidence.Fact, 0, 1000)
		for i := range 1000 {
			f := user("u"+strconv.Itoa(i), true)
			f.Body.(*evidence.User).Roles = []string{strconv.Itoa(n)}
			facts = append(facts, f)
		}
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(30*day), usersFeed, userPopulation), facts))
	}
	assess(t, s, assessment(clock.Add(time.Minute), finding("u1", soc2.Pass)))
	clock.Add(longAfter.Sub(clock.Now()))
	want := snapshot(t, s, longAfter)
	before := number(t, s, "SELECT COUNT(*) FROM blob")
	require.NoError(t, s.Close())

	last, killed := int64(0), 0
	for attempt := 0; ; attempt++ {
		require.Less(t, attempt, 60)
		cmd := command(t, "prune", path, "1000", strconv.Itoa(attempt*1700))
		lines := started(t, cmd)
		reported := 0
		for lines.Scan() {
			reported, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
		}
		ended := cmd.Wait()
		s, err := Open(ctx, "sqlite:"+path, options)
		require.NoError(t, err)
		v := verifiedOpen(t, s)
		now := number(t, s, "SELECT COUNT(*) FROM blob WHERE length(body) = 0")
		require.Equal(t, now, number(t, s, "SELECT COUNT(*) FROM tombstone"), "a body is gone where a tombstone says so, and nowhere else")
		require.GreaterOrEqual(t, now, last+int64(reported), "what was reported is done")
		if now > 0 {
			require.Equal(t, now, v.Pruned[0].Bodies)
		}
		require.Equal(t, before, number(t, s, "SELECT COUNT(*) FROM blob WHERE id <= "+strconv.FormatInt(before, 10)))
		require.Equal(t, want.Facts, snapshot(t, s, longAfter).Facts)
		require.NoError(t, s.Close())
		last = now
		if ended == nil {
			break
		}
		require.ErrorContains(t, ended, "killed")
		killed++
	}
	require.Positive(t, killed)
	require.Greater(t, last, int64(8000))
}
