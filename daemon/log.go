package daemon

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// logDrift writes one line for each finding that differs from last time.
func (d *Daemon) logDrift(drift []soc2.Drift) {
	for _, e := range drift {
		d.opts.Log.Log(level(e.Change), "drift",
			zap.String("control", e.Control), zap.String("check", e.Check),
			zap.String("change", string(e.Change)), zap.String("cause", string(e.Cause)), zap.Stringer("severity", e.Severity),
			zap.String("provider", e.Resource.Provider), zap.String("account", e.Resource.Account), zap.String("region", e.Resource.Region),
			zap.String("type", e.Resource.Type), zap.String("resource", e.Resource.Label()),
			zap.Stringer("from", e.From), zap.Stringer("to", e.To), zap.Bool("gone", e.Gone), since(e.Since))
	}
}

// since is when what had to be confirmed was first seen.
func since(at time.Time) zap.Field {
	if at.IsZero() {
		return zap.Skip()
	}
	return zap.Time("since", at)
}

// logWithdrawn writes one line for each finding that was as before again, too
// early to be announced.
func (d *Daemon) logWithdrawn(all []soc2.Withdrawn) {
	for _, w := range all {
		d.opts.Log.Info("drift not confirmed",
			zap.String("control", w.Control), zap.String("check", w.Check), zap.String("change", string(w.Change)),
			zap.String("provider", w.Resource.Provider), zap.String("account", w.Resource.Account), zap.String("region", w.Resource.Region),
			zap.String("type", w.Resource.Type), zap.String("resource", w.Resource.Label()), since(w.Since))
	}
}

// level is warn for what someone may have to act on.
func level(c soc2.Change) zapcore.Level {
	switch c {
	case soc2.Resolved, soc2.Regained:
		return zapcore.InfoLevel
	case soc2.Opened, soc2.Reopened, soc2.LostSight, soc2.AcceptanceExpired:
	}
	return zapcore.WarnLevel
}

// logAssessment sums the assessment up, and each source that ran before it.
func (d *Daemon) logAssessment(a soc2.Assessment, took time.Duration, ran []*source) {
	d.opts.Log.Info("assessment published",
		zap.String("assessment", a.ID), zap.Float64("duration_seconds", took.Seconds()),
		zap.Int("fail", a.Outcomes[soc2.Fail]), zap.Int("unobserved", a.Outcomes[soc2.Unobserved]),
		zap.Int("pass", a.Outcomes[soc2.Pass]), zap.Int("not_applicable", a.Outcomes[soc2.NotApplicable]),
		zap.Int("holes", len(a.Holes)))
	for _, s := range ran {
		var c report.Coverage
		for _, f := range a.Feeds {
			if f.Source == s.Source.Name {
				c.Add(f, a.At)
			}
		}
		d.opts.Log.Info("source assessed", zap.String("source", s.Source.Name),
			zap.Int("pulls_planned", c.Planned), zap.Int("pulls_complete", c.Complete))
	}
}
