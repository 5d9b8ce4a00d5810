package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

// Check reads the whole store and says what does not fit: damaged pages, rows
// that refer to nothing, bodies that are not those of their digest, current facts
// that do not follow from the history. Its time grows with the store.
func (s *Store) Check(ctx context.Context) error {
	return s.read(ctx, "check store", func(tx session) error {
		var verdict string
		if err := tx.row(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("the file is damaged: %s", verdict)
		}
		if err := checkReferences(ctx, tx); err != nil {
			return err
		}
		if err := checkBodies(ctx, tx); err != nil {
			return err
		}
		if err := checkStates(ctx, tx); err != nil {
			return err
		}
		var differing int64
		err := tx.row(ctx, `SELECT COUNT(*) FROM (
			SELECT * FROM (SELECT population, resource, seq, blob FROM fact_current EXCEPT `+derivedCurrent+`) a
			UNION ALL
			SELECT * FROM (`+derivedCurrent+` EXCEPT SELECT population, resource, seq, blob FROM fact_current) b) d`).Scan(&differing)
		if err != nil {
			return err
		}
		if differing != 0 {
			return fmt.Errorf("%d rows of fact_current do not follow from fact_change", differing)
		}
		return nil
	})
}

// derivedCurrent is fact_current as the history has it.
const derivedCurrent = `SELECT c.population, c.resource, c.seq, c.blob FROM fact_change c
	WHERE c.blob IS NOT NULL AND c.seq = (SELECT MAX(n.seq) FROM fact_change n WHERE n.population = c.population AND n.resource = c.resource)`

// Rebuild writes fact_current anew from the history.
func (s *Store) Rebuild(ctx context.Context) error {
	const what = "rebuild current facts"
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(what, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for _, query := range []string{
		"DELETE FROM fact_current",
		"INSERT INTO fact_current (population, resource, seq, blob) " + derivedCurrent,
	} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return s.explain(what, err)
		}
	}
	return s.explain(what, tx.Commit())
}

// brokenReference is a row that names another which is not there.
type brokenReference struct{ table, row, parent string }

func (b *brokenReference) Error() string {
	return "row " + b.row + " of " + b.table + " refers to no " + b.parent
}

func checkReferences(ctx context.Context, tx session) error {
	return tx.each(ctx, func(rows *sql.Rows) error {
		var table, parent string
		var row sql.NullInt64
		var key int64
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return &brokenReference{table, strconv.FormatInt(row.Int64, 10), parent}
	}, "PRAGMA foreign_key_check")
}

func checkBodies(ctx context.Context, tx session) error {
	return tx.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var digest, body sql.RawBytes
		if err := rows.Scan(&id, &digest, &body); err != nil {
			return err
		}
		err := stored{digest: digest, body: body}.verify(fmt.Sprintf("blob %d", id))
		if _, pruned := tx.pruned(ctx, err); pruned {
			return nil
		}
		return err
	}, "SELECT id, digest, body FROM blob ORDER BY id")
}

func checkStates(ctx context.Context, tx session) error {
	lists := checkLists{tx: tx, byBlob: map[int64]*checkList{}}
	return tx.each(ctx, func(rows *sql.Rows) error {
		var resource, seq, checks int64
		var states sql.RawBytes
		if err := rows.Scan(&resource, &seq, &checks, &states); err != nil {
			return err
		}
		list, err := lists.read(ctx, checks)
		if err == nil {
			_, err = unpack(nil, evidence.Resource{}, list.of, states)
		}
		if err != nil {
			return fmt.Errorf("states of resource %d in assessment %d: %w", resource, seq, err)
		}
		return nil
	}, "SELECT resource, seq, checks, states FROM finding_state")
}
