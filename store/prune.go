package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// EntryPruned says how many bodies a commit pruned, by which rule; its tombstones say which.
const EntryPruned = "pruned"

// Retention is which bodies may be pruned.
type Retention struct {
	Keep time.Duration // since they were last valid
	// Periods are configured: besides those that are known already, their evidence
	// stays until they are closed.
	Periods []soc2.Interval
}

// Rule is how tombstones name it.
func (r Retention) Rule() string { return fmt.Sprintf("keep %dd", int(r.Keep.Hours()/24)) }

// PruneOptions are how a retention is applied.
type PruneOptions struct {
	Retention
	DryRun   bool           // only say what would be pruned
	By       evidence.Actor // the zero value: the program
	Progress func(stage string, done, total int64)
}

// Pruning is what was pruned, or would be.
type Pruning struct {
	Rule   string           `json:"rule"`
	Before time.Time        `json:"before"` // what was valid at this time or later is kept
	Bodies int64            `json:"bodies"`
	Bytes  int64            `json:"bytes"`
	Of     map[string]int64 `json:"of"`   // bodies by what they were
	Kept   []string         `json:"kept"` // holds and open periods that keep more than the rule
}

// pruneBatch is how many bodies one commit prunes: another writer waits no longer.
const pruneBatch = 1000

// Prune empties, under tombstones, the bodies that were last valid before the
// retention's time: facts that were replaced or are gone, records of pulls and
// results of assessments that newer ones followed. What is current, and what was
// valid at any moment of a hold or of a period that is not closed, stays however
// old. Rows, digests and lines of the log all stay.
//
// It prunes in commits of its own, each whole or not at all; stopped half-way it
// goes on the next time.
func (s *Store) Prune(ctx context.Context, o PruneOptions) (Pruning, error) {
	const what = "prune"
	if o.Keep < 24*time.Hour {
		return Pruning{}, fmt.Errorf("prune: keeping evidence for %s is less than a day", o.Keep)
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	if o.By == (evidence.Actor{}) {
		o.By = evidence.Program
	}
	if !o.DryRun {
		for _, w := range o.Periods {
			if err := s.OpenPeriod(ctx, w, evidence.Program); err != nil {
				return Pruning{}, err
			}
		}
	}
	now := s.options.Clock().UTC()
	done := Pruning{Rule: o.Rule(), Before: now.Add(-o.Keep), Of: map[string]int64{}, Kept: []string{}}
	var all []prunable
	var seen int64 // the newest commit that the choice knows of
	err := s.read(ctx, what, func(tx session) (err error) {
		if err := tx.leapt(ctx, now); err != nil {
			return err
		}
		if seen, err = newestCommit(ctx, tx); err != nil {
			return err
		}
		kept, err := tx.shields(ctx, o.Periods)
		if err != nil {
			return err
		}
		done.Kept = append(done.Kept, kept.why...)
		before, err := earliestAt(ctx, tx, done.Before)
		if err != nil {
			return err
		}
		all, err = tx.prunable(ctx, before, kept, func(n, total int64) { o.Progress("choosing", n, total) })
		return err
	})
	if err != nil || o.DryRun {
		for _, p := range all {
			done.add(p)
		}
		return done, err
	}
	for from := 0; from < len(all); from += pruneBatch {
		pruned, err := s.pruneBatch(ctx, o, done.Before, seen, all[from:min(from+pruneBatch, len(all))])
		if err != nil {
			return done, err
		}
		for _, p := range pruned {
			done.add(p)
		}
		o.Progress("pruning", int64(min(from+pruneBatch, len(all))), int64(len(all)))
	}
	if done.Bodies > 0 {
		_, err = s.Sign(ctx)
	}
	return done, err
}

func (d *Pruning) add(p prunable) {
	d.Bodies++
	d.Bytes += p.bytes
	d.Of[p.what]++
}

func (p prunable) ofAnswer() bool {
	return p.what == prunedAnswers || p.what == prunedRequests || p.what == prunedItems
}

// pruneBatch prunes what nothing has asked for since it was chosen.
func (s *Store) pruneBatch(ctx context.Context, o PruneOptions, before time.Time, seen int64, batch []prunable) (pruned []prunable, err error) {
	const what = "prune"
	_, err = s.commit(ctx, kindEntry, what, func(ctx context.Context, c *commit) error {
		var held bool
		if err := c.row(ctx, "SELECT EXISTS (SELECT 1 FROM entry WHERE kind IN ('"+EntryHold+"', '"+EntryPeriodOpened+"') AND seq > $1)", seen).Scan(&held); err != nil {
			return err
		}
		if held {
			return errors.New("a hold or a period was recorded meanwhile: prune again")
		}
		used, err := c.usedAfter(ctx, seen)
		if err != nil {
			return err
		}
		pruned = pruned[:0]
		var blobs []int64
		var bytes, answers int64
		for _, p := range batch {
			if used[p.blob] {
				continue
			}
			pruned, blobs, bytes = append(pruned, p), append(blobs, p.blob), bytes+p.bytes
			if p.ofAnswer() {
				answers += p.bytes
			}
		}
		body, err := json.Marshal(struct {
			Rule   string    `json:"rule"`
			Before time.Time `json:"before"`
			Bodies int       `json:"bodies"`
			Bytes  int64     `json:"bytes"`
			// AnswerBytes are of answers: their budget has them again.
			AnswerBytes int64 `json:"answer_bytes,omitempty"`
		}{o.Rule(), before, len(blobs), bytes, answers})
		if err != nil {
			return err
		}
		if err := c.entry(ctx, 0, Entry{Kind: EntryPruned, Subject: o.Rule(), Actor: o.By, Body: body}); err != nil {
			return err
		}
		return c.bury(ctx, blobs, o.Rule())
	})
	return pruned, err
}
