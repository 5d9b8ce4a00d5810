package daemon

import (
	"context"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
)

// ReviewsTold is how access reviews stand, and how many of their records count for nothing.
type ReviewsTold struct {
	All        []soc2.ReviewStatus
	Unreadable int
}

// withReviews adds how access reviews stand. What keeps it from being told costs
// those series only, and is said.
func (d *Daemon) withReviews(ctx context.Context, doing *duty, series metrics.Projection) (metrics.Projection, error) {
	if doing.Reviews == nil {
		return series, nil
	}
	var told ReviewsTold
	err := guarded(func() (err error) {
		told, err = doing.Reviews(ctx)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			d.opts.Log.Error("it could not be told how access reviews stand", zap.Error(err))
		}
		return series.Told(metrics.Reviews, false)
	}
	if series, err = series.Told(metrics.Reviews, true); err != nil {
		return series, err
	}
	return series.WithReviews(told.All, told.Unreadable)
}
