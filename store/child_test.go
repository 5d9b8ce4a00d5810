package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/soc2"
)

// childVariable names, in the environment of a test binary run as a child
// process, what the child does.
const childVariable = "CONTROLWATCH_STORE_TEST_CHILD"

var children = map[string]func(args []string) error{
	"commit":   commitForEver,
	"schedule": scheduleUntilClosed,
	"open":     openOnce,
	"limited":  commitUnderLimit,
	"prune":    pruneUntilKilled,
}

// command is the test binary, told to do one of the things above.
func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), childVariable+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}

// started is a running child and the lines it prints.
func started(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return bufio.NewScanner(out)
}

const generationSize = 100

// generation are facts that all carry the same number, so that a mix shows.
func generation(n int) []evidence.Fact {
	facts := make([]evidence.Fact, generationSize)
	for i := range facts {
		facts[i] = user("u"+strconv.Itoa(i), true)
		facts[i].Body.(*evidence.User).Roles = []string{strconv.Itoa(n)}
	}
	return facts
}

// commitForEver commits one generation after another into the feed of a region,
// from a number on, until a number. It prints what it has committed. Given a
// number of percent, it kills itself when it has been at it for that part of the
// time that the first generation took: anywhere, whatever the machine's speed.
func commitForEver(args []string) (err error) {
	path, region := args[0], args[1]
	numbers := make([]int, 3)
	for i, text := range args[2:] {
		var err error
		if numbers[i], err = strconv.Atoi(text); err != nil {
			return err
		}
	}
	from, to, percent := numbers[0], numbers[1], numbers[2]
	ctx := context.Background()
	fmt.Println("opening") //nolint:forbidigo // the parent reads it
	s, err := Open(ctx, "sqlite:"+path, Options{Clock: time.Now, Key: keyBeside(path)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	feed := usersFeed
	feed.Scope.Region = region
	for n := from; n <= to; n++ {
		began := time.Now()
		if err := s.CommitPull(ctx, pullOf(noon, feed, userPopulation), generation(n)); err != nil {
			return err
		}
		a := assessment(noon)
		state := soc2.FindingState{
			Key:      soc2.FindingKey{Control: region, Check: "n", Resource: evidence.Key{ID: region}},
			Resource: evidence.Resource{ID: region}, Inputs: strconv.Itoa(n), FirstSeen: noon, LastChanged: noon,
		}
		v, err := s.View(ctx, noon, nil)
		if err != nil {
			return err
		}
		v.Keep(state.Resource, []soc2.FindingState{state})
		if _, err := v.Commit(ctx, a, nil); err != nil {
			return errors.Join(err, v.Close())
		}
		if _, err := s.Sign(ctx); err != nil {
			return err
		}
		fmt.Println(n) //nolint:forbidigo // the parent reads it
		if n == from && percent > 0 {
			time.AfterFunc(time.Since(began)*time.Duration(percent)/100, func() {
				if self, err := os.FindProcess(os.Getpid()); err == nil {
					self.Kill()
				}
			})
		}
	}
	return nil
}

// scheduleUntilClosed holds the scheduler's lock until its input ends.
func scheduleUntilClosed(args []string) error {
	s, err := Open(context.Background(), "sqlite:"+args[0], Options{Clock: time.Now})
	if err != nil {
		return err
	}
	if _, err := s.LockScheduler(); err != nil {
		return err
	}
	fmt.Println(os.Getpid()) //nolint:forbidigo // the parent reads it
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// openOnce opens and closes a store and prints what went wrong.
func openOnce(args []string) error {
	s, err := Open(context.Background(), "sqlite:"+args[0], Options{Clock: time.Now})
	if err != nil {
		fmt.Println(err) //nolint:forbidigo // the parent reads it
		return nil
	}
	return s.Close()
}

// keyBeside is the key in a file beside the store, if there is one.
func keyBeside(path string) KeySource {
	if _, err := os.Stat(path + ".key"); err != nil {
		return nil
	}
	return func(context.Context, string) (Signer, error) { return checkpoint.ReadFile(path + ".key") }
}

// kills is how often TestKilledAtAnyMoment kills a program that writes.
const kills = 200

func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	_, secret, err := checkpoint.Generate("")
	require.NoError(t, err)
	require.NoError(t, checkpoint.WriteFile(path+".key", secret))
	next := 1
	random := rand.New(rand.NewPCG(7, 4)) // a test that repeats
	for range kills {
		since := time.Now()
		percent := 5 + random.IntN(240)
		cmd := command(t, "commit", path, "killed", strconv.Itoa(next), "1000000", strconv.Itoa(percent))
		lines := started(t, cmd)
		reported := next - 1
		for lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				reported = n
			}
		}
		require.ErrorContains(t, cmd.Wait(), "killed")

		s, err := Open(ctx, "sqlite:"+path, Options{Clock: time.Now, Key: keyBeside(path)})
		require.NoError(t, err)
		requireVerified(t, s, VerifyOptions{Since: since})
		next = 1 + requireWhole(t, s, reported)
		require.NoError(t, s.Close())
	}
	require.Greater(t, next, kills, "every child committed")
	s := open(t, path, Options{Clock: time.Now, Key: keyBeside(path)})
	require.NoError(t, s.Check(ctx))
	requireVerified(t, s, VerifyOptions{})
}

