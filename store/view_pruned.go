package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
)

// findPruned looks for facts of the view whose bodies were pruned or erased, and
// makes holes of the lists they are missing from: what is left would read as if it
// were all. Without any tombstone there are none.
func (v *View) findPruned(ctx context.Context) error {
	if v.reel != nil {
		return nil // it knows once it is wound on
	}
	var any bool
	if err := v.tx.row(ctx, "SELECT EXISTS (SELECT 1 FROM tombstone)").Scan(&any); err != nil || !any {
		return err
	}
	query := `SELECT c.population, COUNT(*), MIN(b.digest) FROM fact_current c JOIN blob b ON b.id = c.blob
		WHERE c.seq <= $1 AND length(b.body) = 0 GROUP BY c.population`
	if v.past {
		query = `SELECT c.population, COUNT(*), MIN(b.digest) FROM fact_change c JOIN blob b ON b.id = c.blob
			WHERE c.seq = (SELECT MAX(n.seq) FROM fact_change n WHERE n.population = c.population AND n.resource = c.resource AND n.seq <= $1)
			AND length(b.body) = 0 GROUP BY c.population`
	}
	missing := map[int64]prunedFacts{}
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var population, n int64
		var digest sql.RawBytes
		if err := rows.Scan(&population, &n, &digest); err != nil {
			return err
		}
		t, found, err := v.tx.tombstone(ctx, slices.Clone(digest))
		if err != nil || !found {
			return err // reading it will say that it is not there
		}
		missing[population] = prunedFacts{n, t}
		return nil
	}, query, v.upTo)
	v.tellPruned(missing)
	return err
}

// prunedFacts are facts of a population whose bodies are not there any more.
type prunedFacts struct {
	n     int64
	first Tombstone // of one of them
}

// tellPruned makes holes of them.
func (v *View) tellPruned(missing map[int64]prunedFacts) {
	v.pruned = map[int64]bool{}
	for population, m := range missing {
		sight, planned := v.sights[population]
		if !planned {
			continue
		}
		hole := m.first.hole("what was known of "+strconv.FormatInt(m.n, 10)+" of its resources was", sight.of.Type)
		last := v.feeds[sight.feed].Last
		hole.Since = last.StartedAt
		last.Holes = append(last.Holes, *hole)
		v.pruned[population] = true
	}
}
