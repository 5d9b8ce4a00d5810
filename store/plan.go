package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// CommitPlan keeps what a source's discovery found it should deliver. From the
// next snapshot on, only these feeds of the source are looked at; what an older
// plan had is out of scope, but stays in the history.
func (s *Store) CommitPlan(ctx context.Context, plan evidence.Plan) error {
	if plan.Source == "" || plan.At.IsZero() {
		return fmt.Errorf("commit plan of %q: it has no source or no time", plan.Source)
	}
	at := plan.At
	plan.At = time.Time{} // so that an unchanged plan is stored once
	record, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("encode plan of %s: %w", plan.Source, err)
	}
	_, err = s.commit(ctx, kindPlan, "commit plan of "+plan.Source, func(ctx context.Context, c *commit) error {
		blob, err := c.blob(ctx, record)
		if err != nil {
			return err
		}
		for _, f := range plan.Feeds {
			feed, err := c.feed(ctx, f.ID)
			if err != nil {
				return err
			}
			for _, p := range f.Populations {
				if _, err := c.population(ctx, feed, p); err != nil {
					return err
				}
			}
		}
		return c.exec(ctx, "INSERT INTO plan (seq, source, at, record) VALUES ($1, $2, $3, $4)", c.seq, plan.Source, micros(at), blob)
	})
	return err
}

// KnownFeeds are the feeds of a source's newest plan: what a source is expected
// to deliver when its discovery fails. Without any plan there are none.
func (s *Store) KnownFeeds(ctx context.Context, source string) ([]evidence.FeedID, error) {
	var feeds []evidence.FeedID
	err := s.read(ctx, "read plan of "+source, func(tx session) error {
		newest, err := newestCommit(ctx, tx)
		if err != nil {
			return err
		}
		plan, err := planAt(ctx, tx, source, newest)
		for _, f := range plan.Feeds {
			feeds = append(feeds, f.ID)
		}
		return err
	})
	return feeds, err
}

// planAt is a source's newest plan up to a commit; a plan without feeds if it has none.
func planAt(ctx context.Context, tx session, source string, upTo int64) (evidence.Plan, error) {
	var plan evidence.Plan
	var at int64
	var b stored
	err := tx.row(ctx, `SELECT p.at, b.digest, b.body FROM plan p JOIN blob b ON b.id = p.record
		WHERE p.source = $1 AND p.seq <= $2 ORDER BY p.seq DESC LIMIT 1`, source, upTo).Scan(&at, &b.digest, &b.body)
	if errors.Is(err, sql.ErrNoRows) {
		return plan, nil
	}
	if err != nil {
		return plan, err
	}
	if err := b.decode("plan of "+source, &plan); err != nil {
		return plan, err
	}
	plan.At = fromMicros(at)
	return plan, nil
}
