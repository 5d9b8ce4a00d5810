package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// sight is how well a population has been seen.
type sight struct {
	population  int64
	complete    int64     // the newest pull that saw all of it; 0: none did
	completedAt time.Time // its start
	order       int       // among the populations planned
	of          evidence.Population
	feed        int // its place among the view's
}

// fillState adds to a planned feed what it delivered up to a commit. The sights
// are of its populations that were ever pulled.
func fillState(ctx context.Context, tx session, feed *evidence.FeedState, upTo int64) ([]sight, error) {
	feed.Complete, feed.Since = map[string]time.Time{}, map[string]time.Time{}
	id := feed.ID
	var number, pull int64
	var record stored
	err := tx.row(ctx, `SELECT f.id, p.seq, b.digest, b.body
		FROM feed f JOIN pull p ON p.feed = f.id JOIN blob b ON b.id = p.record
		WHERE f.collector = $1 AND f.provider = $2 AND f.account = $3 AND f.region = $4 AND f.shard = $5 AND p.seq <= $6
		ORDER BY p.seq DESC LIMIT 1`,
		id.Collector, id.Scope.Provider, id.Scope.Account, id.Scope.Region, id.Scope.Shard, upTo,
	).Scan(&number, &pull, &record.digest, &record.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // never pulled
	}
	if err != nil {
		return nil, err
	}
	feed.Last = &evidence.Pull{}
	if err := record.decode("pull "+pullID(pull), feed.Last); err != nil {
		t, pruned := tx.pruned(ctx, err)
		if !pruned {
			return nil, err
		}
		if feed.Last, err = prunedPull(ctx, tx, id, pull, t); err != nil {
			return nil, err
		}
	}
	feed.Last.ID = pullID(pull)

	var sights []sight
	for _, p := range feed.Populations {
		s, err := sightOf(ctx, tx, number, p, upTo)
		if err != nil {
			return nil, fmt.Errorf("population %s of %s: %w", p.Type, id.Collector, err)
		}
		if s.population == 0 {
			continue
		}
		s.of = p
		sights = append(sights, s)
		if s.complete != 0 {
			feed.Complete[p.Type] = s.completedAt
		}
		since, err := unseenSince(ctx, tx, s, upTo)
		if err != nil {
			return nil, err
		}
		if !since.IsZero() {
			feed.Since[p.Type] = since
		}
	}
	for i, h := range feed.Last.Holes {
		feed.Last.Holes[i].Since = since(h, feed)
	}
	return sights, nil
}

func sightOf(ctx context.Context, tx session, feed int64, p evidence.Population, upTo int64) (sight, error) {
	var s sight
	err := tx.row(ctx, "SELECT id FROM population WHERE feed = $1 AND kind = $2 AND type = $3",
		feed, string(p.Kind), p.Type).Scan(&s.population)
	if errors.Is(err, sql.ErrNoRows) {
		return sight{}, nil
	}
	if err != nil {
		return sight{}, err
	}
	err = s.lastComplete(ctx, tx, upTo)
	return s, err
}

// lastComplete fills in the newest pull that saw all of the population; none may have.
func (s *sight) lastComplete(ctx context.Context, tx session, upTo int64) error {
	var started int64
	err := tx.row(ctx, `SELECT p.seq, p.started_at FROM pull_population c JOIN pull p ON p.seq = c.seq
		WHERE c.population = $1 AND c.complete AND c.seq <= $2 ORDER BY c.seq DESC LIMIT 1`,
		s.population, upTo).Scan(&s.complete, &started)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	s.completedAt = fromMicros(started)
	return err
}

// confirmed is the start of the pull that last confirmed a fact which a pull was
// the last to write. The later one is that of the larger number, whatever the clock
// showed: one that was ahead once must not make facts fresh for ever.
func (s sight) confirmed(seq int64, started time.Time) time.Time {
	if s.complete > seq {
		return s.completedAt
	}
	return started
}

// unseenSince is the start of the first pull that missed some of a population
// since the newest that saw all of it; zero if the newest did.
func unseenSince(ctx context.Context, tx session, s sight, upTo int64) (time.Time, error) {
	var started int64
	err := tx.row(ctx, `SELECT p.started_at FROM pull_population c JOIN pull p ON p.seq = c.seq
		WHERE c.population = $1 AND c.seq > $2 AND c.seq <= $3 ORDER BY c.seq LIMIT 1`,
		s.population, s.complete, upTo).Scan(&started)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return fromMicros(started), err
}

// since is since when a hole of the newest pull has been there: for one in all
// populations, the earliest.
func since(h evidence.Hole, feed *evidence.FeedState) time.Time {
	earliest := feed.Last.StartedAt
	for _, p := range feed.Populations {
		if at, ok := feed.Since[p.Type]; ok && (h.Type == "" || h.Type == p.Type) && at.Before(earliest) {
			earliest = at
		}
	}
	return earliest
}
