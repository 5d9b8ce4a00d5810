package aws

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/collectors/connect"
)

// atOnce bounds how many things of one list are looked into at a time. The
// seam's budget decides how many requests really are under way.
const atOnce = 8

// each looks into every item of a list. One that fails costs itself only; the
// first error is returned when all are done.
func each[T any](ctx context.Context, items []T, look func(context.Context, T) error) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			return connect.Safely("one of a list", func() error { return look(ctx, item) })
		})
	}
	err := group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// utc is a provider's time in UTC, so that equal times are stored alike.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
