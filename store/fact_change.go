package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// held is what a population has of a resource now.
type held struct {
	resource int64
	digest   string
	pruned   bool // its body, which is evidence again once it is seen
	seq      int64
	seen     time.Time // the start of that pull
}

// changeFacts writes how what was seen of a population differs from what it had,
// and gives the resources it had and that were not seen.
//
// What is as it was is written where due says so: a pull that read only a part of
// the list does not show by itself which part.
func (c *commit) changeFacts(ctx context.Context, population int64, seen []encoded, due func(held) bool) (unseen []int64, err error) {
	had, order, err := c.heldBy(ctx, population)
	if err != nil {
		return nil, err
	}
	for _, f := range seen {
		old, known := had[f.key]
		delete(had, f.key)
		same := known && old.digest == f.digest && !old.pruned
		if same && !due(old) {
			continue
		}
		resource := old.resource
		if !known {
			if resource, err = c.resource(ctx, f.key); err != nil {
				return nil, err
			}
		}
		if err := c.changeFact(ctx, population, resource, f); err != nil {
			return nil, err
		}
		if !same {
			c.changed++
		}
	}
	for _, key := range order {
		if old, ok := had[key]; ok {
			unseen = append(unseen, old.resource)
		}
	}
	return unseen, nil
}

// readAgain says of what an incomplete pull read as it was whether that is written:
// where it was last confirmed half the maximum age ago, so that what is read in time
// never grows stale. A pull of a whole list confirms all of it without a row.
func (c *commit) readAgain(ctx context.Context, population int64, started time.Time, maxAge time.Duration) (func(held) bool, error) {
	s := sight{population: population}
	if err := s.lastComplete(ctx, c.session, c.seq-1); err != nil {
		return nil, err
	}
	return func(h held) bool {
		age := started.Sub(s.confirmed(h.seq, h.seen))
		return age < 0 || age >= maxAge/2 // below zero, the clock was set back
	}, nil
}

func unwritten(held) bool { return false }

// heldBy reads what a population has, and in which order it was first seen.
func (c *commit) heldBy(ctx context.Context, population int64) (had map[evidence.Key]held, order []evidence.Key, err error) {
	had = map[evidence.Key]held{}
	err = c.each(ctx, func(rows *sql.Rows) error {
		var h held
		var k evidence.Key
		var b stored
		var seen int64
		if err := rows.Scan(&h.resource, &k.Provider, &k.Account, &k.Region, &k.Kind, &k.ID, &b.digest, &h.pruned, &h.seq, &seen); err != nil {
			return err
		}
		h.digest, h.seen = b.name(), fromMicros(seen)
		had[k] = h
		order = append(order, k)
		return nil
	}, `SELECT r.id, r.provider, r.account, r.region, r.kind, r.ref, b.digest, length(b.body) = 0, f.seq, p.started_at
		FROM fact_current f JOIN resource r ON r.id = f.resource JOIN blob b ON b.id = f.blob JOIN pull p ON p.seq = f.seq
		WHERE f.population = $1 ORDER BY f.resource`, population)
	return had, order, err
}

func (c *commit) changeFact(ctx context.Context, population, resource int64, f encoded) error {
	blob, err := c.digested(ctx, f.digest, f.body)
	if err != nil {
		return err
	}
	err = c.exec(ctx, "INSERT INTO fact_change (population, resource, seq, blob) VALUES ($1, $2, $3, $4)",
		population, resource, c.seq, blob)
	if err != nil {
		return err
	}
	return c.exec(ctx, `INSERT INTO fact_current (population, resource, seq, blob) VALUES ($1, $2, $3, $4)
		ON CONFLICT (population, resource) DO UPDATE SET seq = excluded.seq, blob = excluded.blob`,
		population, resource, c.seq, blob)
}

// removeFacts writes that resources have gone from a population.
func (c *commit) removeFacts(ctx context.Context, population int64, resources []int64) error {
	for _, resource := range resources {
		c.changed++
		err := c.exec(ctx, "INSERT INTO fact_change (population, resource, seq, blob) VALUES ($1, $2, $3, NULL)",
			population, resource, c.seq)
		if err != nil {
			return err
		}
		err = c.exec(ctx, "DELETE FROM fact_current WHERE population = $1 AND resource = $2", population, resource)
		if err != nil {
			return err
		}
	}
	return nil
}
