package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// judgedWithin is how soon evidence that newer evidence replaced must have been
// judged in the newer form: assessments are made at least hourly.
const judgedWithin = 2 * time.Hour

// pullTimes are when a pull began and ended, in microseconds; zero: the commit is none.
type pullTimes struct{ started, finished int64 }

// looksOfPopulation are the pulls that saw all of a population, by number.
type looksOfPopulation struct{ complete []int64 }

// readPulls reads when the pulls were made that can bear on the window: those within
// it and those that were not too old at its beginning.
func (r *periodReader) readPulls(ctx context.Context) error {
	r.history = map[int64]*looksOfPopulation{}
	oldest, endless := r.query.MaxAge, r.query.MaxAge == 0
	for _, age := range r.query.MaxAges {
		oldest, endless = max(oldest, age), endless || age == 0
	}
	if !endless {
		since := r.query.Window.From.Add(-oldest - 24*time.Hour)
		err := r.tx.row(ctx, "SELECT seq FROM commit_log WHERE at <= $1 ORDER BY seq DESC LIMIT 1", micros(since)).Scan(&r.lower)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	r.lower = min(r.lower, r.upTo)
	r.pulls = make([]pullTimes, r.upTo-r.lower)
	return r.tx.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		var t pullTimes
		if err := rows.Scan(&seq, &t.started, &t.finished); err != nil {
			return err
		}
		r.pulls[seq-r.lower-1] = t
		return nil
	}, "SELECT seq, started_at, finished_at FROM pull WHERE seq > $1 AND seq <= $2", r.lower, r.upTo)
}

// timesOf are when a pull was made.
func (r *periodReader) timesOf(ctx context.Context, seq int64) (pullTimes, error) {
	if seq > r.lower && seq <= r.upTo {
		return r.pulls[seq-r.lower-1], nil
	}
	var t pullTimes
	err := r.tx.row(ctx, "SELECT started_at, finished_at FROM pull WHERE seq = $1", seq).Scan(&t.started, &t.finished)
	return t, err
}

// look fills in how a population was looked at.
func (r *periodReader) look(ctx context.Context, population int64, l listed, maxAge time.Duration, h *soc2.PopulationHistory) error {
	var seqs []int64
	var looks []soc2.Look
	seen := &looksOfPopulation{}
	r.history[population] = seen
	var executed []int64
	add := func(seq int64, complete bool) error {
		t, err := r.timesOf(ctx, seq)
		if err != nil {
			return err
		}
		look := soc2.Look{At: fromMicros(t.started)}
		switch {
		case complete:
			seen.complete = append(seen.complete, seq)
			executed = append(executed, seq)
		case len(looks) > 0 && looks[len(looks)-1].Hole != nil:
			look.Hole = looks[len(looks)-1].Hole // why sight was lost is told by the pull that lost it
		default:
			if look.Hole, err = r.holeOf(ctx, seq, l.population.Type); err != nil {
				return err
			}
		}
		if !look.At.Before(r.query.Window.From) && look.At.Before(r.until) {
			h.Pulls++
		}
		seqs, looks = append(seqs, seq), append(looks, look)
		return nil
	}
	var first int64
	var complete bool
	err := r.tx.row(ctx, "SELECT seq, complete FROM pull_population WHERE population = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1", population, r.lower).
		Scan(&first, &complete)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		if err := add(first, complete); err != nil {
			return err
		}
	}
	err = r.tx.each(ctx, func(rows *sql.Rows) error {
		var seq int64
		var complete bool
		if err := rows.Scan(&seq, &complete); err != nil {
			return err
		}
		return add(seq, complete)
	}, "SELECT seq, complete FROM pull_population WHERE population = $1 AND seq > $2 AND seq <= $3 ORDER BY seq", population, r.lower, r.upTo)
	if err != nil {
		return err
	}
	for i := range looks {
		next := int64(0)
		if i+1 < len(seqs) {
			next = seqs[i+1]
		}
		looks[i].Judged = r.judged(seqs[i], next, looks[i].At)
	}
	h.Gaps = soc2.GapsOf(looks, h.Scope, maxAge, soc2.Interval{From: r.query.Window.From, To: r.until})
	h.Planned, h.Executed = r.tests(l, executed)
	return nil
}

// judged says whether any assessment judged what a pull saw: while it was the
// newest of its population, or soon after in the form of the next (0: there is none).
func (r *periodReader) judged(pull, next int64, at time.Time) bool {
	i := sort.Search(len(r.assessed), func(i int) bool { return r.assessed[i].seq > pull })
	for ; i < len(r.assessed); i++ {
		a := &r.assessed[i]
		if a.newest < pull {
			continue // its evidence was read before the pull was kept
		}
		return next == 0 || a.newest < next || a.at.Sub(at) <= judgedWithin
	}
	return false
}

// tests counts the pulls of a population that plans of the window asked for, and
// those that were made before the next plan of the same source and saw all of it.
func (r *periodReader) tests(l listed, complete []int64) (planned, executed int) {
	count := func(from, to int64) {
		planned++
		i, _ := slices.BinarySearch(complete, from)
		if i < len(complete) && (to == 0 || complete[i] < to) {
			executed++
		}
	}
	open := map[string]int64{}
	for _, p := range r.plans {
		if from, ok := open[p.source]; ok {
			count(from, p.seq)
			delete(open, p.source)
		}
		if p.feeds[l] && !p.at.Before(r.query.Window.From) && p.at.Before(r.until) {
			open[p.source] = p.seq
		}
	}
	for _, from := range open {
		count(from, 0)
	}
	return planned, executed
}

// holeOf is why a pull did not see all of a population.
func (r *periodReader) holeOf(ctx context.Context, seq int64, populationType string) (*evidence.Hole, error) {
	var record int64
	if err := r.tx.row(ctx, "SELECT record FROM pull WHERE seq = $1", seq).Scan(&record); err != nil {
		return nil, err
	}
	var pull evidence.Pull
	if err := r.blob(ctx, record, "pull "+pullID(seq), &pull); err != nil {
		if t, pruned := r.tx.pruned(ctx, err); pruned {
			return t.hole("why pull "+pullID(seq)+" did not see all of it was", populationType), nil
		}
		return nil, err
	}
	if h, ok := pull.HoleFor(populationType); ok {
		return &h, nil
	}
	return &evidence.Hole{Reason: evidence.NotCollected, Detail: "the pull did not read it"}, nil
}

// seenBy is the newest pull up to a commit that saw all of a population; 0: there is none.
func (r *periodReader) seenBy(ctx context.Context, population, upTo int64) (int64, error) {
	if h := r.history[population]; h != nil {
		if i, found := slices.BinarySearch(h.complete, upTo); found {
			return upTo, nil
		} else if i > 0 && h.complete[i-1] > r.lower {
			return h.complete[i-1], nil
		}
	}
	var seq int64
	err := r.tx.row(ctx, "SELECT seq FROM pull_population WHERE population = $1 AND complete AND seq <= $2 ORDER BY seq DESC LIMIT 1", population, upTo).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return seq, err
}
