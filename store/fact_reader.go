package store

import (
	"context"
	"database/sql"

	"github.com/controlwatch/controlwatch/evidence"
)

// currentFacts reads a population as it is now, factsAt as it was at a commit;
// they give the same for the newest commit.
const (
	currentFacts = `SELECT c.seq, p.started_at, b.digest, b.body
		FROM fact_current c JOIN pull p ON p.seq = c.seq JOIN blob b ON b.id = c.blob
		WHERE c.population = $1 AND c.seq <= $2 ORDER BY c.resource`
	factsAt = `SELECT c.seq, p.started_at, b.digest, b.body
		FROM (SELECT population, resource, MAX(seq) AS seq FROM fact_change WHERE population = $1 AND seq <= $2
			GROUP BY population, resource) n
		JOIN fact_change c ON c.population = n.population AND c.resource = n.resource AND c.seq = n.seq
		JOIN pull p ON p.seq = c.seq JOIN blob b ON b.id = c.blob
		ORDER BY c.resource`
)

// factReader reads facts population by population, one row in memory beside the
// facts themselves.
type factReader struct {
	upTo      int64
	tx        session
	query     string
	facts     []evidence.Fact
	confirmed []int64              // by fact, the newest commit that confirmed it
	at        map[evidence.Key]int // place in facts
}

func newFactReader(ctx context.Context, tx session, upTo int64) (*factReader, error) {
	r := &factReader{upTo: upTo, tx: tx, query: currentFacts, at: map[evidence.Key]int{}}
	var past bool
	if err := tx.row(ctx, "SELECT EXISTS (SELECT 1 FROM pull WHERE seq > $1)", upTo).Scan(&past); err != nil {
		return nil, err
	}
	if past {
		r.query = factsAt
	}
	return r, nil
}

func (r *factReader) read(ctx context.Context, s sight) error {
	return r.tx.each(ctx, func(rows *sql.Rows) error {
		var seq, started int64
		var digest, body sql.RawBytes
		if err := rows.Scan(&seq, &started, &digest, &body); err != nil {
			return err
		}
		b := stored{digest: digest, body: body}
		if err := b.verify("fact of " + pullID(seq)); err != nil {
			return err
		}
		f, err := evidence.DecodeFact(body)
		if err != nil {
			return err
		}
		f.Digest = b.name()
		f.Seen = fromMicros(started)
		for i := range f.Holes {
			f.Holes[i].Since = f.Seen // the change that brought the hole
		}
		if s.completedAt.After(f.Seen) {
			f.Seen = s.completedAt
		}
		r.add(f, max(seq, s.complete))
		return nil
	}, r.query, s.population, r.upTo)
}

// add keeps one fact of each resource: the one that was confirmed last.
func (r *factReader) add(f evidence.Fact, confirmed int64) {
	i, twice := r.at[f.Resource.Key()]
	switch {
	case !twice:
		r.at[f.Resource.Key()] = len(r.facts)
		r.facts = append(r.facts, f)
		r.confirmed = append(r.confirmed, confirmed)
	case confirmed > r.confirmed[i]:
		r.facts[i], r.confirmed[i] = f, confirmed
	}
}
