package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// periodPlan is a plan within the window, or the last one before it.
type periodPlan struct {
	seq    int64
	at     time.Time
	feeds  map[listed]bool
	source string
}

func (r *periodReader) readPlans(ctx context.Context) error {
	decoded := map[int64]map[listed]bool{}
	return r.tx.each(ctx, func(rows *sql.Rows) error {
		var p periodPlan
		var at, record int64
		if err := rows.Scan(&p.seq, &p.source, &at, &record); err != nil {
			return err
		}
		p.at = fromMicros(at)
		feeds, known := decoded[record]
		if !known {
			var plan evidence.Plan
			if err := r.blob(ctx, record, "plan of "+p.source, &plan); err != nil {
				return err
			}
			feeds = map[listed]bool{}
			for _, f := range plan.Feeds {
				for _, population := range f.Populations {
					feeds[listed{f.ID, population}] = true
				}
			}
			decoded[record] = feeds
		}
		p.feeds = feeds
		r.plans = append(r.plans, p)
		return nil
	}, `SELECT seq, source, at, record FROM plan p WHERE seq <= $1
		AND (at >= $2 OR seq = (SELECT MAX(n.seq) FROM plan n WHERE n.source = p.source AND n.at < $2)) ORDER BY seq`,
		r.upTo, micros(r.query.Window.From))
}

// maxAges is how old a pull of each feed may be: the strictest of its sources.
func (r *periodReader) maxAges() map[listed]time.Duration {
	ages := map[listed]time.Duration{}
	told := map[string]bool{}
	for _, p := range slices.Backward(r.plans) { // the newest plan of a source is nearly always all of them
		age, configured := r.query.MaxAges[p.source]
		if !configured {
			age = r.query.MaxAge
		}
		for l := range p.feeds {
			had, twice := ages[l]
			if !twice {
				ages[l] = age
			} else if !told[p.source] {
				ages[l] = stricter(had, age)
			}
		}
		told[p.source] = true
	}
	return ages
}

// scope says which populations were in scope when, from the feeds that assessments
// judged, and what of them was not observed.
func (r *periodReader) scope(ctx context.Context) error {
	in := map[listed][]soc2.Interval{}
	var before map[listed]bool
	for n, run := range r.runs(func(a, b *assessedRow) bool { return a.feeds != b.feeds }) {
		a := r.assessed[run.first]
		var feeds []soc2.AssessedFeed
		if err := r.blob(ctx, a.feeds, "feeds of an assessment", &feeds); err != nil {
			return err
		}
		now := map[listed]bool{}
		for _, f := range feeds {
			for _, p := range f.Populations {
				l := listed{f.ID, p}
				now[l] = true
				time := run.time
				if n > 0 && !before[l] {
					time.From = r.plannedSince(l, time.From, a.at)
				}
				in[l] = append(in[l], time)
			}
		}
		if n > 0 && !a.at.Before(r.query.Window.From) {
			if change := scopeChange(a.at, before, now); len(change.Added)+len(change.Removed) > 0 {
				r.out.Scopes = append(r.out.Scopes, change)
			}
		}
		before = now
	}
	ids, err := r.populationIDs(ctx)
	if err != nil {
		return err
	}
	ages := r.maxAges()
	for l, times := range in {
		scope := soc2.Union(times...).Within(soc2.Interval{From: r.query.Window.From, To: r.until})
		if len(scope) == 0 {
			continue
		}
		h := soc2.PopulationHistory{Feed: l.feed, Population: l.population, Scope: scope}
		age, known := ages[l]
		if !known {
			age = r.query.MaxAge
		}
		if err := r.look(ctx, ids[l], l, age, &h); err != nil {
			return err
		}
		r.out.Populations = append(r.out.Populations, h)
	}
	slices.SortFunc(r.out.Populations, func(a, b soc2.PopulationHistory) int {
		x, y := a.Feed.Scope, b.Feed.Scope
		return cmp.Or(
			cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.Account, y.Account), cmp.Compare(x.Region, y.Region), cmp.Compare(x.Shard, y.Shard),
			cmp.Compare(a.Feed.Collector, b.Feed.Collector), cmp.Compare(a.Population.Type, b.Population.Type),
		)
	})
	return nil
}

// plannedSince is when a feed that is new came into scope: with the plan that has it.
func (r *periodReader) plannedSince(l listed, from, to time.Time) time.Time {
	for _, p := range r.plans {
		if p.feeds[l] && !p.at.Before(from) && p.at.Before(to) {
			return p.at
		}
	}
	return from
}

func scopeChange(at time.Time, before, now map[listed]bool) soc2.ScopeChange {
	return soc2.ScopeChange{At: at, Added: feedsOnlyIn(now, before), Removed: feedsOnlyIn(before, now)}
}

func feedsOnlyIn(these, others map[listed]bool) []evidence.FeedID {
	has := map[evidence.FeedID]bool{}
	for l := range others {
		has[l.feed] = true
	}
	var feeds []evidence.FeedID
	for l := range these {
		if !has[l.feed] {
			has[l.feed] = true
			feeds = append(feeds, l.feed)
		}
	}
	slices.SortFunc(feeds, func(a, b evidence.FeedID) int {
		return cmp.Or(cmp.Compare(a.Scope.String(), b.Scope.String()), cmp.Compare(a.Collector, b.Collector))
	})
	return feeds
}

func (r *periodReader) populationIDs(ctx context.Context) (map[listed]int64, error) {
	ids := map[listed]int64{}
	err := r.tx.each(ctx, func(rows *sql.Rows) error {
		var id int64
		var l listed
		s := &l.feed.Scope
		err := rows.Scan(&id, &l.population.Kind, &l.population.Type, &l.feed.Collector, &s.Provider, &s.Account, &s.Region, &s.Shard)
		ids[l] = id
		return err
	}, "SELECT p.id, p.kind, p.type, f.collector, f.provider, f.account, f.region, f.shard FROM population p JOIN feed f ON f.id = p.feed")
	return ids, err
}
