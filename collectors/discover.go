package collectors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// discover asks a source what it holds. An answer we cannot plan by is an error:
// a source without feeds would have nothing to be unobserved.
func (r *run) discover(ctx context.Context, s connect.Source, known []evidence.FeedID) (connect.Discovery, error) {
	ctx, cancel := withLimit(ctx, r.DiscoveryTimeout)
	defer cancel()
	var d connect.Discovery
	err := connect.Safely("the discovery of "+s.Name, func() (err error) {
		d, err = s.Discover(ctx, slices.Clone(known))
		return err
	})
	if ctx.Err() != nil {
		return d, context.Cause(ctx)
	}
	if err != nil {
		return d, err
	}
	if len(d.Feeds) == 0 {
		return d, errors.New("the source planned nothing to read")
	}
	planned := map[evidence.FeedID]bool{}
	for _, f := range d.Feeds {
		if planned[f.ID()] {
			return d, fmt.Errorf("%s over %s was planned twice", f.Collector.Name, f.Scope)
		}
		planned[f.ID()] = true
	}
	return d, nil
}

func plan(s connect.Source, d connect.Discovery, at time.Time) evidence.Plan {
	p := evidence.Plan{Source: s.Name, Provider: s.Provider, At: at, Principal: d.Principal}
	for _, f := range d.Feeds {
		p.Feeds = append(p.Feeds, evidence.PlannedFeed{ID: f.ID(), Populations: f.Collector.Populations})
	}
	return p
}

// lost is a discovery that failed.
type lost struct {
	err     error
	meter   *transport.Meter
	started time.Time
}

// undiscovered commits a failed pull for everything a source was last known to
// hold. If it was never known, every collector of its provider fails over the
// source's own scope, and is planned there, so that the loss shows until a
// discovery succeeds.
func (r *run) undiscovered(ctx context.Context, s connect.Source, p connect.Provider, known []evidence.FeedID, why lost) {
	hole := evidence.HoleFrom(why.err)
	r.tell(Event{Source: s.Name, Scope: s.Scope, State: Discovered, Hole: &hole, Feeds: len(known)})
	if len(known) == 0 {
		plan := standIn(s, p, why.started)
		for _, f := range plan.Feeds {
			known = append(known, f.ID)
		}
		if err := r.CommitPlan(ctx, plan); err != nil {
			r.fail(fmt.Errorf("commit the plan of %s: %w", s.Name, err))
			return
		}
	}
	for _, id := range known {
		if ctx.Err() != nil {
			return
		}
		pull := evidence.Pull{
			Source: s.Name, Collector: id.Collector, CollectorVersion: r.Version,
			Scope: id.Scope, Populations: populations(p, id.Collector),
			StartedAt: why.started, FinishedAt: r.Clock(),
			Holes: []evidence.Hole{hole},
		}
		why.meter.Fill(&pull)
		pull.OperationCounts = map[string]int{} // the calls were the discovery's, not this pull's
		r.commit(ctx, pull, nil, nil)
	}
}

// standIn plans what every source of a provider reads over its own scope, for one of
// which no more is known.
func standIn(s connect.Source, p connect.Provider, at time.Time) evidence.Plan {
	plan := evidence.Plan{Source: s.Name, Provider: s.Provider, At: at}
	for _, c := range p.Collectors {
		if c.Optional {
			continue
		}
		id := evidence.FeedID{Collector: c.Name, Scope: s.Scope}
		plan.Feeds = append(plan.Feeds, evidence.PlannedFeed{ID: id, Populations: c.Populations})
	}
	return plan
}

func populations(p connect.Provider, collector string) []evidence.Population {
	for _, c := range p.Collectors {
		if c.Name == collector {
			return c.Populations
		}
	}
	return nil // planned by a version that had the collector; its plan knows what it owned
}
