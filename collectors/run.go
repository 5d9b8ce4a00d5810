package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// Runner runs sources: it asks each what it holds, reads every feed it plans,
// and commits each pull as soon as it is done.
//
// What a provider does wrong is a hole in a pull, never an error of Run. What
// was being read when the context ended is thrown away: our going away is not
// the provider's hole.
type Runner struct {
	Providers   []connect.Provider // nil: all of them
	Clock       func() time.Time
	Version     string // of the collectors, written into every pull
	Concurrency int    // feeds of one source at a time; 0: 8
	// FeedTimeout bounds one feed, DiscoveryTimeout asking one source what it
	// holds. Zero: 30 and 5 minutes.
	FeedTimeout      time.Duration
	DiscoveryTimeout time.Duration

	// Known returns the feeds of a source's last plan.
	Known      func(ctx context.Context, source string) ([]evidence.FeedID, error)
	CommitPlan func(context.Context, evidence.Plan) error
	CommitPull func(context.Context, evidence.Pull, []evidence.Fact) error
	// CommitAnswered takes the place of CommitPull where the providers' redacted
	// answers are kept beside the facts. Nil: none are captured.
	CommitAnswered func(context.Context, evidence.Pull, []evidence.Fact, []evidence.Answer) error
	// Progress is told what happens, one event at a time. Nil: nobody is told.
	Progress func(Event)
}

// Announce plans every source that was never planned, over its own scope, before
// anything is read. Without it a source that has not been asked yet would have no
// feeds, and what other sources show would stand for it.
func (r *Runner) Announce(ctx context.Context, sources []connect.Source) error {
	run := r.begin()
	for _, s := range sources {
		known, err := run.Known(ctx, s.Name)
		if err != nil {
			return fmt.Errorf("read the last plan of %s: %w", s.Name, err)
		}
		if len(known) > 0 {
			continue
		}
		provider, ok := run.provider(s.Provider)
		if !ok {
			return fmt.Errorf("source %s: provider %q is not in the list of providers", s.Name, s.Provider)
		}
		if err := run.CommitPlan(ctx, standIn(s, provider, run.Clock())); err != nil {
			return fmt.Errorf("commit the plan of %s: %w", s.Name, err)
		}
	}
	return nil
}

// Run reads all sources, in parallel, to the end. Its error is ours alone: what
// could not be committed, or the context's end.
func (r *Runner) Run(ctx context.Context, sources []connect.Source) error {
	run := r.begin()
	// Sources are few, and each has its own limit: one that hangs must not keep
	// the others waiting.
	var group errgroup.Group
	group.SetLimit(max(1, len(sources)))
	for _, s := range sources {
		group.Go(func() error {
			run.source(ctx, s)
			return nil
		})
	}
	_ = group.Wait() // failures are gathered in run, since none may stop the others
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return run.failure()
}

func (r *Runner) begin() *run {
	run := &run{Runner: *r}
	if run.Providers == nil {
		run.Providers = Providers
	}
	run.Concurrency = cmp.Or(run.Concurrency, 8)
	run.FeedTimeout = cmp.Or(run.FeedTimeout, 30*time.Minute)
	run.DiscoveryTimeout = cmp.Or(run.DiscoveryTimeout, 5*time.Minute)
	return run
}

// run is one run under way.
type run struct {
	Runner
	telling sync.Mutex

	mu     sync.Mutex
	failed []error
}

// source reads one source: known feeds, discovery, plan, feeds.
func (r *run) source(ctx context.Context, s connect.Source) {
	r.tell(Event{Source: s.Name, Scope: s.Scope, State: Discovering})
	known, err := r.Known(ctx, s.Name)
	if err != nil {
		r.fail(fmt.Errorf("read the last plan of %s: %w", s.Name, err))
		return
	}
	provider, ok := r.provider(s.Provider)
	if !ok {
		r.fail(fmt.Errorf("source %s: provider %q is not in the list of providers", s.Name, s.Provider))
		return
	}
	started := r.Clock()
	meter := transport.NewMeter(provider.Discovery, s.Scope)
	d, err := r.discover(transport.WithMeter(ctx, meter), s, known)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		r.undiscovered(ctx, s, provider, known, lost{err: err, meter: meter, started: started})
		return
	}
	d.Principal, _ = evidence.Mask(d.Principal) // it is what the provider says
	r.tell(Event{Source: s.Name, Scope: s.Scope, State: Discovered, Principal: d.Principal, Feeds: len(d.Feeds)})
	if err := r.CommitPlan(ctx, plan(s, d, started)); err != nil {
		r.fail(fmt.Errorf("commit the plan of %s: %w", s.Name, err))
		return
	}
	var group errgroup.Group
	group.SetLimit(r.Concurrency)
	for _, f := range d.Feeds {
		group.Go(func() error {
			r.feed(ctx, s, d, f)
			return nil
		})
	}
	_ = group.Wait()
}

