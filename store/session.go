package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// session is one transaction and the statements prepared in it, each once: a
// snapshot asks the same of every feed. The transaction closes them.
type session struct {
	tx         *sql.Tx
	statements map[string]*sql.Stmt
}

func newSession(tx *sql.Tx) session { return session{tx: tx, statements: map[string]*sql.Stmt{}} }

func (s session) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := s.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	s.statements[query] = stmt
	return stmt, nil
}

func (s session) exec(ctx context.Context, query string, args ...any) error {
	stmt, err := s.statement(ctx, query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(ctx, args...)
	return err
}

// each calls scan on every row of a query, until it fails.
func (s session) each(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	stmt, err := s.statement(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// row is the first row of a query; scanning it gives sql.ErrNoRows if there is none.
func (s session) row(ctx context.Context, query string, args ...any) scanner {
	stmt, err := s.statement(ctx, query)
	if err != nil {
		return unscannable{err}
	}
	return stmt.QueryRowContext(ctx, args...)
}

type scanner interface{ Scan(targets ...any) error }

type unscannable struct{ err error }

func (u unscannable) Scan(...any) error { return u.err }