func requireVerified(t *testing.T, s *Store, o VerifyOptions) {
	t.Helper()
	v, err := s.Verify(t.Context(), o)
	require.NoError(t, err)
	require.Empty(t, v.Problems)
}

// requireWhole checks that every pull is there whole or not at all and that
// nothing reported as committed is lost. It gives the newest generation.
func requireWhole(t *testing.T, s *Store, reported int) int {
	t.Helper()
	ctx := t.Context()
	newest := int(number(t, s, "SELECT COUNT(*) FROM pull"))
	require.GreaterOrEqual(t, newest, reported, "nothing committed is lost")
	require.LessOrEqual(t, newest, reported+1)
	require.EqualValues(t, newest*generationSize, number(t, s, "SELECT COUNT(*) FROM fact_change"), "every pull is whole")

	feed := usersFeed
	feed.Scope.Region = "killed"
	p := plan(noon, planned(feed, userPopulation))
	p.Source = "check"
	require.NoError(t, s.CommitPlan(ctx, p))
	snap, err := s.Snapshot(ctx, time.Now(), map[string]time.Duration{"check": 0})
	require.NoError(t, err)
	if newest > 0 {
		require.Len(t, snap.Facts, generationSize)
	}
	for _, f := range snap.Facts {
		require.Equal(t, []string{strconv.Itoa(newest)}, f.Body.(*evidence.User).Roles)
	}
	for _, state := range statesOf(t, s) {
		require.Contains(t, []string{strconv.Itoa(newest), strconv.Itoa(newest - 1)}, state.Inputs)
	}
	return newest
}

func TestKilledWhileItCreatesTheStore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for range 5 {
		path := filepath.Join(t.TempDir(), "controlwatch.db")
		cmd := command(t, "commit", path, "killed", "1", "1", "0")
		require.True(t, started(t, cmd).Scan())
		require.NoError(t, cmd.Process.Kill())
		cmd.Wait() // killed or done, as it came

		s, err := Open(ctx, "sqlite:"+path, Options{Clock: time.Now})
		require.NoError(t, err)
		require.NoError(t, s.Check(ctx))
		require.NoError(t, s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), generation(1)))
		require.NoError(t, s.Close())
	}
}

func TestTwoPrograms(t *testing.T) {
	t.Parallel()

	t.Run("commit into one store at the same time", func(t *testing.T) {
		t.Parallel()
		const each = 25
		path := filepath.Join(t.TempDir(), "data", "controlwatch.db")
		var programs []*exec.Cmd
		for _, region := range []string{"daemon", "scan", "other"} { // all three create it
			cmd := command(t, "commit", path, region, "1", strconv.Itoa(each), "0")
			require.NoError(t, cmd.Start())
			programs = append(programs, cmd)
		}
		for _, cmd := range programs {
			require.NoError(t, cmd.Wait())
		}
		s := open(t, path, Options{Clock: time.Now})
		require.NoError(t, s.Check(t.Context()))
		require.EqualValues(t, 3*each, number(t, s, "SELECT COUNT(*) FROM pull"))
		require.EqualValues(t, 3*each, number(t, s, "SELECT COUNT(*) FROM assessment"))
		require.EqualValues(t, 6*each, number(t, s, "SELECT MAX(seq) FROM commit_log"), "no number is skipped or given twice")
		require.EqualValues(t, 3*each*generationSize, number(t, s, "SELECT COUNT(*) FROM fact_change"))
		states := statesOf(t, s)
		require.Len(t, states, 3)
		for _, state := range states {
			require.Equal(t, strconv.Itoa(each), state.Inputs)
		}
	})

	t.Run("cannot both schedule", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "controlwatch.db")
		cmd := command(t, "schedule", path)
		_, err := cmd.StdinPipe() // never closed: it holds the lock until it is killed
		require.NoError(t, err)
		lines := started(t, cmd)
		require.True(t, lines.Scan())

		s := open(t, path, Options{Clock: time.Now})
		_, err = s.LockScheduler()
		require.EqualError(t, err, fmt.Sprintf("another controlwatch (process %d) already runs on %s: stop it, or give this one another --store",
			cmd.Process.Pid, path))
		require.NoError(t, s.CommitPlan(t.Context(), plan(noon)), "a scan writes beside it")

		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
		release, err := s.LockScheduler()
		require.NoError(t, err, "a killed scheduler leaves no lock")
		_, err = s.LockScheduler()
		require.ErrorContains(t, err, fmt.Sprintf("(process %d)", os.Getpid()), "not even the same program twice")
		require.NoError(t, release())
		again, err := s.LockScheduler()
		require.NoError(t, err)
		require.NoError(t, again())
	})
}
