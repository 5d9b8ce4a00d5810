package daemon

import (
	"context"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/soc2"
)

// longestSleep bounds one wait, so that a clock that was set or a machine that
// slept is noticed soon.
const longestSleep = time.Minute

// mostTicks bounds the counting of ticks that passed while nobody was there.
const mostTicks = 10_000

// source is one source on its schedule. One goroutine follows it, so it can
// never run twice at once.
type source struct {
	Scheduled
	asked chan struct{} // one place: somebody wants it run now

	mu      sync.Mutex
	next    time.Time
	lastRun time.Time
	running bool
	failed  bool // the last run could not be kept
	news    bool // it ran since the last assessment
}

// follow runs a source whenever its schedule comes round.
func (d *Daemon) follow(ctx context.Context, s *source, doing *duty) {
	due := d.firstRun(s)
	for {
		s.plan(due)
		d.opts.Metrics.Next(s.Source.Name, due)
		var ok bool
		if due, ok = d.sleepUntil(ctx, s, due); !ok {
			return
		}
		began := d.now()
		missed, _ := ticks(s.Schedule, due, began) // after the one that runs now
		d.missed(s, missed)
		d.pull(ctx, s, doing)
		var overlapped int
		overlapped, due = ticks(s.Schedule, began, d.now())
		if overlapped > 0 {
			d.opts.Metrics.Overlapped(s.Source.Name, overlapped)
			d.opts.Log.Warn("run took longer than its schedule", zap.String("source", s.Source.Name), zap.Int("skipped_ticks", overlapped))
		}
	}
}

// firstRun is when a source runs first: at once if a tick passed since all of
// it was last pulled, or if any of it never was; else with its schedule.
func (d *Daemon) firstRun(s *source) time.Time {
	now := d.now()
	last := time.Time{}
	if p := d.published.Load(); p != nil {
		last = lastPull(p.assessment, s.Source.Name)
	}
	if last.IsZero() {
		return now
	}
	missed, next := ticks(s.Schedule, last, now)
	if missed == 0 {
		return next
	}
	d.missed(s, missed)
	return now
}

// lastPull is when the feed of a source that was pulled longest ago was pulled;
// zero if any of its feeds never was, or it has none.
func lastPull(a soc2.Assessment, source string) time.Time {
	var oldest time.Time
	for _, f := range a.Feeds {
		switch {
		case f.Source != source:
		case f.Last == nil:
			return time.Time{}
		case oldest.IsZero() || f.Last.StartedAt.Before(oldest):
			oldest = f.Last.StartedAt
		}
	}
	return oldest
}

func (d *Daemon) missed(s *source, n int) {
	if n > 0 {
		d.opts.Metrics.Missed(s.Source.Name, n)
		d.opts.Log.Warn("missed scheduled runs", zap.String("source", s.Source.Name), zap.Int("missed_ticks", n))
	}
}

// ticks counts a schedule's ticks after one time and until another, and gives
// the first one later than that.
func ticks(s cron.Schedule, after, until time.Time) (n int, next time.Time) {
	next = s.Next(after.UTC())
	for !next.IsZero() && !next.After(until) {
		if n++; n == mostTicks {
			return n, s.Next(until.UTC())
		}
		next = s.Next(next)
	}
	return n, next
}

// sleepUntil waits for a tick, or for the one that takes its place when the
// clock was set back, or until somebody asks. It is false when the context ended first.
func (d *Daemon) sleepUntil(ctx context.Context, s *source, due time.Time) (time.Time, bool) {
	for {
		now := d.now()
		if sooner := s.Schedule.Next(now); sooner.Before(due) && !sooner.IsZero() {
			due = sooner
		}
		left := due.Sub(now)
		if left <= 0 && !due.IsZero() {
			return due, ctx.Err() == nil
		}
		if due.IsZero() || left > longestSleep {
			left = longestSleep
		}
		timer := time.NewTimer(left)
		select {
		case <-ctx.Done():
			timer.Stop()
			return due, false
		case <-s.asked:
			timer.Stop()
			return d.now(), ctx.Err() == nil
		case <-timer.C:
		}
	}
}

// pull runs one source and asks for an assessment of what it brought.
func (d *Daemon) pull(ctx context.Context, s *source, doing *duty) {
	began := d.now()
	s.start(began)
	err := guarded(func() error { return doing.Pull(ctx, []connect.Source{s.Source}) })
	took := d.now().Sub(began)
	log := d.opts.Log.With(zap.String("source", s.Source.Name), zap.Float64("duration_seconds", took.Seconds()))
	if ctx.Err() != nil {
		s.finish(false)
		log.Info("run stopped", zap.NamedError("cause", context.Cause(ctx)))
		return
	}
	s.finish(err != nil)
	d.opts.Metrics.Ran(s.Source.Name, s.Source.Provider, took, err)
	d.refused(err)
	if err != nil {
		log.Error("run could not be kept", zap.Error(err))
	} else {
		log.Info("run finished")
	}
	select {
	case d.wake <- struct{}{}:
	default: // one is wanted already, and has not begun
	}
}

func (s *source) plan(next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = next
}

func (s *source) start(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.lastRun = true, at
}

func (s *source) finish(failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.failed, s.news = false, failed, true
}

// bring notes that there is something to assess.
func (s *source) bring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = true
}

// takeNews lists the sources that ran since it was last asked.
func (d *duty) takeNews() []*source {
	var ran []*source
	for _, s := range d.sources {
		s.mu.Lock()
		if s.news {
			ran = append(ran, s)
		}
		s.news = false
		s.mu.Unlock()
	}
	return ran
}
