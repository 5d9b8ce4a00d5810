package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// DriftTotal counts the drift of one control since the store began.
type DriftTotal struct {
	Control string
	Change  soc2.Change
	Cause   soc2.Cause
	Count   int64
}

// DriftTotals counts all drift by control, change and cause, in that order, so
// that counters go on where they were before a restart.
func (s *Store) DriftTotals(ctx context.Context) ([]DriftTotal, error) {
	var totals []DriftTotal
	err := s.read(ctx, "count drift", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var t DriftTotal
			err := rows.Scan(&t.Control, &t.Change, &t.Cause, &t.Count)
			totals = append(totals, t)
			return err
		}, `SELECT f.control, d.change, d.cause, COUNT(*)
			FROM drift d JOIN finding f ON f.id = d.finding
			GROUP BY f.control, d.change, d.cause ORDER BY f.control, d.change, d.cause`)
	})
	return totals, err
}

// DriftSince gives the newest drift noted at a time or later, newest first, at
// most limit of it.
func (s *Store) DriftSince(ctx context.Context, since time.Time, limit int) ([]soc2.Drift, error) {
	var drift []soc2.Drift
	err := s.read(ctx, "read drift", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			d, err := scanDrift(rows)
			drift = append(drift, d)
			return err
		}, `SELECT d.at, d.change, d.cause, f.control, f.check_id,
				r.provider, r.account, r.region, r.kind, r.ref, d.type, d.name, d.outcome_from, d.outcome_to, d.gone, d.severity
			FROM drift d JOIN finding f ON f.id = d.finding JOIN resource r ON r.id = f.resource
			WHERE d.at >= $1 ORDER BY d.seq DESC, d.ord LIMIT $2`, micros(since), limit)
	})
	return drift, err
}

func scanDrift(rows *sql.Rows) (soc2.Drift, error) {
	var d soc2.Drift
	var at int64
	var from, to, severity string
	r := &d.Resource
	err := rows.Scan(&at, &d.Change, &d.Cause, &d.Control, &d.Check,
		&r.Provider, &r.Account, &r.Region, &r.Kind, &r.ID, &r.Type, &r.Name, &from, &to, &d.Gone, &severity)
	if err != nil {
		return d, err
	}
	d.At = fromMicros(at)
	d.Severity, err = severityOf(severity)
	return d, errors.Join(err, d.From.UnmarshalText([]byte(from)), d.To.UnmarshalText([]byte(to)))
}

// noted is drift and the finding it is of.
type noted struct {
	finding int64
	drift   soc2.Drift
}

// newDrift leaves out drift that is in the store already: the finding's newest
// state is not what the drift starts from, but what it leads to. That is so where
// another program assessed the same evidence after this one read the states.
func (c *commit) newDrift(ctx context.Context, all []soc2.Drift) ([]noted, error) {
	var fresh []noted
	for _, d := range all {
		key := soc2.FindingKey{Control: d.Control, Check: d.Check, Resource: d.Resource.Key()}
		finding, _, err := c.finding(ctx, key)
		if err != nil {
			return nil, err
		}
		last, known, err := c.lastState(ctx, finding)
		if err != nil {
			return nil, err
		}
		arrived := last.outcome == d.To.String() && !last.gone
		if d.Gone {
			arrived = last.gone
		}
		if known && arrived && d.From != d.To {
			continue
		}
		fresh = append(fresh, noted{finding, d})
	}
	return fresh, nil
}

func (c *commit) drift(ctx context.Context, all []noted) error {
	for i, n := range all {
		d := n.drift
		err := c.exec(ctx, `INSERT INTO drift (seq, ord, at, change, cause, finding, type, name, outcome_from, outcome_to, gone, severity)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			c.seq, i, micros(d.At), string(d.Change), string(d.Cause), n.finding, d.Resource.Type, d.Resource.Name,
			d.From.String(), d.To.String(), d.Gone, severityText(d.Severity))
		if err != nil {
			return err
		}
	}
	return nil
}
