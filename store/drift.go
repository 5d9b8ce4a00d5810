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
		}, `SELECT control, change, cause, COUNT(*) FROM drift
			GROUP BY control, change, cause ORDER BY control, change, cause`)
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
		}, `SELECT d.at, d.change, d.cause, d.control, d.check_id,
				r.provider, r.account, r.region, r.kind, r.ref, d.type, d.name, d.outcome_from, d.outcome_to, d.gone, d.severity`+calledColumns+`
			FROM drift d JOIN resource r ON r.id = d.resource`+calledAs("d")+`
			WHERE d.at >= $1 ORDER BY d.seq DESC, d.ord LIMIT $2`, micros(since), limit)
	})
	return drift, err
}

func scanDrift(rows *sql.Rows) (soc2.Drift, error) { return scanDriftOf(rows) }

func scanDriftOf(rows scanner) (soc2.Drift, error) {
	var d soc2.Drift
	var at int64
	var from, to, severity string
	var name storedName
	r := &d.Resource
	err := rows.Scan(&at, &d.Change, &d.Cause, &d.Control, &d.Check,
		&r.Provider, &r.Account, &r.Region, &r.Kind, &r.ID, &r.Type, &r.Name, &from, &to, &d.Gone, &severity, &name.digest, &name.body)
	if err != nil {
		return d, err
	}
	d.At = fromMicros(at)
	if err := name.into(&r.Name); err != nil {
		return d, err
	}
	d.Severity, err = severityOf(severity)
	return d, errors.Join(err, d.From.UnmarshalText([]byte(from)), d.To.UnmarshalText([]byte(to)))
}

// noted says whether drift is in the store already: the finding's newest state is
// not what the drift starts from, but what it leads to. That is so where another
// program assessed the same evidence after this one read the states.
func (c *commit) noted(ctx context.Context, d soc2.Drift, resource int64) (bool, error) {
	row, known, err := c.newestStates(ctx, resource)
	if err != nil || !known || d.From == d.To {
		return false, err
	}
	states, err := c.unpack(ctx, d.Resource, row)
	if err != nil {
		return false, err
	}
	for _, s := range states {
		if s.Key.Control != d.Control || s.Key.Check != d.Check {
			continue
		}
		if d.Gone {
			return s.Gone, nil
		}
		return s.Outcome == d.To && !s.Gone && s.Waiting.Looks == 0, nil // the other may have let it wait
	}
	return false, nil
}

// drift appends what differs from last time. raced says that another assessment
// was made since the states were read.
func (c *commit) drift(ctx context.Context, all []soc2.Drift, raced bool) error {
	ord := 0
	for _, d := range all {
		resource, err := c.resource(ctx, d.Resource.Key())
		if err != nil {
			return err
		}
		if raced {
			if noted, err := c.noted(ctx, d, resource); err != nil || noted {
				if err != nil {
					return err
				}
				continue
			}
		}
		if err := c.call(ctx, resource, d.Resource.Name); err != nil {
			return err
		}
		err = c.exec(ctx, `INSERT INTO drift (seq, ord, at, change, cause, control, check_id, resource, type, name, outcome_from, outcome_to, gone, severity)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			c.seq, ord, micros(d.At), string(d.Change), string(d.Cause), d.Control, d.Check, resource, d.Resource.Type, "",
			d.From.String(), d.To.String(), d.Gone, severityText(d.Severity))
		if err != nil {
			return err
		}
		ord++
	}
	return nil
}

func severityText(s soc2.Severity) string {
	if s == 0 {
		return ""
	}
	return s.String()
}

func severityOf(text string) (soc2.Severity, error) {
	if text == "" {
		return 0, nil
	}
	return soc2.ParseSeverity(text)
}
