package transport_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// storm makes n requests at once and returns how long they took in all.
func (a asked) storm(t *testing.T, p transport.Policy, n int) time.Duration {
	t.Helper()
	start := time.Now()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { _, _, _ = a.get(t.Context(), p, "GET", "http://toy.test/users") }) // only time counts
	}
	wg.Wait()
	return time.Since(start)
}

func TestBudget(t *testing.T) {
	t.Parallel()
	t.Run("no more requests are under way than allowed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var now, most atomic.Int32
			a := setup(func(req *http.Request) (*http.Response, error) {
				most.Store(max(most.Load(), now.Add(1)))
				<-time.After(time.Second)
				now.Add(-1)
				return ok(req)
			})
			p := policy()
			p.Concurrency = 3
			require.Equal(t, 4*time.Second, a.storm(t, p, 12))
			require.EqualValues(t, 3, most.Load())
		})
	})
	t.Run("the rate holds beyond the burst", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(ok)
			p := policy()
			p.Rate, p.Burst = 10, 5
			require.InDelta(t, 2*time.Second, a.storm(t, p, 25), float64(10*time.Millisecond))
		})
	})
	t.Run("a service with a slower rate has that, without a burst", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(ok)
			p := policy()
			identify := p.Identify
			p.Identify = func(r *http.Request) (string, string, error) {
				operation, _, err := identify(r)
				return operation, "log", err
			}
			p.Rate, p.Burst, p.Slower = 10, 5, map[string]float64{"log": 1}
			require.InDelta(t, 4*time.Second, a.storm(t, p, 5), float64(10*time.Millisecond))
		})
	})
	t.Run("no rate given is a gentle one", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(ok)
			p := policy()
			p.Rate = 0
			require.InDelta(t, 2*time.Second, a.storm(t, p, 15), float64(10*time.Millisecond))
		})
	})
	t.Run("a replay is not paced", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(nil)
			a.seam = transport.New(transport.Options{Base: base(ok), Unpaced: true})
			p := policy()
			p.Rate, p.Burst = 1, 1
			require.Zero(t, a.storm(t, p, 100))
		})
	})
	t.Run("throttling slows the whole budget, and quiet speeds it up again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			throttled := true
			a := setup(func(req *http.Request) (*http.Response, error) {
				if throttled {
					return answer(http.StatusTooManyRequests, ""), nil
				}
				return ok(req)
			})
			p := policy()
			p.Rate, p.Burst = 16, 1
			for range 20 { // 16 → 8 → 4 → 2 → 1, and no slower
				a.storm(t, p, 1)
			}
			throttled = false
			<-time.After(10 * time.Second) // fills the bucket, which holds one
			require.InDelta(t, 10*time.Second, a.storm(t, p, 11), float64(100*time.Millisecond))
			a.storm(t, p, 400)
			<-time.After(10 * time.Second)
			require.InDelta(t, 10*time.Second, a.storm(t, p, 161), float64(100*time.Millisecond))
		})
	})
	t.Run("a wait the provider asks for holds everybody in the budget", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(script(status(429, "Retry-After", "30"), status(200)))
			p := policy() // no retries: the SDK's business, the wait is ours
			a.storm(t, p, 1)
			took := a.storm(t, p, 5)
			require.GreaterOrEqual(t, took, 30*time.Second)
			require.Less(t, took, 31*time.Second)
		})
	})
	t.Run("a budget that cannot serve a caller in time says so at once", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(ok)
			p := policy()
			p.Rate, p.Burst, p.Retries = 1.0/60, 1, 3
			a.storm(t, p, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			start := time.Now()
			_, _, err := a.get(ctx, p, "GET", "http://toy.test/users")
			require.ErrorContains(t, err, "GET /users: wait for the request budget")
			require.Zero(t, time.Since(start))
			require.Len(t, a.calls.all, 1, "what was never sent is no call")
		})
	})
	t.Run("a caller who goes while waiting is let go", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(script(status(429, "Retry-After", "60"), status(200)))
			a.storm(t, policy(), 1)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, _, err := a.get(ctx, policy(), "GET", "http://toy.test/users")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Second, time.Since(start))
		})
	})
}
