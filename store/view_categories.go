package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
)

// CategoriesBefore are the categories of the Trust Services that any assessment so far
// had in scope, in order of their names. What an assessment was made of is kept for
// ever, but those of the first versions were not kept: they took nothing out.
func (v *View) CategoriesBefore(ctx context.Context) (names []string, err error) {
	err = v.tx.each(ctx, func(rows *sql.Rows) error {
		var kept stored
		if err := rows.Scan(&kept.digest, &kept.body); err != nil {
			return err
		}
		if err := kept.verify("what an assessment was made of"); err != nil {
			return err
		}
		var basis struct {
			Categories []string `json:"categories"`
		}
		if err := json.Unmarshal(kept.body, &basis); err != nil {
			return fmt.Errorf("decode what an assessment was made of, %s: %w", kept.digest, err)
		}
		names = append(names, basis.Categories...)
		return nil
	}, `SELECT b.digest, b.body FROM blob b
		WHERE b.id IN (SELECT i.basis FROM assessment_inputs i WHERE i.seq <= $1)`, v.judged)
	slices.Sort(names)
	return slices.Compact(names), err
}
