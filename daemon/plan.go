package daemon

import (
	"context"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
)

// withPlan adds what the plan of an assessment says. What keeps the plan from being
// made costs the plan only: its series are absent then, and never those of a plan
// of another time.
func (d *Daemon) withPlan(ctx context.Context, doing *duty, a soc2.Assessment, series metrics.Projection) (metrics.Projection, *soc2.Plan, error) {
	if doing.Plan == nil {
		return series, nil, nil
	}
	var plan soc2.Plan
	err := guarded(func() (err error) {
		plan, err = doing.Plan(ctx, a)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			d.opts.Log.Error("the plan could not be made", zap.Error(err))
		}
		series, err = series.Told(metrics.Plan, false)
		return series, nil, err
	}
	if series, err = series.Told(metrics.Plan, true); err != nil {
		return series, nil, err
	}
	series, err = series.WithPlan(plan)
	return series, &plan, err
}
