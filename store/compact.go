package store

import (
	"context"
	"fmt"
)

// Compact writes the file anew without what is free in it, and says by how much it
// shrank. Others cannot write meanwhile; it takes as much room again as the store.
func (s *Store) Compact(ctx context.Context) (freed int64, err error) {
	const what = "compact"
	if who, running, err := s.Scheduler(); err != nil || running {
		if err == nil {
			err = fmt.Errorf("a daemon%s keeps %s: stop it first, it could not write meanwhile", who, s.path)
		}
		return 0, err
	}
	before, err := s.SizeBytes()
	if err != nil {
		return 0, err
	}
	for _, step := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := s.writer.ExecContext(ctx, step); err != nil {
			return 0, s.explain(what, err)
		}
	}
	after, err := s.SizeBytes()
	return before - after, err
}
