package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// runningPlan makes the plan of what the daemon publishes, after each assessment,
// and keeps the newest. It reads only what was noted since the last one, and stands on the period as it
// was told last.
func (p *program) runningPlan(s *store.Store, j *judge, o pipelineOptions, period *lastTold, newest *atomic.Pointer[planned]) func(context.Context, soc2.Assessment) (soc2.Plan, error) {
	history := store.DriftHistory{Store: s}
	g := gapSource{store: s, judge: j, config: o.config, ages: maxAges(o.sources), now: p.now, noted: history.Read}
	if period != nil {
		g.told = period.recent
	}
	return func(ctx context.Context, a soc2.Assessment) (soc2.Plan, error) {
		made, err := g.plan(ctx, a)
		if err == nil && a.ID != "" { // before anything was ever looked at there is nothing to publish
			newest.Store(&made)
		}
		return made.plan, err
	}
}

// lastTold is the configured period as the daemon told it last. To tell it may take
// as long as an assessment, and a plan wants no newer one than the one published
// beside it. The daemon asks for one at a time.
type lastTold struct {
	tell func(context.Context) (soc2.Period, error)
	now  func() time.Time
	told soc2.Period
	at   time.Time // zero: never
}

// anew tells it as of now.
func (l *lastTold) anew(ctx context.Context) (soc2.Period, error) {
	at := l.now()
	told, err := l.tell(ctx)
	if err != nil {
		l.told, l.at = soc2.Period{}, time.Time{}
		return told, err
	}
	l.told, l.at = told, at
	return told, nil
}

// recent gives it as it was told a moment ago, and else tells it.
func (l *lastTold) recent(ctx context.Context) (soc2.Period, error) {
	if age := l.now().Sub(l.at); !l.at.IsZero() && age >= 0 && age < daemon.TellPeriodEvery {
		return l.told, nil
	}
	return l.anew(ctx)
}
