package daemon

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// TellPeriodEvery is how often a running period is told again. To tell it reads
// what changed since it began.
const TellPeriodEvery = 10 * time.Minute

// toldPeriod is a period as it was told last.
type toldPeriod struct {
	soc2.Period
	at    time.Time
	of    *duty
	holes []report.SharedHole // that can still be mended
}

// tellPeriod tells the configured period, or gives it as told a moment ago. What
// keeps it from being told costs the period only.
func (d *Daemon) tellPeriod(ctx context.Context, doing *duty) *toldPeriod {
	if doing.Period == nil {
		return nil
	}
	var last *toldPeriod
	if p := d.published.Load(); p != nil && p.period != nil && p.period.of == doing {
		last = p.period
		if age := d.now().Sub(last.at); age >= 0 && age < TellPeriodEvery {
			return last
		}
	}
	var told soc2.Period
	err := guarded(func() (err error) {
		told, err = doing.Period(ctx)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			d.opts.Log.Error("the observation period could not be told", zap.Error(err))
		}
		return nil
	}
	next := &toldPeriod{Period: told, at: d.now(), of: doing}
	for _, h := range report.SharedHoles(told) {
		if h.Open {
			next.holes = append(next.holes, h)
		}
	}
	d.warnOfHoles(next, last)
	return next
}

// warnOfHoles logs what takes sight from the period and can still be mended, once.
func (d *Daemon) warnOfHoles(now, last *toldPeriod) {
	type key struct {
		since  int64
		reason string
		detail string
	}
	known := map[key]bool{}
	of := func(h report.SharedHole) key { return key{h.From.UnixMicro(), string(h.Reason), h.Detail} }
	if last != nil {
		for _, h := range last.holes {
			known[of(h)] = true
		}
	}
	for _, h := range now.holes {
		if known[of(h)] {
			continue
		}
		d.opts.Log.Warn("hole in the running period",
			zap.String("reason", string(h.Reason)), zap.Time("since", h.From), zap.String("operation", h.Operation), zap.String("detail", h.Detail),
			zap.Strings("places", h.Places), zap.Int("more_places", h.More), zap.Strings("controls", h.Controls))
	}
}

// lines are what the status page says of the period.
func (t *toldPeriod) lines() []string {
	if t == nil {
		return nil
	}
	zone := t.Asked.Zone
	through, open := 0, map[string]bool{}
	for _, c := range t.Told() {
		if c.Elapsed > 0 && c.Seen.Length() == c.Elapsed {
			through++
		}
	}
	for _, h := range t.holes {
		for _, c := range h.Controls {
			open[c] = true
		}
	}
	deviations := 0
	for _, c := range t.Told() {
		deviations += len(c.Deviations)
	}
	all := []string{fmt.Sprintf("Observation period %s to %s (type %s), told %s: the lists of %d of %d controls seen throughout, %d days to come, %d deviations.",
		t.Asked.Window.From.In(zone).Format(time.DateOnly), t.Asked.Window.To.In(zone).Add(-time.Microsecond).Format(time.DateOnly), t.Asked.Type,
		t.Until.UTC().Format(time.RFC3339), through, len(t.Told()), t.Days.ToCome, deviations)}
	if len(open) > 0 {
		all = append(all, fmt.Sprintf("Warning: %d controls are not observed now, and every hour of it is lost to the period. Mend what is listed under Not seen; `controlwatch period` has the bounds.", len(open)))
	}
	return all
}
