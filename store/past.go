package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Past opens the store as it was at a time, what was remembered of findings then
// included: View remembers the newest assessment, so that the next one can be
// compared with it. What is judged of a past view is for looking at; it is not
// meant to be committed.
func (s *Store) Past(ctx context.Context, at time.Time, sources map[string]time.Duration) (*View, error) {
	return s.view(ctx, &View{at: at, sources: sources, upTo: -1, judged: -1, asOf: true})
}

// newestAssessment is the number of the newest assessment a view knows; 0: there is none.
func (v *View) newestAssessment(ctx context.Context) (seq int64, err error) {
	if v.asOf {
		err = v.tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM assessment WHERE seq <= $1", v.upTo).Scan(&seq)
		return seq, err
	}
	err = v.tx.row(ctx, "SELECT COALESCE(MAX(seq), 0) FROM assessment").Scan(&seq)
	return seq, err
}

// Planned lists the sources that had a plan at a time, by name.
func (s *Store) Planned(ctx context.Context, at time.Time) ([]string, error) {
	var names []string
	err := s.read(ctx, "read which sources are planned", func(tx session) error {
		upTo, err := s.commitAt(ctx, tx, at)
		if err != nil {
			return err
		}
		return tx.each(ctx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		}, "SELECT DISTINCT source FROM plan WHERE seq <= $1 ORDER BY source", upTo)
	})
	return names, err
}

// Began is when the store's first commit was made, by the clock of the machine
// that made it; zero if there is none.
func (s *Store) Began(ctx context.Context) (at time.Time, err error) {
	err = s.read(ctx, "read the first commit", func(tx session) error {
		var micros sql.NullInt64
		err := tx.row(ctx, "SELECT at FROM commit_log ORDER BY seq LIMIT 1").Scan(&micros)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil && micros.Valid {
			at = fromMicros(micros.Int64)
		}
		return err
	})
	return at, err
}
