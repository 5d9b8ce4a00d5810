package soc2_test

import (
	"testing"

	"github.com/controlwatch/controlwatch/soc2"
)

// BenchmarkGaps makes gaps and plan of fifty thousand failing findings.
func BenchmarkGaps(b *testing.B) {
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 25_000).find("keys-are-young", soc2.Unobserved, 25_000)
	w.analyse()
	b.ResetTimer()
	for b.Loop() {
		soc2.PlanOf(soc2.PlanInputs{Analysis: soc2.AnalyseGaps(w.in), Catalogue: w.in.Catalogue})
	}
}
