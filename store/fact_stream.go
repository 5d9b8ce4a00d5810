package store

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// The order of the joins is the order in which they are read: along the index of
// resources, so that nothing needs to be sorted.
//
// currentFacts reads what is there now, factsAt what was there at a commit; they
// give the same for the newest commit.
const (
	factColumns  = "SELECT r.kind, r.id, c.population, c.seq, p.started_at, b.digest, b.body FROM resource r "
	inKeyOrder   = " ORDER BY r.provider, r.account, r.region, r.kind, r.ref"
	currentFacts = `CROSS JOIN fact_current c CROSS JOIN blob b CROSS JOIN pull p
		WHERE c.resource = r.id AND c.seq <= $1 AND b.id = c.blob AND p.seq = c.seq`
	factsAt = `CROSS JOIN fact_change c CROSS JOIN blob b CROSS JOIN pull p
		WHERE c.resource = r.id AND b.id = c.blob AND p.seq = c.seq
		AND c.seq = (SELECT MAX(n.seq) FROM fact_change n WHERE n.population = c.population AND n.resource = c.resource AND n.seq <= $1)`
)

// sameSince is the pull since which the fact of a population ($1) and a resource
// ($2) is as one ($3) has it. Later rows that are the same say that it was read again.
const sameSince = `SELECT MIN(c.seq) FROM fact_change c WHERE c.population = $1 AND c.resource = $2 AND c.seq <= $3
	AND c.seq > COALESCE((SELECT MAX(o.seq) FROM fact_change o JOIN fact_change n ON n.population = o.population AND n.resource = o.resource AND n.seq = $3
		WHERE o.population = $1 AND o.resource = $2 AND o.seq < $3 AND o.blob IS NOT n.blob), 0)`

// seen is one row: a population's view of a resource.
type seen struct {
	fact      evidence.Fact
	confirmed int64 // the newest commit that confirmed it
	order     int   // of its population among those planned
}

// over says that this view counts and not the other: it was confirmed later.
func (s seen) over(other seen) bool {
	if s.confirmed != other.confirmed {
		return s.confirmed > other.confirmed
	}
	return s.order < other.order
}

// facts gives the facts of the view's populations, each resource once, in the
// order of their keys. Of a resource that several feeds see, the view that was
// confirmed last counts.
func (v *View) facts(ctx context.Context, wanted func(evidence.Kind) bool) iter.Seq2[evidence.Fact, error] {
	if v.reel != nil {
		return v.reel.of(v, wanted)
	}
	return func(yield func(evidence.Fact, error) bool) {
		var last *seen
		stopped := false
		err := v.tx.each(ctx, func(rows *sql.Rows) error {
			one, counts, err := v.scanFact(ctx, rows)
			if err != nil || !counts {
				return err
			}
			if last != nil && last.fact.Resource.Key() == one.fact.Resource.Key() {
				if one.over(*last) {
					*last = one
				}
				return nil
			}
			if last != nil && !yield(last.fact, nil) {
				stopped = true
				return errStopped
			}
			last = &one
			return nil
		}, v.factQuery(wanted), v.upTo)
		switch {
		case stopped:
		case err != nil:
			yield(evidence.Fact{}, v.store.explain("read facts", err))
		case last != nil:
			yield(last.fact, nil)
		}
	}
}

// factQuery leaves kinds out that are not wanted. A kind this version does not
// know is never left out: it must be noticed.
func (v *View) factQuery(wanted func(evidence.Kind) bool) string {
	query := factColumns + currentFacts
	if v.past {
		query = factColumns + factsAt
	}
	var unwanted []string
	for _, k := range evidence.Kinds {
		if !wanted(k.Kind) {
			unwanted = append(unwanted, "'"+string(k.Kind)+"'")
		}
	}
	if len(unwanted) > 0 {
		query += " AND r.kind NOT IN (" + strings.Join(unwanted, ", ") + ")"
	}
	return query + inKeyOrder
}

func (v *View) scanFact(ctx context.Context, rows *sql.Rows) (one seen, counts bool, err error) {
	var kind string
	var resource, population, seq, started int64
	var digest, body sql.RawBytes
	if err := rows.Scan(&kind, &resource, &population, &seq, &started, &digest, &body); err != nil {
		return one, false, err
	}
	s, planned := v.sights[population]
	if !planned {
		return one, false, nil // of a feed that no source plans any more
	}
	b := stored{digest: digest, body: body}
	if err := b.verify("fact of " + pullID(seq)); err != nil {
		if v.pruned[population] {
			if _, pruned := v.tx.pruned(ctx, err); pruned {
				return one, false, nil // the list is told to be incomplete
			}
		}
		return one, false, err
	}
	f, err := evidence.DecodeFactOf(evidence.Kind(kind), body)
	if err != nil {
		return one, false, err
	}
	v.share(&f.Resource)
	f.Digest = b.name()
	f.Seen = s.confirmed(seq, fromMicros(started))
	if len(f.Holes) > 0 {
		since, err := v.sameSince(ctx, population, resource, seq, started)
		if err != nil {
			return one, false, err
		}
		for i := range f.Holes {
			f.Holes[i].Since = since // the change that brought the hole
		}
	}
	return seen{fact: f, confirmed: max(seq, s.complete), order: s.order}, true, nil
}

// sameSince is the start of the pull since which a fact is as a pull has it. One that
// read the whole list wrote a change; it is looked up once for all its facts.
func (v *View) sameSince(ctx context.Context, population, resource, seq, started int64) (time.Time, error) {
	of := [2]int64{population, seq}
	whole, known := v.whole[of]
	if !known {
		if err := v.tx.row(ctx, "SELECT complete FROM pull_population WHERE population = $1 AND seq = $2", population, seq).Scan(&whole); err != nil {
			return time.Time{}, err
		}
		v.whole[of] = whole
	}
	if whole {
		return fromMicros(started), nil
	}
	err := v.tx.row(ctx, `SELECT p.started_at FROM pull p WHERE p.seq = (`+sameSince+`)`, population, resource, seq).Scan(&started)
	return fromMicros(started), err
}

// share keeps one copy of the texts that thousands of resources have in common.
func (v *View) share(r *evidence.Resource) {
	r.Provider, r.Account, r.Region, r.Type = v.one(r.Provider), v.one(r.Account), v.one(r.Region), v.one(r.Type)
	r.Kind = evidence.Kind(v.one(string(r.Kind)))
}

func (v *View) one(text string) string {
	if same, ok := v.texts[text]; ok {
		return same
	}
	v.texts[text] = text
	return text
}
