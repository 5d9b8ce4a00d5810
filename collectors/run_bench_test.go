package collectors

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// BenchmarkRun compares a run's wall time with what no run can be faster than:
// the longest chain of calls that need each other, or all calls of an account
// divided by how many may be under way. "x-bound" is the ratio; the budget is 1.5.
func BenchmarkRun(b *testing.B) {
	const (
		latency = 40 * time.Millisecond
		allowed = 8  // calls under way per account
		pages   = 5  // of each list, one after the other
		details = 20 // per page, each a call of its own, all at once
	)
	for _, accounts := range []int{1, 10} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			var calls atomic.Int64
			seam := transport.New(transport.Options{
				Base:    replay.Slow(answering{}, latency),
				Observe: func(transport.Call) { calls.Add(1) },
				Unpaced: true,
			})
			client := seam.Client(transport.Policy{Provider: "toy", Identify: transport.Routes("GET /users", "GET /keys"), Concurrency: allowed})
			read := func(path string) collect {
				return func(ctx context.Context, _ *evidence.Recorder) error {
					group, ctx := errgroup.WithContext(ctx)
					for range pages {
						if err := ask(ctx, client, path); err != nil {
							return err
						}
						for range details {
							group.Go(func() error { return ask(ctx, client, path) })
						}
					}
					return group.Wait()
				}
			}
			var sources []connect.Source
			for i := range accounts {
				sources = append(sources, source(fmt.Sprint("a", i), read("/users"), read("/keys")))
			}
			r, m := setup()
			r.Progress = nil
			b.ResetTimer()
			for b.Loop() {
				require.NoError(b, r.Run(b.Context(), sources))
			}
			b.StopTimer()
			for _, p := range m.pulls {
				require.True(b, p.Complete())
			}
			perAccount := float64(calls.Load()) / float64(b.N) / float64(accounts)
			chain := time.Duration(pages+1) * latency
			bound := max(chain.Seconds(), perAccount*latency.Seconds()/allowed)
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/bound, "x-bound")
			b.ReportMetric(perAccount*float64(accounts), "calls/op")
		})
	}
}
