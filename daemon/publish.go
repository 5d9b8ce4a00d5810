package daemon

import (
	"context"
	"io"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/daemon/page"
	"github.com/controlwatch/controlwatch/soc2"
)

// How much of what happened before the page shows.
const (
	recentDrift    = 50
	recentDriftAge = 30 * 24 * time.Hour
)

// retryAfter is when a failed assessment is tried again.
const retryAfter = time.Minute

// published is one assessment in every form it is served in. It is never
// changed, only exchanged.
type published struct {
	assessment soc2.Assessment // without findings that pass or do not apply
	recent     []soc2.Drift
	scan       *scanBody   // the whole as JSON
	period     *toldPeriod // nil: none is configured, or it could not be told
	plan       *soc2.Plan  // nil: none is made, or it could not be
}

// Assessment is the published one; false before the first. Its findings are
// those that fail or are unobserved; the rest is in its counts.
func (d *Daemon) Assessment() (soc2.Assessment, bool) {
	p := d.published.Load()
	if p == nil {
		return soc2.Assessment{}, false
	}
	return p.assessment, true
}

// Plan is the one of the published assessment; false where there is none.
func (d *Daemon) Plan() (soc2.Plan, bool) {
	p := d.published.Load()
	if p == nil || p.plan == nil {
		return soc2.Plan{}, false
	}
	return *p.plan, true
}

// assessments assesses whenever a run brought something, and otherwise often
// enough for what ages and expires by itself.
func (d *Daemon) assessments(ctx context.Context, doing *duty) {
	for {
		wait := doing.AssessEvery
		if d.failing.Load() {
			wait = min(wait, retryAfter)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-d.wake:
			timer.Stop()
		case <-timer.C:
		}
		d.assess(ctx, doing)
	}
}

// assess makes one assessment and publishes it. If any of it fails the last one
// stays as it is, and health, metrics and log say so.
func (d *Daemon) assess(ctx context.Context, doing *duty) {
	began := d.now()
	ran := doing.takeNews()
	var next published
	var series metrics.Projection
	err := guarded(func() (err error) {
		next, series, err = d.prepare(ctx, doing)
		return err
	})
	took := d.now().Sub(began)
	if ctx.Err() != nil {
		return
	}
	d.opts.Metrics.Assessed(took, err)
	d.failing.Store(err != nil)
	d.refused(err)
	if err != nil {
		d.opts.Log.Error("assessment failed; the last one stays published", zap.Error(err))
		for _, s := range ran {
			s.bring()
		}
		return
	}
	d.opts.Metrics.Publish(series)
	d.published.Store(&next)
	d.logAssessment(next.assessment, took, ran)
	doing.wakeIssues(next.plan)
	doing.wakeAlerts()
	d.seal(ctx, doing)
	d.prune(ctx, doing)
}

// seal signs what was kept. Evidence that could not be signed is still evidence,
// and the next signature covers it as well.
func (d *Daemon) seal(ctx context.Context, doing *duty) {
	if doing.Seal == nil {
		return
	}
	err := guarded(func() error { return doing.Seal(ctx) })
	if ctx.Err() != nil {
		return
	}
	d.opts.Metrics.Sealed(err)
	if err != nil {
		d.opts.Log.Error("the evidence log could not be signed; what was kept is kept", zap.Error(err))
		return
	}
	doing.wakeAnchors()
}

// prepare does everything that can fail.
func (d *Daemon) prepare(ctx context.Context, doing *duty) (published, metrics.Projection, error) {
	a, err := doing.Assess(ctx)
	if err != nil {
		return published{}, metrics.Projection{}, err
	}
	d.logDrift(a.Drift) // it is in the store from here on, and will not be drift again
	d.logWithdrawn(a.Pending.Withdrawn)
	d.opts.Metrics.Withdrawn(a)
	totals, err := d.opts.Drift.DriftTotals(ctx)
	if err != nil {
		return published{}, metrics.Projection{}, err
	}
	recent, err := d.opts.Drift.DriftSince(ctx, a.At.Add(-recentDriftAge), recentDrift)
	if err != nil {
		return published{}, metrics.Projection{}, err
	}
	series, err := metrics.Project(a, totals)
	if err != nil {
		return published{}, metrics.Projection{}, err
	}
	next := published{assessment: trimmed(a), recent: recent, scan: &scanBody{assessment: a}, period: d.tellPeriod(ctx, doing)}
	if doing.Period != nil {
		if series, err = series.Told(metrics.Period, next.period != nil); err != nil {
			return published{}, metrics.Projection{}, err
		}
	}
	if next.period != nil {
		if series, err = series.WithPeriod(next.period.Period); err != nil {
			return published{}, metrics.Projection{}, err
		}
	}
	if series, err = d.withAttestations(ctx, doing, series); err != nil {
		return published{}, metrics.Projection{}, err
	}
	if series, err = d.withReviews(ctx, doing, series); err != nil {
		return published{}, metrics.Projection{}, err
	}
	if series, next.plan, err = d.withPlan(ctx, doing, a, series); err != nil {
		return published{}, metrics.Projection{}, err
	}
	if err := page.Write(io.Discard, d.pageInput(&next)); err != nil {
		return published{}, metrics.Projection{}, err
	}
	return next, series, nil
}

// trimmed leaves out what is only ever counted: a company's passes are many.
func trimmed(a soc2.Assessment) soc2.Assessment {
	a.Places = a.CountsByPlace()
	if a.All == nil {
		a.Findings = slices.DeleteFunc(slices.Clone(a.Findings), func(f soc2.Finding) bool {
			return f.Outcome != soc2.Fail && f.Outcome != soc2.Unobserved
		})
	}
	a.Pulls, a.Drift = nil, nil
	return a
}
