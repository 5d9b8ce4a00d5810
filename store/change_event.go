package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// LoggedChanges are the entries of providers' event logs that the newest pulls state.
func (s *Store) LoggedChanges(ctx context.Context) (all []soc2.LoggedChange, err error) {
	err = s.read(ctx, "read the providers' event logs", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var digest, body sql.RawBytes
			if err := rows.Scan(&digest, &body); err != nil {
				return err
			}
			b := stored{digest: digest, body: body}
			if err := b.verify("an entry of an event log"); err != nil {
				if _, pruned := tx.pruned(ctx, err); pruned {
					return nil
				}
				return err
			}
			f, err := evidence.DecodeFactOf("ChangeEvent", body)
			if err != nil {
				return err
			}
			if c, ok := soc2.LoggedChangeOf(f); ok {
				all = append(all, c)
			}
			return nil
		}, `SELECT b.digest, b.body FROM resource r CROSS JOIN fact_current c CROSS JOIN blob b
			WHERE r.kind = 'ChangeEvent' AND c.resource = r.id AND b.id = c.blob`)
	})
	return all, err
}

// ChangedBetween is between which moments a resource came to be as it was at a
// commit: the start of the last pull before that saw its whole list, and the end of
// the one that first saw it so. False: nothing was looked at before, or it is not known.
func (s *Store) ChangedBetween(ctx context.Context, k evidence.Key, at int64) (from, to time.Time, known bool, err error) {
	err = s.read(ctx, "read when a resource changed", func(tx session) error {
		var population, seq, finished int64
		err := tx.row(ctx, `SELECT c.population, c.seq, p.finished_at FROM resource r CROSS JOIN fact_change c CROSS JOIN pull p
			WHERE r.provider = $1 AND r.account = $2 AND r.region = $3 AND r.kind = $4 AND r.ref = $5
			AND c.resource = r.id AND p.seq = c.seq AND c.seq <= $6 ORDER BY c.seq DESC LIMIT 1`,
			k.Provider, k.Account, k.Region, string(k.Kind), k.ID, at).Scan(&population, &seq, &finished)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var started sql.NullInt64
		err = tx.row(ctx, `SELECT p.started_at FROM pull_population c JOIN pull p ON p.seq = c.seq
			WHERE c.population = $1 AND c.seq < $2 AND c.complete ORDER BY c.seq DESC LIMIT 1`, population, seq).Scan(&started)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		from, to, known = fromMicros(started.Int64), fromMicros(finished), err == nil
		return err
	})
	return from, to, known, err
}
