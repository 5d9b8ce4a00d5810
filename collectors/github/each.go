package github

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

// each does something for every repository. See eachOf.
func each(ctx context.Context, repos []repository, do func(context.Context, repository) error) error {
	return eachOf(ctx, repos, func(r repository) string { return r.FullName }, do)
}

// eachOf does something for every item, several at a time, and waits. The
// first error is returned, after all have been tried or the context has ended.
// A panic is an error of that item: it must not end the process, which a
// panic on another goroutine would.
func eachOf[T any](ctx context.Context, items []T, name func(T) string, do func(context.Context, T) error) error {
	var group errgroup.Group
	group.SetLimit(concurrency)
	var mu sync.Mutex
	var first error
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic at %s: %v", name(item), p)
				}
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}()
			return do(ctx, item)
		})
	}
	_ = group.Wait() // the same errors as first
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return first
}
