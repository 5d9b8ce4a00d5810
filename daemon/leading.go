package daemon

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/store"
)

// leadEvery is how often a daemon asks whether the store is still its own. Each
// commit asks too; this is for the time between two of them, in which a daemon that
// lost the store would go on showing what another knows better.
const leadEvery = 5 * time.Second

// leading ends, with the error that says who it was, when another program took the
// store over. What cannot be asked is not known, and no reason to stop: commits fail
// by themselves.
func (d *Daemon) leading(ctx context.Context) error {
	if d.opts.Leading == nil {
		return nil
	}
	look := time.NewTicker(leadEvery)
	defer look.Stop()
	for {
		err := guarded(func() error { return d.opts.Leading(ctx) })
		if fenced, ok := errors.AsType[*store.FencedError](err); ok {
			d.opts.Metrics.Fenced()
			d.opts.Log.Error("another program took the store over; this one stops",
				zap.String("by", fenced.By.Name), zap.Time("at", fenced.At), zap.String("their_version", fenced.Version),
				zap.Int64("epoch", fenced.Epoch), zap.Int64("store_epoch", fenced.Now))
			return fenced
		}
		if err != nil && ctx.Err() == nil {
			d.opts.Log.Warn("it could not be asked whether the store is still led by this program", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-d.doubt:
		case <-look.C:
		}
	}
}

// refused asks at once whether the store is still its own, after something was not kept.
func (d *Daemon) refused(err error) {
	if _, fenced := errors.AsType[*store.FencedError](err); !fenced {
		return
	}
	select {
	case d.doubt <- struct{}{}:
	default: // it is being asked already
	}
}
