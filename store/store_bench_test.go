package store

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func BenchmarkUnchanged(b *testing.B) {
	for _, resources := range []int{10_000, 100_000} {
		s, look, judgeAll := estate(b, resources, 3)
		for name, again := range map[string]func(){"pull": look, "assessment": judgeAll} {
			b.Run(fmt.Sprintf("%s/resources=%d", name, resources), func(b *testing.B) {
				before := sizeOf(b, s)
				for b.Loop() {
					again()
				}
				b.ReportMetric(float64(sizeOf(b, s)-before)/float64(b.N), "bytes_added/op")
			})
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	const resources = 100_000
	s, look, _ := estate(b, resources, 3)
	look()
	newest := number(b, s, "SELECT MAX(at) FROM commit_log")
	for name, at := range map[string]time.Time{"now": fromMicros(newest), "past": fromMicros(newest).Add(-time.Minute)} {
		b.Run(fmt.Sprintf("%s/resources=%d", name, resources), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.Len(b, snapshot(b, s, at).Facts, resources)
			}
		})
	}
}

func BenchmarkFirstPull(b *testing.B) {
	const resources = 100_000
	facts := numbered("arn:aws:iam::111122223333:user/", resources, true)
	for b.Loop() {
		s, clock := setup(b)
		require.NoError(b, s.CommitPull(b.Context(), pullOf(clock.Now(), usersFeed, userPopulation), facts))
		b.ReportMetric(float64(sizeOf(b, s)), "bytes")
	}
}

func BenchmarkSnapshotOfManyFeeds(b *testing.B) {
	const feeds = 5000
	ctx := b.Context()
	s, clock := setup(b)
	p := plan(clock.Now())
	for n := range feeds {
		feed := usersFeed
		feed.Scope.Account = strconv.Itoa(n)
		p.Feeds = append(p.Feeds, planned(feed, userPopulation))
		require.NoError(b, s.CommitPull(ctx, pullOf(clock.Now(), feed, userPopulation), nil))
	}
	require.NoError(b, s.CommitPlan(ctx, p))
	b.Run(fmt.Sprintf("feeds=%d", feeds), func(b *testing.B) {
		for b.Loop() {
			require.Len(b, snapshot(b, s, clock.Now()).Feeds, feeds)
		}
	})
}

// BenchmarkLog commits pulls with the log and without, on a disk that is flushed
// as always.
func BenchmarkLog(b *testing.B) {
	for _, facts := range []int{0, 100, 10_000} { // that changed
		for _, unlogged := range []bool{false, true} {
			b.Run(fmt.Sprintf("changed=%d/unlogged=%v", facts, unlogged), func(b *testing.B) {
				clock := &testClock{now: noon}
				s := open(b, filepath.Join(b.TempDir(), "controlwatch.db"), Options{Clock: clock.Now, Version: "test", unlogged: unlogged})
				require.NoError(b, s.CommitPlan(b.Context(), plan(noon, planned(usersFeed, userPopulation))))
				seen := [][]evidence.Fact{numbered("u", facts, true), numbered("u", facts, false)}
				n := 0
				for b.Loop() {
					n++
					require.NoError(b, s.CommitPull(b.Context(), pullOf(clock.Add(time.Minute), usersFeed, userPopulation), seen[n%2]))
				}
			})
		}
	}
}
