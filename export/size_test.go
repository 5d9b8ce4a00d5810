package export_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/export"
	"github.com/controlwatch/controlwatch/internal/bundle"
)

// peak is the most that was alive on the heap while something ran.
func peak(run func()) uint64 {
	var most atomic.Uint64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapInuse))
			}
		}
	}()
	run()
	close(done)
	<-ended
	return most.Load()
}

// facts are many users of one account.
func manyUsers(n int) []evidence.Fact {
	all := make([]evidence.Fact, n)
	for i := range all {
		id := fmt.Sprintf("user-%06d", i)
		all[i] = user(id, id, i%7 != 0)
	}
	return all
}

// BenchmarkExport writes and checks a bundle of 100,000 facts that were judged.
func BenchmarkExport(b *testing.B) {
	w := newWorld(b)
	w.pull(0, manyUsers(100_000)...)
	path := filepath.Join(b.TempDir(), "bundle.zip")
	runtime.GC()
	for b.Loop() {
		file, err := os.Create(path)
		require.NoError(b, err)
		e, err := w.store.Extract(b.Context(), w.day(-1), w.day(1))
		require.NoError(b, err)
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		most := peak(func() {
			_, _, err = export.Write(b.Context(), file, e, export.Options{By: "x", At: w.now, Version: "test", Context: derive.Context})
		})
		require.NoError(b, err)
		b.ReportMetric(time.Since(began).Seconds(), "s-write")
		require.NoError(b, e.Close())
		size, err := file.Seek(0, io.SeekEnd)
		require.NoError(b, err)
		b.ReportMetric(float64(size)/(1<<20), "MiB-bundle")
		b.ReportMetric(float64(most-min(most, before.HeapInuse))/(1<<20), "MiB-heap-write")
		began = time.Now()
		runtime.GC()
		runtime.ReadMemStats(&before)
		var v *bundle.Verification
		most = peak(func() {
			v, err = bundle.Verify(b.Context(), file, size, bundle.Options{Keys: []string{w.key.Public()}})
		})
		require.NoError(b, err)
		require.True(b, v.OK(), "%v", v.Problems)
		b.ReportMetric(time.Since(began).Seconds(), "s-verify")
		b.ReportMetric(float64(most-min(most, before.HeapInuse))/(1<<20), "MiB-heap-verify")
		require.NoError(b, file.Close())
	}
}
