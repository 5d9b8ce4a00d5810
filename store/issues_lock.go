package store

import (
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

// LockIssues makes this process the only one that keeps issues for the store's
// gaps, until release: two that look at once would each create what is missing.
// The lock ends with the process, however it ends; the file stays.
func (s *Store) LockIssues() (release func() error, err error) {
	path := s.path + ".issues.lock"
	lock := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, s.explain("lock "+path, err)
	}
	if !locked {
		return nil, fmt.Errorf("another controlwatch is at the issues of the gaps of %s: try again when it is done", s.path)
	}
	return lock.Unlock, nil
}
