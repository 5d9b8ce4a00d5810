package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

func newestCommit(ctx context.Context, tx session) (seq int64, err error) {
	err = tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM commit_log").Scan(&seq)
	return seq, err
}

// commitAt gives the number of the newest commit that counts at a time; 0 if none does.
//
// It is the newest commit, by number, that is stamped no later: everything before
// it is in, whatever its stamp, because commits are ordered by number and a stamp
// can only be wrong. Commits after it that are stamped later than the clock shows
// now cannot be from the future: the clock was set back since. If nothing else
// comes after, they are in as well, so that setting a clock back hides nothing.
func (s *Store) commitAt(ctx context.Context, tx session, at time.Time) (int64, error) {
	var seq int64
	err := tx.row(ctx, "SELECT seq FROM commit_log WHERE at <= $1 ORDER BY seq DESC LIMIT 1", micros(at)).Scan(&seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	var later bool
	err = tx.row(ctx, "SELECT EXISTS (SELECT 1 FROM commit_log WHERE seq > $1 AND at <= $2)",
		seq, micros(s.options.Clock())).Scan(&later)
	if err != nil || later {
		return seq, err
	}
	return newestCommit(ctx, tx)
}
