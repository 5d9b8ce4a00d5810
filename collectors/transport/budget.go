package transport

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	slowest    = 16             // a bucket never goes below this fraction of its rate
	recovery   = 20             // unthrottled answers before a slowed bucket speeds up a step
	longestBan = time.Hour      // however long a provider bans us, we ask again after this
	unpaced    = rate.Limit(-1) // marks a bucket without a rate
)

// bucketKey is what has a budget of its own.
type bucketKey struct{ provider, account, region, service string }

// bucket is the budget of one (account, region, service). A throttled answer
// halves its rate, a row of others wins it back; where the provider says how
// long to wait, the whole bucket waits.
type bucket struct {
	underWay *semaphore.Weighted
	pace     *rate.Limiter
	full     rate.Limit

	mu     sync.Mutex
	steps  int           // answers since the last change of pace
	hold   chan struct{} // closed when the wait is over; nil: no wait
	banned bool          // the wait is too long to sit out
}

func (s *Seam) bucket(p Policy, scope evidence.Scope, service string) *bucket {
	key := bucketKey{p.Provider, scope.Account, scope.Region, service}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.buckets[key]
	if !ok {
		burst := p.Burst
		b = &bucket{underWay: semaphore.NewWeighted(int64(p.Concurrency)), full: rate.Limit(p.Rate)}
		if slower, ok := p.Slower[service]; ok {
			b.full, burst = rate.Limit(slower), 1
		}
		b.pace = rate.NewLimiter(b.full, burst)
		if s.opts.Unpaced {
			b.full = unpaced
			b.pace.SetLimit(rate.Inf)
		}
		s.buckets[key] = b
	}
	return b
}

var errBanned = errors.New("the provider asked us to wait for longer than a pull can")

// enter waits until a request may be sent. The caller calls leave when its
// answer has been read.
func (b *bucket) enter(ctx context.Context, operation string) (leave func(), err error) {
	if err := b.underWay.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("%s: wait for the request budget: %w", operation, context.Cause(ctx))
	}
	leave = func() { b.underWay.Release(1) }
	if err := b.sitOut(ctx, operation); err != nil {
		leave()
		return nil, err
	}
	if err := b.pace.Wait(ctx); err != nil {
		leave()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("%s: wait for the request budget: %w", operation, err)
	}
	return leave, nil
}

// sitOut waits as long as the provider asked the whole bucket to wait. Whoever
// has sat out one wait goes: those at the back would else wait again and again
// for what the first of them is answered, until their pull runs out of time.
func (b *bucket) sitOut(ctx context.Context, operation string) error {
	for sat := false; ; sat = true {
		b.mu.Lock()
		hold, banned := b.hold, b.banned
		b.mu.Unlock()
		switch {
		case hold == nil:
			return nil
		case banned:
			return &evidence.Unseen{Reason: evidence.Throttled, Operation: operation, Err: errBanned}
		case sat:
			return nil
		}
		select {
		case <-hold:
		case <-ctx.Done():
			return fmt.Errorf("%s: throttled: %w", operation, context.Cause(ctx))
		}
	}
}

// slow is called for a throttled answer. wait is what the provider asked for.
func (b *bucket) slow(wait, longest time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.steps = 0
	if b.full != unpaced {
		b.pace.SetLimit(max(b.pace.Limit()/2, b.full/slowest))
	}
	if wait <= 0 {
		return
	}
	// The provider's newest word replaces the one before.
	hold := make(chan struct{})
	b.hold, b.banned = hold, wait > longest
	time.AfterFunc(min(wait, longestBan), func() {
		b.mu.Lock()
		if b.hold == hold {
			b.hold, b.banned = nil, false
		}
		b.mu.Unlock()
		close(hold)
	})
}

// steady is called for an answer that was not throttled.
func (b *bucket) steady() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full == unpaced || b.pace.Limit() >= b.full {
		return
	}
	if b.steps++; b.steps >= recovery {
		b.steps = 0
		b.pace.SetLimit(min(b.pace.Limit()*1.5, b.full))
	}
}