// feed reads one feed and commits its pull.
func (r *run) feed(ctx context.Context, s connect.Source, d connect.Discovery, f connect.Feed) {
	if ctx.Err() != nil {
		return
	}
	r.tell(Event{Source: s.Name, Collector: f.Collector.Name, Scope: f.Scope, State: Started})
	rec := evidence.NewRecorder(evidence.Pull{
		Source: s.Name, Collector: f.Collector.Name, CollectorVersion: r.Version,
		Scope: f.Scope, Populations: f.Collector.Populations,
		Principal: d.Principal, PrincipalScopes: d.PrincipalScopes,
		StartedAt: r.Clock(),
	})
	meter := transport.NewMeter(f.Collector, f.Scope)
	if r.CommitAnswered != nil {
		meter.Capture()
	}
	if err := r.collect(transport.WithMeter(ctx, meter), f, rec); err != nil {
		rec.Miss("", err)
	}
	if ctx.Err() != nil {
		return // cut short by us, so whatever it says is missing may well be there
	}
	pull, facts := rec.Result()
	pull.FinishedAt = r.Clock()
	meter.Fill(&pull)
	r.commit(ctx, pull, facts, meter.Answers())
}

// collect calls the collector under its time limit.
func (r *run) collect(ctx context.Context, f connect.Feed, rec *evidence.Recorder) error {
	if f.Err != nil {
		return f.Err
	}
	if f.Collect == nil {
		return fmt.Errorf("collector %s was planned without a way to read it", f.Collector.Name)
	}
	ctx, cancel := withLimit(ctx, r.FeedTimeout)
	defer cancel()
	err := connect.Safely(f.Collector.Name, func() error { return f.Collect(ctx, rec) })
	if ctx.Err() != nil {
		// A collector that notes failures field by field may return without an
		// error although most of its reads were cut off.
		return context.Cause(ctx)
	}
	return err
}

func (r *run) commit(ctx context.Context, pull evidence.Pull, facts []evidence.Fact, answers []evidence.Answer) {
	commit := r.CommitPull
	if r.CommitAnswered != nil {
		commit = func(ctx context.Context, pull evidence.Pull, facts []evidence.Fact) error {
			return r.CommitAnswered(ctx, pull, facts, answers)
		}
	}
	if err := commit(ctx, pull, facts); err != nil {
		r.fail(fmt.Errorf("commit the pull of %s over %s: %w", pull.Collector, pull.Scope, err))
		return
	}
	e := Event{Source: pull.Source, Collector: pull.Collector, Scope: pull.Scope, State: Finished, Items: pull.Items, Principal: pull.Principal}
	if len(pull.Holes) > 0 {
		e.Hole = &pull.Holes[0]
	}
	r.tell(e)
}

func (r *run) provider(name string) (connect.Provider, bool) {
	for _, p := range r.Providers {
		if p.Name == name {
			return p, true
		}
	}
	return connect.Provider{}, false
}

func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = append(r.failed, err)
}

// failure is the first failures in full and the number of the others: a full
// disk fails every commit in the same words.
func (r *run) failure() error {
	const inFull = 3
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.failed) <= inFull {
		return errors.Join(r.failed...)
	}
	return errors.Join(append(r.failed[:inFull:inFull], fmt.Errorf("and %d more like these", len(r.failed)-inFull))...)
}

func withLimit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("not finished within %s: %w", d, context.DeadlineExceeded))
}
