package document

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"
)

// The tested figures of a report of 50,000 findings: docs/performance.md.
func BenchmarkWrite50000(b *testing.B) {
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := &counter{}
				if err := f.Write(n, whole(50_000), Options{Width: 120}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n.n)/1e6, "MB")
			}
			b.ReportMetric(peak(b), "MB-process")
			debug.FreeOSMemory()
		})
	}
}

type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return io.Discard.Write(b)
}

// peak is the most memory that the process had, as Linux tells it.
func peak(b *testing.B) float64 {
	b.Helper()
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		kilobytes := 0
		if n, _ := fmt.Sscanf(s.Text(), "VmHWM: %d kB", &kilobytes); n == 1 {
			return float64(kilobytes) / 1e3
		}
	}
	return 0
}
