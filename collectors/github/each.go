package github

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

// each does something for every repository, several at a time, and waits. The
// first error is returned, after all have been tried or the context has ended.
// A panic is an error of that repository: it must not end the process, which a
// panic on another goroutine would.
func each(ctx context.Context, repos []repository, do func(context.Context, repository) error) error {
	var group errgroup.Group
	group.SetLimit(concurrency)
	var mu sync.Mutex
	var first error
	for _, r := range repos {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic at %s: %v", r.FullName, p)
				}
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}()
			return do(ctx, r)
		})
	}
	_ = group.Wait() // the same errors as first
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return first
}
