package kinds

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// The asked figures of a gap report of 50,000 findings: docs/performance.md. None of
// them passes, so that each is a row.
func BenchmarkGap50000(b *testing.B) {
	for _, f := range document.Formats {
		b.Run(f.Name, func(b *testing.B) {
			in := analysedWorld(75_000, func(i int) string {
				if i%20 == 0 {
					return nasty(i / 20)
				}
				return fmt.Sprintf("production-database-%d", i)
			})
			if n := in.Assessment.Outcomes[soc2.Fail] + in.Assessment.Outcomes[soc2.Unobserved]; n != 50_000 {
				b.Fatalf("%d findings", n)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				n := counter(0)
				if err := f.Write(&n, GapDocument(in.Head, GapOf(in), in.Assessment), document.Options{Width: 120, Table: "findings"}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)/1e6, "MB")
			}
			b.ReportMetric(peak(b), "MB-process")
		})
	}
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return io.Discard.Write(b)
}

// peak is the most memory that the process had, as Linux tells it.
func peak(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	kilobytes := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
			return float64(kilobytes) / 1e3
		}
	}
	return 0
}
