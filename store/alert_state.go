package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// AlertRow is something remembered of alerts, whose form is its writer's.
type AlertRow struct {
	ID   string
	Kind string // alert or incident
	Body []byte
}

const (
	markRow  = "mark"
	markKind = "mark"
)

// ErrAlertsMoved says that alerts, or the notices they were to replace, are not as
// they were read: read them again.
var ErrAlertsMoved = errors.New("the store's alerts were changed meanwhile")

// AlertState gives all that is remembered of alerts, and the commit of the
// assessment up to which drift was made into alerts; 0: none ever was.
func (s *Store) AlertState(ctx context.Context) (mark int64, all []AlertRow, err error) {
	err = s.read(ctx, "read alerts", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var row AlertRow
			if err := rows.Scan(&row.ID, &row.Kind, &row.Body); err != nil {
				return err
			}
			if row.Kind == markKind {
				var err error
				mark, err = strconv.ParseInt(string(row.Body), 10, 64)
				return err
			}
			all = append(all, row)
			return nil
		}, "SELECT id, kind, body FROM alert_state ORDER BY id")
	})
	return mark, all, err
}

// AlertChange is what becomes of alerts by one assessment.
type AlertChange struct {
	From, To int64 // the mark as it was read, and as it is to be
	Write    []AlertRow
	Forget   []string // ids
	Notices  []OutboxNotice
	At       time.Time
}

// KeepAlerts keeps it all or none of it. If the mark is not where it was any more,
// or a notice that is to be replaced was tried since, it is ErrAlertsMoved.
func (s *Store) KeepAlerts(ctx context.Context, c AlertChange) error {
	return s.change(ctx, "keep alerts", func(tx session) error {
		var mark string
		err := tx.row(ctx, "SELECT body FROM alert_state WHERE id = $1", markRow).Scan(&mark)
		if errors.Is(err, sql.ErrNoRows) {
			mark, err = "0", nil
		}
		if err != nil {
			return err
		}
		if mark != strconv.FormatInt(c.From, 10) {
			return ErrAlertsMoved
		}
		rows := append([]AlertRow{{ID: markRow, Kind: markKind, Body: strconv.AppendInt(nil, c.To, 10)}}, c.Write...)
		for _, row := range rows {
			err := tx.exec(ctx, "INSERT INTO alert_state (id, kind, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
				row.ID, row.Kind, string(row.Body))
			if err != nil {
				return err
			}
		}
		for _, id := range c.Forget {
			if err := tx.exec(ctx, "DELETE FROM alert_state WHERE id = $1", id); err != nil {
				return err
			}
		}
		for _, n := range c.Notices {
			if err := tx.post(ctx, n, c.At); err != nil {
				return fmt.Errorf("notice %s: %w", n.Notice, err)
			}
		}
		return nil
	})
}

// AssessmentSeq is the number of the commit of an assessment's id; false for one that
// was not kept.
func AssessmentSeq(id string) (seq int64, ok bool) {
	digits, ok := strings.CutPrefix(id, "a")
	if !ok {
		return 0, false
	}
	seq, err := strconv.ParseInt(digits, 10, 64)
	return seq, err == nil && seq > 0
}

// change writes what is no evidence, and so is in no commit of the log: alerts and
// what is to be sent of them.
func (s *Store) change(ctx context.Context, what string, write func(session) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(what, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := write(newSession(tx)); err != nil {
		return s.explain(what, err)
	}
	if err := tx.Commit(); err != nil {
		return s.explain(what, err)
	}
	return nil
}

// NotedDrift is drift and where it stands in the log.
type NotedDrift struct {
	soc2.Drift
	Seq, Ord int64
}

// DriftBetween gives the drift of the assessments after one commit and up to
// another, in the order it was noted.
func (s *Store) DriftBetween(ctx context.Context, after, upTo int64) (noted []NotedDrift, err error) {
	err = s.read(ctx, "read drift", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var one NotedDrift
			var err error
			one.Drift, err = scanDriftOf(&tailed{rows, []any{&one.Seq, &one.Ord}})
			noted = append(noted, one)
			return err
		}, `SELECT d.at, d.change, d.cause, d.control, d.check_id,
				r.provider, r.account, r.region, r.kind, r.ref, d.type, d.name, d.outcome_from, d.outcome_to, d.gone, d.severity`+calledColumns+`, d.seq, d.ord
			FROM drift d JOIN resource r ON r.id = d.resource`+calledAs("d")+`
			WHERE d.seq > $1 AND d.seq <= $2 ORDER BY d.seq, d.ord`, after, upTo)
	})
	return noted, err
}

// tailed reads columns that follow those that are asked for.
type tailed struct {
	rows scanner
	tail []any
}

func (t *tailed) Scan(targets ...any) error { return t.rows.Scan(append(targets, t.tail...)...) }

// AssessedBefore is when the last assessment before a time was made; zero if none was.
func (s *Store) AssessedBefore(ctx context.Context, t time.Time) (at time.Time, err error) {
	err = s.read(ctx, "read assessments", func(tx session) error {
		var us sql.NullInt64
		err := tx.row(ctx, "SELECT MAX(at) FROM assessment WHERE at < $1", micros(t)).Scan(&us)
		if err == nil && us.Valid {
			at = fromMicros(us.Int64)
		}
		return err
	})
	return at, err
}
