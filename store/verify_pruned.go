package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// PrunedBodies are bodies that tombstones of one rule and day account for.
type PrunedBodies struct {
	Rule   string    `json:"rule"`
	At     time.Time `json:"at"` // the first of that day
	Bodies int64     `json:"bodies"`
}

func (p PrunedBodies) String() string {
	return fmt.Sprintf("%d bodies pruned on %s by the rule %q", p.Bodies, p.At.Format(time.DateOnly), p.Rule)
}

func (v *verifier) prunedBody(t Tombstone) {
	for i := range v.Pruned {
		p := &v.Pruned[i]
		if p.Rule == t.Rule && p.At.Format(time.DateOnly) == t.At.Format(time.DateOnly) {
			p.Bodies++
			if t.At.Before(p.At) {
				p.At = t.At
			}
			return
		}
	}
	v.Pruned = append(v.Pruned, PrunedBodies{t.Rule, t.At, 1})
}

// tombstones: what they name is gone, or is evidence again since. That they are as
// they were logged is told by the rows.
func (v *verifier) tombstones(ctx context.Context) error {
	slices.SortStableFunc(v.Pruned, func(a, b PrunedBodies) int { return a.At.Compare(b.At) })
	there := map[int64]int64{} // by body, the commit that says it is not
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var blob, seq int64
		err := rows.Scan(&blob, &seq)
		there[blob] = seq
		return err
	}, `SELECT t.blob, MAX(t.seq) FROM tombstone t JOIN blob b ON b.id = t.blob WHERE length(b.body) > 0 GROUP BY t.blob`)
	if err != nil {
		return err
	}
	if err := v.broughtBack(ctx, there); err != nil {
		return err
	}
	left := map[int64]int{}
	for _, seq := range there {
		left[seq]++
	}
	for _, seq := range slices.Sorted(maps.Keys(left)) {
		v.warn("%d bodies that commit %d says were pruned are there, and nothing has brought them back since", left[seq], seq)
	}
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		var rule string
		if err := rows.Scan(&seq, &rule); err != nil {
			return err
		}
		v.warn("a fact that is current was pruned by commit %d, by the rule %q", seq, rule)
		return nil
	}, `SELECT MAX(t.seq), t.rule FROM fact_current c JOIN blob b ON b.id = c.blob JOIN tombstone t ON t.blob = c.blob
		WHERE length(b.body) = 0 GROUP BY t.rule`)
}

// broughtBack takes out what commits after the tombstone name again.
func (v *verifier) broughtBack(ctx context.Context, there map[int64]int64) error {
	if len(there) == 0 {
		return nil
	}
	first := slices.Min(slices.Collect(maps.Values(there)))
	for _, r := range references() {
		if r.table == "fact_current" {
			continue // follows from fact_change
		}
		err := v.tx.each(ctx, func(rows *sql.Rows) error {
			var blob, seq int64
			err := rows.Scan(&blob, &seq)
			if tombstone, ok := there[blob]; ok && seq > tombstone {
				delete(there, blob)
			}
			return err
		}, "SELECT "+r.column+", seq FROM "+r.table+" WHERE seq > $1 AND "+r.column+" IS NOT NULL", first)
		if err != nil {
			return err
		}
	}
	err := v.tx.answerItems(ctx, first, func(seq, _, item int64) {
		if tombstone, ok := there[item]; ok && seq > tombstone {
			delete(there, item)
		}
	})
	if errors.Is(err, errAnswer) { // told with the items
		return nil
	}
	return err
}
