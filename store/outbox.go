package store

import (
	"context"
	"database/sql"
	"time"
)

// The states of a notice in the outbox.
const (
	NoticeWaiting = "waiting"
	NoticeRefused = "refused" // as it is it will never be taken: somebody must act
	NoticeSent    = "sent"
	NoticeGivenUp = "given-up" // it waited too long; what takes its place says so
)

// OutboxNotice is a notice to be sent to some receivers.
type OutboxNotice struct {
	Notice    string // its id
	Incident  string
	Number    int
	Route     string
	Severity  int
	Body      []byte // JSON
	Due       time.Time
	Receivers []string
	Replaces  bool // the one with its id, which nobody was sent yet
}

// Outgoing is a notice for one receiver.
type Outgoing struct {
	ID       int64     `json:"-"`
	Notice   string    `json:"notice"`
	Receiver string    `json:"receiver"`
	Incident string    `json:"incident"`
	Number   int       `json:"number"`
	Route    string    `json:"route,omitempty"`
	Severity int       `json:"-"`
	Body     []byte    `json:"-"` // where all is listed; Claim gives it to whoever sends
	Written  time.Time `json:"written"`
	Due      time.Time `json:"due"`
	Attempts int       `json:"attempts"`
	Tried    time.Time `json:"tried,omitzero"`
	Next     time.Time `json:"next_attempt,omitzero"`
	State    string    `json:"state"`
	Error    string    `json:"error,omitempty"`
	Done     time.Time `json:"done,omitzero"`
}

// post puts a notice into the outbox, once however often it is put there.
func (s session) post(ctx context.Context, n OutboxNotice, at time.Time) error {
	if n.Replaces {
		var tried int
		if err := s.row(ctx, "SELECT COUNT(*) FROM outbox WHERE notice = $1 AND (attempts > 0 OR state <> $2)", n.Notice, NoticeWaiting).Scan(&tried); err != nil {
			return err
		}
		if tried > 0 {
			return ErrAlertsMoved
		}
		return s.exec(ctx, "UPDATE outbox SET body = $1, severity = $2, due = $3 WHERE notice = $4", string(n.Body), n.Severity, micros(n.Due), n.Notice)
	}
	for _, receiver := range n.Receivers {
		err := s.exec(ctx, `INSERT INTO outbox (notice, receiver, incident, number, route, severity, body, written, due, attempts, tried, next, state, error, done)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10, '', 0) ON CONFLICT (notice, receiver) DO NOTHING`,
			n.Notice, receiver, n.Incident, n.Number, n.Route, n.Severity, string(n.Body), micros(at), micros(n.Due), NoticeWaiting)
		if err != nil {
			return err
		}
	}
	return nil
}

const outgoingColumns = ` o.id, o.notice, o.receiver, o.incident, o.number, o.route, o.severity, o.written, o.due, o.attempts, o.tried, o.next, o.state, o.error, o.done FROM outbox o `

func (s session) outgoing(ctx context.Context, body, where string, args ...any) (all []Outgoing, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error {
		var o Outgoing
		var written, due, tried, next, done int64
		err := rows.Scan(&o.Body, &o.ID, &o.Notice, &o.Receiver, &o.Incident, &o.Number, &o.Route, &o.Severity, &written, &due, &o.Attempts, &tried, &next, &o.State, &o.Error, &done)
		o.Written, o.Due, o.Tried, o.Next, o.Done = fromMicros(written), fromMicros(due), momentOf(tried), momentOf(next), momentOf(done)
		all = append(all, o)
		return err
	}, "SELECT "+body+outgoingColumns+where, args...)
	return all, err
}

func momentOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return fromMicros(us)
}

// Heads are the notices that a receiver is to be sent next: of each incident the
// first that it does not have, unless that was refused; the oldest first.
func (s *Store) Heads(ctx context.Context, receiver string) (heads []Outgoing, err error) {
	err = s.read(ctx, "read the outbox", func(tx session) (err error) {
		heads, err = tx.outgoing(ctx, "'',", `WHERE o.receiver = $1 AND o.state = 'waiting' AND NOT EXISTS (
				SELECT 1 FROM outbox e WHERE e.receiver = o.receiver AND e.incident = o.incident AND e.state IN ('waiting', 'refused') AND e.id < o.id)
			ORDER BY o.id`, receiver)
		return err
	})
	return heads, err
}

// Outbox lists what is in the outbox, in the order it was written; of all receivers
// where none is given.
func (s *Store) Outbox(ctx context.Context, receiver string) (all []Outgoing, err error) {
	err = s.read(ctx, "read the outbox", func(tx session) (err error) {
		all, err = tx.outgoing(ctx, "o.body,", "WHERE $1 = '' OR o.receiver = $1 ORDER BY o.id", receiver)
		return err
	})
	return all, err
}

// Untouched are the ids of notices that no receiver was sent anything of.
func (s *Store) Untouched(ctx context.Context) (ids map[string]bool, err error) {
	ids = map[string]bool{}
	err = s.read(ctx, "read the outbox", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids[id] = true
			return err
		}, "SELECT notice FROM outbox GROUP BY notice HAVING MAX(attempts) = 0 AND MIN(state) = 'waiting' AND MAX(state) = 'waiting'")
	})
	return ids, err
}

// OutboxCount is how a receiver's part of the outbox stands.
type OutboxCount struct {
	Receiver         string
	Waiting, Refused int
	Written          time.Time // when the first of those was written
}

// OutboxCounts counts what was not handed over, by receiver.
func (s *Store) OutboxCounts(ctx context.Context) (counts []OutboxCount, err error) {
	err = s.read(ctx, "count the outbox", func(tx session) error {
		return tx.each(ctx, func(rows *sql.Rows) error {
			var c OutboxCount
			var written int64
			err := rows.Scan(&c.Receiver, &c.Waiting, &c.Refused, &written)
			c.Written = momentOf(written)
			counts = append(counts, c)
			return err
		}, `SELECT receiver, SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), MIN(written)
			FROM outbox WHERE state IN ('waiting', 'refused') GROUP BY receiver ORDER BY receiver`)
	})
	return counts, err
}
