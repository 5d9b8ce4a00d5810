package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Claim notes that an attempt begins, that there is none before next, and gives what
// is to be sent. It is false where the notice is not as it was read: another program
// is at it.
func (s *Store) Claim(ctx context.Context, o Outgoing, at, next time.Time) (body []byte, claimed bool, err error) {
	err = s.change(ctx, "claim a notice", func(tx session) error {
		err := tx.row(ctx, "SELECT body FROM outbox WHERE id = $1 AND attempts = $2 AND state = 'waiting'", o.ID, o.Attempts).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		claimed = true
		return tx.exec(ctx, "UPDATE outbox SET attempts = attempts + 1, tried = $1, next = $2 WHERE id = $3", micros(at), micros(next), o.ID)
	})
	return body, claimed && err == nil, err
}

// EntryNotice is the record that a notice was handed over or given up; subject: its id.
const EntryNotice = "notice"

// Sent notes that a receiver took a notice, and records that in the log.
func (s *Store) Sent(ctx context.Context, o Outgoing, at time.Time, receipt Entry) error {
	if err := validEntry(receipt); err != nil {
		return err
	}
	_, err := s.commit(ctx, kindEntry, "record that a notice was sent", func(ctx context.Context, c *commit) error {
		if err := c.entry(ctx, 0, receipt); err != nil {
			return err
		}
		return c.exec(ctx, "UPDATE outbox SET state = 'sent', error = '', done = $1 WHERE id = $2", micros(at), o.ID)
	})
	return err
}

// NotSent notes that an attempt did not succeed: what was wrong, and no attempt
// before next. Refused ones are not tried until somebody says so.
func (s *Store) NotSent(ctx context.Context, o Outgoing, problem string, next time.Time, refused bool) error {
	state := NoticeWaiting
	if refused {
		state = NoticeRefused
	}
	return s.change(ctx, "note a failed attempt", func(tx session) error {
		return tx.exec(ctx, "UPDATE outbox SET state = $1, error = $2, next = $3 WHERE id = $4 AND state = 'waiting'", state, problem, micros(next), o.ID)
	})
}

// Retry makes refused notices wait again, and those that wait be tried at once; of
// all receivers where none is given. It says how many.
func (s *Store) Retry(ctx context.Context, receiver string) (n int64, err error) {
	err = s.change(ctx, "retry notices", func(tx session) error {
		stmt, err := tx.statement(ctx, "UPDATE outbox SET state = 'waiting', next = 0 WHERE ($1 = '' OR receiver = $1) AND (state = 'refused' OR state = 'waiting' AND attempts > 0)")
		if err != nil {
			return err
		}
		result, err := stmt.ExecContext(ctx, receiver)
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	})
	return n, err
}

// GiveUp ends the wait of notices of one receiver that were written before a time,
// records that in the log, and puts a notice that says so in their place.
func (s *Store) GiveUp(ctx context.Context, receiver string, before, at time.Time, instead OutboxNotice, record Entry) error {
	_, err := s.commit(ctx, kindEntry, "give up notices", func(ctx context.Context, c *commit) error {
		if err := c.entry(ctx, 0, record); err != nil {
			return err
		}
		err := c.session.exec(ctx, "UPDATE outbox SET state = 'given-up', done = $1 WHERE receiver = $2 AND state IN ('waiting', 'refused') AND written < $3",
			micros(at), receiver, micros(before))
		if err != nil {
			return err
		}
		return c.post(ctx, instead, at)
	})
	return err
}

// ForgetNotices removes what was done with before a time.
func (s *Store) ForgetNotices(ctx context.Context, before time.Time) error {
	return s.change(ctx, "forget notices", func(tx session) error {
		return tx.exec(ctx, "DELETE FROM outbox WHERE state IN ('sent', 'given-up') AND done < $1", micros(before))
	})
}
