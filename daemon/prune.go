package daemon

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/store"
)

// pruneEvery is how often what is older than the retention is pruned: after the
// first assessment that comes later.
const pruneEvery = 24 * time.Hour

// prune removes what is older than the retention. What keeps it from being pruned
// costs nothing but room, so it is told and tried again the next day.
func (d *Daemon) prune(ctx context.Context, doing *duty) {
	now := d.now()
	if doing.Prune == nil || ctx.Err() != nil {
		return
	}
	if age := now.Sub(d.pruned); age >= 0 && age < pruneEvery {
		return
	}
	d.pruned = now
	var done store.Pruning
	err := guarded(func() (err error) {
		done, err = doing.Prune(ctx)
		return err
	})
	if ctx.Err() != nil {
		return
	}
	d.opts.Metrics.Pruned(now, done.Bodies, done.Bytes, err)
	if err != nil {
		d.opts.Log.Error("old evidence could not be pruned; it is kept", zap.Error(err))
		return
	}
	if done.Bodies > 0 {
		d.opts.Log.Info("old evidence pruned", zap.String("rule", done.Rule), zap.Time("before", done.Before), zap.Int64("bodies", done.Bodies),
			zap.Int64("bytes", done.Bytes), zap.Strings("kept_besides", done.Kept))
	}
}
