package store

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// LockScheduler makes this process the only one that schedules pulls into the
// store, until release. A second one is refused and told the first one's process
// id. Commands that run once need no lock: they may write beside a scheduler.
//
// The lock ends with the process, however it ends; the file stays.
func (s *Store) LockScheduler() (release func() error, err error) {
	path := s.path + ".lock"
	lock := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, s.explain("lock "+path, err)
	}
	if !locked {
		return nil, fmt.Errorf("another controlwatch%s already runs on %s: stop it, or give this one another --store", holder(path), s.path)
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		lock.Unlock() //nolint:errcheck // the first error tells more
		return nil, s.explain("write "+path, err)
	}
	return func() error {
		if err := os.Truncate(path, 0); err != nil {
			lock.Unlock() //nolint:errcheck // the first error tells more
			return s.explain("empty "+path, err)
		}
		return lock.Unlock()
	}, nil
}

// Scheduler says whether a process schedules pulls into the store now, and names
// it as far as it is known: " (process 123)".
func (s *Store) Scheduler() (who string, running bool, err error) {
	path := s.path + ".lock"
	lock := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	free, err := lock.TryRLock()
	if err != nil {
		return "", false, s.explain("look at "+path, err)
	}
	if !free {
		return holder(path), true, nil
	}
	return "", false, lock.Unlock()
}

// holder names the process in a lock file; nothing if it has not written itself yet.
func holder(path string) string {
	text, err := os.ReadFile(path)
	pid := strings.TrimSpace(string(text))
	if err != nil || pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}
