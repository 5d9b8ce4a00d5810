package github

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/collectors/connect"
)

// each does something for every repository. See eachOf.
func each(ctx context.Context, repos []repository, do func(context.Context, repository) error) error {
	return eachOf(ctx, repos, func(r repository) string { return r.FullName }, do)
}

// eachOf does something for every item, several at a time, and waits. The
// first error is returned, after all have been tried or the context has ended.
// A panic is an error of that item.
func eachOf[T any](ctx context.Context, items []T, name func(T) string, do func(context.Context, T) error) error {
	var group errgroup.Group
	group.SetLimit(concurrency)
	var mu sync.Mutex
	var first error
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			err := connect.Safely(name(item), func() error { return do(ctx, item) })
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = err
			}
			return nil
		})
	}
	_ = group.Wait() // first has the error
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return first
}
