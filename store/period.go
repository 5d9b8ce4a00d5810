package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// PeriodQuery is what a period is asked of.
type PeriodQuery struct {
	Window  soc2.Interval
	MaxAges map[string]time.Duration // by source: how old a pull may be
	MaxAge  time.Duration            // of sources not among them
}

// Period reads what the store holds of a window, as of now or of its end. States of
// findings are read one resource after the other and not kept: what it takes grows
// with what changed, not with how often it was judged.
func (s *Store) Period(ctx context.Context, q PeriodQuery) (soc2.PeriodEvidence, error) {
	r := &periodReader{store: s, query: q, until: q.Window.To}
	if now := s.options.Clock(); now.Before(r.until) {
		r.until = now.UTC()
	}
	err := s.read(ctx, "read the period", func(tx session) error {
		r.tx = tx
		return r.all(ctx)
	})
	if err != nil {
		return soc2.PeriodEvidence{}, err
	}
	if err := r.designs(ctx); err != nil {
		return soc2.PeriodEvidence{}, err
	}
	return r.out, nil
}

// periodReader is one reading.
type periodReader struct {
	store    *Store
	tx       session
	query    PeriodQuery
	until    time.Time
	upTo     int64                        // the newest commit that counts
	assessed []assessedRow                // all of them up to then, by number
	lower    int64                        // pulls up to it are read one by one where they matter
	pulls    []pullTimes                  // of commit lower+1 and on
	history  map[int64]*looksOfPopulation // by population
	plans    []periodPlan
	out      soc2.PeriodEvidence
}

// assessedRow is an assessment without what it said.
type assessedRow struct {
	seq, newest, feeds, result int64
	at                         time.Time
	judge                      soc2.Judge
}

func (r *periodReader) all(ctx context.Context) error {
	r.out = soc2.PeriodEvidence{Window: r.query.Window, Until: r.until, Controls: map[string]*soc2.ControlHistory{}}
	var err error
	// The window is half-open: what was committed at its very end is not in it.
	if r.upTo, err = r.store.commitAt(ctx, r.tx, r.until.Add(-time.Microsecond)); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		r.began, r.assessments, r.readPlans, r.readPulls, r.scope, r.catalogues, r.states, r.standing, r.attested, r.decisions,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *periodReader) began(ctx context.Context) error {
	var at sql.NullInt64
	err := r.tx.row(ctx, "SELECT MIN(at) FROM commit_log WHERE seq <= (SELECT MIN(seq) FROM pull)").Scan(&at)
	if err == nil && at.Valid {
		r.out.Began = fromMicros(at.Int64)
	}
	return err
}

func (r *periodReader) assessments(ctx context.Context) error {
	shared := map[string]string{}
	share := func(text string) string {
		if same, ok := shared[text]; ok {
			return same
		}
		shared[text] = text
		return text
	}
	return r.tx.each(ctx, func(rows *sql.Rows) error {
		var a assessedRow
		var at int64
		var sample bool
		j := &a.judge
		if err := rows.Scan(&a.seq, &at, &a.newest, &a.feeds, &a.result, &sample, &j.Catalogue, &j.Parameters, &j.Engine, &j.Derive); err != nil {
			return err
		}
		a.at = fromMicros(at)
		j.Catalogue, j.Parameters, j.Engine, j.Derive = share(j.Catalogue), share(j.Parameters), share(j.Engine), share(j.Derive)
		r.assessed = append(r.assessed, a)
		if !a.at.Before(r.query.Window.From) && a.at.Before(r.until) {
			r.out.Assessments++
		}
		r.out.SampleData = r.out.SampleData || sample
		r.out.Last = a.at
		return nil
	}, `SELECT seq, at, newest_pull, feeds, result, sample_data, catalogue, parameters, engine, derive
		FROM assessment WHERE seq <= $1 ORDER BY seq`, r.upTo)
}

// run is assessments one after the other that have something in common, and the
// time they speak of: what an assessment judges was there since the one before it.
type run struct {
	first int // place of the first of them
	time  soc2.Interval
}

var longAgo = time.Unix(0, 0).UTC()

// runs are the assessments up to each change of something.
func (r *periodReader) runs(differ func(a, b *assessedRow) bool) []run {
	var all []run
	for i := range r.assessed {
		if i > 0 && !differ(&r.assessed[i-1], &r.assessed[i]) {
			continue
		}
		from := longAgo
		if i > 0 {
			from = r.assessed[i-1].at
			all[len(all)-1].time.To = from
		}
		all = append(all, run{first: i, time: soc2.Interval{From: from, To: r.until}})
	}
	return all
}

func (r *periodReader) blob(ctx context.Context, id int64, what string, into any) error {
	var b stored
	if err := r.tx.row(ctx, "SELECT digest, body FROM blob WHERE id = $1", id).Scan(&b.digest, &b.body); err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return b.decode(what, into)
}

func (r *periodReader) control(id string) *soc2.ControlHistory {
	h := r.out.Controls[id]
	if h == nil {
		h = &soc2.ControlHistory{}
		r.out.Controls[id] = h
	}
	return h
}

// listed is a population of a feed.
type listed struct {
	feed       evidence.FeedID
	population evidence.Population
}
