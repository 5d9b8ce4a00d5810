package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadOnly(t *testing.T) {
	t.Parallel()
	const hint = "the file and its folder must exist and be writable by this user; change that, or give another --store"

	for name, c := range map[string]struct {
		folder, file os.FileMode
		want         string
	}{
		"a folder that cannot be written": {0o555, 0o666, "open.lock: permission denied"},
		"a file that cannot be written":   {0o777, 0o444, "the file can only be read: permission denied"},
		"a file that cannot be read":      {0o777, 0o000, "unable to open database file"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // another user must get there
			path := filepath.Join(folder, "controlwatch.db")
			s, err := Open(t.Context(), "sqlite:"+path, Options{Clock: time.Now})
			require.NoError(t, err)
			require.NoError(t, s.Close())
			require.NoError(t, os.Remove(path+".open.lock"))
			require.NoError(t, os.Chmod(path, c.file))
			require.NoError(t, os.Chmod(folder, c.folder))

			out, err := asAnybody(command(t, "open", path)).Output()
			require.NoError(t, err)
			require.Contains(t, string(out), c.want)
			require.Contains(t, string(out), hint)
			require.NoError(t, os.Chmod(folder, 0o755)) // so that it can be removed
		})
	}
}

// asAnybody takes root's rights from a command: to root nothing is read-only.
func asAnybody(cmd *exec.Cmd) *exec.Cmd {
	if os.Geteuid() == 0 {
		cmd.Path = "/proc/self/exe" // the test binary lies in a folder of root's
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	return cmd
}

func TestDiskThatRefusesToGrow(t *testing.T) {
	t.Parallel()
	out, err := command(t, "limited", filepath.Join(t.TempDir(), "controlwatch.db")).Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "nothing of this was kept, what was committed before is")
}

// commitUnderLimit commits, is refused by the system half-way through a larger
// commit, and goes on when there is room again. It prints the refusal.
func commitUnderLimit(args []string) (err error) {
	signal.Ignore(syscall.SIGXFSZ)
	ctx := context.Background()
	clock := &testClock{now: noon}
	s, err := Open(ctx, "sqlite:"+args[0], Options{Clock: clock.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), numbered("u", 10, true)); err != nil {
		return err
	}
	var free syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
		return err
	}
	tight := free
	tight.Cur = 600 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
		return err
	}
	big := numbered("big", 3000, true)
	refusal := s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), big)
	if refusal == nil {
		return fmt.Errorf("a commit of %d users fitted into %d bytes", len(big), tight.Cur)
	}
	fmt.Println(refusal) //nolint:forbidigo // the parent reads it
	if err := s.Check(ctx); err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
		return err
	}
	if err := s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), big); err != nil {
		return fmt.Errorf("when there was room again: %w", err)
	}
	return s.Check(ctx)
}
