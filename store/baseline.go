package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/controlwatch/controlwatch/soc2"
)

// Baseline gives what the next assessment is compared with: when, by which judge
// and over which feeds the newest one was made, and every finding's state. It is
// nil before the first assessment.
func (s *Store) Baseline(ctx context.Context) (*soc2.Baseline, error) {
	var baseline *soc2.Baseline
	err := s.read(ctx, "read the last assessment", func(tx session) error {
		var seq, at int64
		var feeds stored
		var b soc2.Baseline
		err := tx.row(ctx, `SELECT a.seq, a.at, a.catalogue, a.parameters, a.engine, a.derive, b.digest, b.body
			FROM assessment a JOIN blob b ON b.id = a.feeds ORDER BY a.seq DESC LIMIT 1`,
		).Scan(&seq, &at, &b.Judge.Catalogue, &b.Judge.Parameters, &b.Judge.Engine, &b.Judge.Derive, &feeds.digest, &feeds.body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		b.At = fromMicros(at)
		if err := feeds.decode("feeds of assessment "+strconv.FormatInt(seq, 10), &b.Feeds); err != nil {
			return err
		}
		if b.States, err = findingStates(ctx, tx); err != nil {
			return err
		}
		baseline = &b
		return nil
	})
	return baseline, err
}
