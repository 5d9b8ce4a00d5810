package store

import (
	"context"

	"github.com/controlwatch/controlwatch/evidence"
)

// held is what a population has of a resource now.
type held struct {
	resource int64
	digest   string
}

// changeFacts writes how what was seen of a population differs from what it had.
func (c *commit) changeFacts(ctx context.Context, population int64, seen []encoded, complete bool) error {
	had, order, err := c.heldBy(ctx, population)
	if err != nil {
		return err
	}
	for _, f := range seen {
		old, known := had[f.key]
		delete(had, f.key)
		if known && old.digest == f.digest {
			continue
		}
		resource := old.resource
		if !known {
			if resource, err = c.resource(ctx, f.key); err != nil {
				return err
			}
		}
		if err := c.changeFact(ctx, population, resource, f); err != nil {
			return err
		}
	}
	if !complete {
		return nil
	}
	for _, key := range order {
		if gone, unseen := had[key]; unseen {
			if err := c.removeFact(ctx, population, gone.resource); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldBy reads what a population has, and in which order it was first seen.
func (c *commit) heldBy(ctx context.Context, population int64) (map[evidence.Key]held, []evidence.Key, error) {
	stmt, err := c.statement(ctx, `SELECT r.id, r.provider, r.account, r.region, r.kind, r.ref, b.digest
		FROM fact_current f JOIN resource r ON r.id = f.resource JOIN blob b ON b.id = f.blob
		WHERE f.population = $1 ORDER BY f.resource`)
	if err != nil {
		return nil, nil, err
	}
	rows, err := stmt.QueryContext(ctx, population)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	had := map[evidence.Key]held{}
	var order []evidence.Key
	for rows.Next() {
		var h held
		var k evidence.Key
		var b stored
		if err := rows.Scan(&h.resource, &k.Provider, &k.Account, &k.Region, &k.Kind, &k.ID, &b.digest); err != nil {
			return nil, nil, err
		}
		h.digest = b.name()
		had[k] = h
		order = append(order, k)
	}
	return had, order, rows.Err()
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

func (c *commit) removeFact(ctx context.Context, population, resource int64) error {
	err := c.exec(ctx, "INSERT INTO fact_change (population, resource, seq, blob) VALUES ($1, $2, $3, NULL)",
		population, resource, c.seq)
	if err != nil {
		return err
	}
	return c.exec(ctx, "DELETE FROM fact_current WHERE population = $1 AND resource = $2", population, resource)
}
