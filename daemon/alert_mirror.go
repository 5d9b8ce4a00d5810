package daemon

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
)

const (
	// ShowEvery is how often mirrors are told all that fires.
	ShowEvery = time.Minute
	// ShownFor is how long what was shown counts. What ends is said at once: this is
	// only for when nobody says anything, and a daemon that is down for a night must
	// not read as everything being mended.
	ShownFor = 24 * time.Hour
)

// mirroring keeps one mirror told.
func (d *Daemon) mirroring(ctx context.Context, w *Alerting, m alert.Mirror) {
	failed := 0
	for {
		err := guarded(func() error { return d.show(ctx, w, m) })
		if ctx.Err() != nil {
			return
		}
		wait := ShowEvery
		if err == nil {
			if failed > 0 {
				d.opts.Log.Info("a receiver of alerts takes them again", zap.String("receiver", m.Name()))
			}
			failed = 0
			d.opts.Metrics.AlertSent(m.Name())
		} else {
			failed++
			wait = max(wait, retryIn(min(failed, 4))) // what it is shown counts for long
			d.opts.Metrics.AlertFailed(m.Name())
			d.opts.Log.Warn("alerts could not be shown", zap.String("receiver", m.Name()), zap.String("kind", m.Kind()), zap.Int("attempt", failed), zap.Error(err))
		}
		d.mirrorless.Store(m.Name(), failed >= downAfter)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

func (d *Daemon) show(ctx context.Context, w *Alerting, m alert.Mirror) error {
	state, err := readAlerts(ctx, w.Book)
	if err != nil || state.Seq == 0 {
		return err
	}
	showing, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	return m.Show(showing, alerts.Shown(state, m.Name(), d.now()), ShownFor)
}
