package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Reel opens one assessment's view after another and keeps the facts between them
// in memory, so that only what changed is read: to read and decode everything for
// every hour of a year would take hours. Its views give what AsJudged's give.
//
// It is for one goroutine, and its views for one at a time.
type Reel struct {
	store  *Store
	upTo   int64
	loaded bool
	facts  map[evidence.Key]map[int64]reelFact // by population
	order  []evidence.Key
	pruned map[reelPlace]Tombstone // facts whose bodies are not there any more
}

// reelPlace is where a fact stands.
type reelPlace struct {
	key        evidence.Key
	population int64
}

type reelFact struct {
	fact  evidence.Fact // Seen is when that pull began
	seq   int64
	since time.Time // since when it is as it is
}

// Reel begins without any fact.
func (s *Store) Reel() *Reel { return &Reel{store: s} }

// AsJudged opens what an assessment judged; see Store.AsJudged.
func (r *Reel) AsJudged(ctx context.Context, m Made, sources map[string]time.Duration) (*View, error) {
	v, err := r.store.view(ctx, &View{at: m.At, sources: sources, upTo: m.UpTo, judged: m.Before, asOf: true, reel: r})
	if err != nil {
		return nil, err
	}
	if err := r.forward(ctx, v); err != nil {
		r.loaded = false
		return nil, r.store.explain("read facts", errors.Join(err, v.Close()))
	}
	v.tellPruned(r.missing())
	return v, nil
}

// forward reads what changed since the view before.
func (r *Reel) forward(ctx context.Context, v *View) error {
	from := r.upTo
	if !r.loaded || v.upTo < from {
		from, r.facts, r.order, r.pruned = 0, map[evidence.Key]map[int64]reelFact{}, nil, map[reelPlace]Tombstone{}
	}
	sorted := true
	// Of several changes of one fact the last counts, and comes last.
	err := v.tx.each(ctx, func(rows *sql.Rows) error {
		var kind string
		var key evidence.Key
		var population, seq, started int64
		var digest, body sql.RawBytes
		if err := rows.Scan(&key.Provider, &key.Account, &key.Region, &kind, &key.ID, &population, &seq, &started, &digest, &body); err != nil {
			return err
		}
		key.Kind = evidence.Kind(kind)
		delete(r.pruned, reelPlace{key, population})
		if digest == nil {
			delete(r.facts[key], population)
			return nil
		}
		b := stored{digest: digest, body: body}
		if err := b.verify("fact of " + pullID(seq)); err != nil {
			if t, pruned := v.tx.pruned(ctx, err); pruned { // it matters while no later change takes its place
				delete(r.facts[key], population)
				r.pruned[reelPlace{key, population}] = t
				return nil
			}
			return err
		}
		f, err := evidence.DecodeFactOf(key.Kind, body)
		if err != nil {
			return err
		}
		if f.Resource.Key() != key {
			return fmt.Errorf("fact of %s: it is of %s and stands at %s: the store was altered; restore a copy of it", pullID(seq), f.Resource.ID, key.ID)
		}
		v.share(&f.Resource)
		f.Digest, f.Seen = b.name(), fromMicros(started)
		since := f.Seen
		if before, held := r.facts[key][population]; held && before.fact.Digest == f.Digest {
			since = before.since
		}
		for i := range f.Holes {
			f.Holes[i].Since = since
		}
		if r.facts[key] == nil {
			r.facts[key] = map[int64]reelFact{}
			r.order, sorted = append(r.order, key), false
		}
		r.facts[key][population] = reelFact{fact: f, seq: seq, since: since}
		return nil
	}, `SELECT r.provider, r.account, r.region, r.kind, r.ref, c.population, c.seq, p.started_at, b.digest, b.body
		FROM fact_change c JOIN resource r ON r.id = c.resource JOIN pull p ON p.seq = c.seq LEFT JOIN blob b ON b.id = c.blob
		WHERE c.seq > $1 AND c.seq <= $2 ORDER BY c.seq`, from, v.upTo)
	if err != nil {
		return err
	}
	if !sorted {
		slices.SortFunc(r.order, evidence.Key.Compare)
	}
	r.upTo, r.loaded = v.upTo, true
	return nil
}

// missing counts by population what was pruned.
func (r *Reel) missing() map[int64]prunedFacts {
	all := map[int64]prunedFacts{}
	for at, t := range r.pruned {
		m := all[at.population]
		if m.n++; m.n == 1 || t.Commit < m.first.Commit {
			m.first = t
		}
		all[at.population] = m
	}
	return all
}

// of gives the facts as a view knows them.
func (r *Reel) of(v *View, wanted func(evidence.Kind) bool) iter.Seq2[evidence.Fact, error] {
	return func(yield func(evidence.Fact, error) bool) {
		for _, key := range r.order {
			if !wanted(key.Kind) {
				continue
			}
			var best seen
			found := false
			for population, held := range r.facts[key] {
				s, planned := v.sights[population]
				if !planned {
					continue
				}
				one := seen{fact: held.fact, confirmed: max(held.seq, s.complete), order: s.order}
				one.fact.Seen = s.confirmed(held.seq, held.fact.Seen)
				if !found || one.over(best) {
					best, found = one, true
				}
			}
			if found && !yield(best.fact, nil) {
				return
			}
		}
	}
}
