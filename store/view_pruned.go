package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
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
		v.missing = append(v.missing, *hole)
		v.pruned[population] = true
	}
	slices.SortFunc(v.missing, func(a, b evidence.Hole) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Detail, b.Detail))
	})
}

// Missing says what the view would have and has not, because it was pruned or
// erased: each is a hole of a feed as well.
func (v *View) Missing() []evidence.Hole { return v.missing }

// prunedPull is what the rows say of a pull whose record was pruned. What it saw,
// and how, is not known any more, so none of its lists counts as whole.
func prunedPull(ctx context.Context, tx session, id evidence.FeedID, seq int64, t Tombstone) (*evidence.Pull, error) {
	p := &evidence.Pull{Collector: id.Collector, Scope: id.Scope}
	var started, finished int64
	if err := tx.row(ctx, "SELECT source, started_at, finished_at FROM pull WHERE seq = $1", seq).Scan(&p.Source, &started, &finished); err != nil {
		return nil, err
	}
	p.StartedAt, p.FinishedAt = fromMicros(started), fromMicros(finished)
	hole := t.hole("the record of pull "+pullID(seq)+" was", "")
	hole.Since = p.StartedAt
	p.Holes = []evidence.Hole{*hole}
	return p, tx.each(ctx, func(rows *sql.Rows) error {
		var one evidence.Population
		err := rows.Scan(&one.Kind, &one.Type)
		p.Populations = append(p.Populations, one)
		return err
	}, "SELECT n.kind, n.type FROM pull_population c JOIN population n ON n.id = c.population WHERE c.seq = $1 ORDER BY n.id", seq)
}
