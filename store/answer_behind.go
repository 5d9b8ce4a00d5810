package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Behind is what was kept of the answers behind what a feed saw.
type Behind struct {
	Pull     string    // with which the answers were kept; empty: none ever were
	At       time.Time // when that pull began
	Why      string    // they were kept: first, changed or interval
	FactPull string    // the pull that last changed the resource; empty: none did
	// Newer: the resource changed after the answers were kept, so they are not what
	// it was read from. The budget was used up by then.
	Newer   bool
	Answers []evidence.Answer
}

// AnswersBehind gives what was answered to a feed, as it was kept last by the time
// of one of its pulls ("p12"), for one of its resources.
func (s *Store) AnswersBehind(ctx context.Context, feed evidence.FeedID, pull string, resource evidence.Resource) (Behind, error) {
	var out Behind
	var upTo int64
	if _, err := fmt.Sscanf(pull, "p%d", &upTo); err != nil {
		return out, fmt.Errorf("answers behind pull %q: not the number of a pull", pull)
	}
	err := s.read(ctx, "read answers behind "+pull, func(tx session) error {
		var number int64
		err := tx.row(ctx, "SELECT id FROM feed WHERE collector = $1 AND provider = $2 AND account = $3 AND region = $4 AND shard = $5",
			feed.Collector, feed.Scope.Provider, feed.Scope.Account, feed.Scope.Region, feed.Scope.Shard).Scan(&number)
		if err != nil {
			return none(err)
		}
		var population, id, newest, changed int64
		k := resource.Key()
		err = tx.row(ctx, `SELECT c.population, c.resource, c.seq FROM fact_change c JOIN resource r ON r.id = c.resource JOIN population n ON n.id = c.population
			WHERE n.feed = $1 AND r.provider = $2 AND r.account = $3 AND r.region = $4 AND r.kind = $5 AND r.ref = $6 AND c.seq <= $7 ORDER BY c.seq DESC LIMIT 1`,
			number, k.Provider, k.Account, k.Region, string(k.Kind), k.ID, upTo).Scan(&population, &id, &newest)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		default:
			if err := tx.row(ctx, sameSince, population, id, newest).Scan(&changed); err != nil {
				return err
			}
			out.FactPull = pullID(changed)
		}
		var seq, started int64
		err = tx.row(ctx, `SELECT a.seq, a.why, p.started_at FROM answer_set a JOIN pull p ON p.seq = a.seq
			WHERE a.feed = $1 AND a.seq <= $2 ORDER BY a.seq DESC LIMIT 1`, number, upTo).Scan(&seq, &out.Why, &started)
		if err != nil {
			return none(err)
		}
		out.Pull, out.At, out.Newer = pullID(seq), fromMicros(started), changed > seq
		kept, err := tx.answersAt(ctx, number, seq)
		if err != nil {
			return err
		}
		for _, k := range kept {
			a, err := tx.answer(ctx, k)
			if err != nil {
				return err
			}
			out.Answers = append(out.Answers, a)
		}
		return nil
	})
	return out, err
}

func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func (s session) answer(ctx context.Context, k keptAnswer) (evidence.Answer, error) {
	var a evidence.Answer
	request, err := s.packed(ctx, "SELECT digest, body FROM blob WHERE id = $1", k.request)
	if t, gone := s.pruned(ctx, err); gone {
		a.Gone = append(a.Gone, "what was asked: "+t.String())
	} else if err != nil {
		return a, err
	} else if err := json.Unmarshal(request, &a.Request); err != nil {
		return a, fmt.Errorf("decode a request: %w", err)
	}
	b, err := s.packed(ctx, "SELECT digest, body FROM blob WHERE id = $1", k.answer)
	if t, gone := s.pruned(ctx, err); gone {
		a.Gone = append(a.Gone, "what was answered: "+t.String())
		return a, nil
	}
	if err != nil {
		return a, err
	}
	var d answerDoc
	if err := json.Unmarshal(b, &d); err != nil {
		return a, fmt.Errorf("decode the answer to %s: %w", a.Request.Operation, err)
	}
	a.Status, a.Rest, a.Removed, a.Why, a.Digest, a.Size = d.Status, d.Rest, d.Removed, d.Why, d.Digest, d.Size
	gone := map[string]int{}
	for _, digest := range d.Items {
		raw, err := rawDigest(digest)
		if err != nil {
			return a, err
		}
		item, err := s.packed(ctx, "SELECT digest, body FROM blob WHERE digest = $1", raw)
		if t, pruned := s.pruned(ctx, err); pruned {
			gone[t.String()]++
			continue
		}
		if err != nil {
			return a, fmt.Errorf("item %s of the answer to %s: %w", digest, a.Request.Operation, err)
		}
		a.Items = append(a.Items, item)
	}
	for _, why := range slices.Sorted(maps.Keys(gone)) {
		a.Gone = append(a.Gone, fmt.Sprintf("%d of its items: %s", gone[why], why))
	}
	return a, nil
}

// packed reads a body and checks it against its digest.
func (s session) packed(ctx context.Context, query string, key any) ([]byte, error) {
	var b stored
	if err := s.row(ctx, query, key).Scan(&b.digest, &b.body); err != nil {
		return nil, err
	}
	if err := b.verify("answer"); err != nil {
		return nil, err
	}
	return unpackBody(b.body)
}
