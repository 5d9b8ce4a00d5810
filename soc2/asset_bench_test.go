package soc2_test

import (
	"fmt"
	"testing"

	"github.com/controlwatch/controlwatch/soc2"
)

// Placing one resource among 30 selectors.
func BenchmarkPlace(b *testing.B) {
	scope := acme()
	for i := range 28 {
		scope.Systems[0].Select = append(scope.Systems[0].Select, soc2.AssetSelector{
			Selector: soc2.Selector{Provider: "aws", Name: fmt.Sprintf("other-%d-*", i)}, Path: "acme/other",
		})
	}
	f := bucket(map[string]string{"service": "ledger", "owner": "payments", "env": "prod"})
	j := soc2.Judged{Resource: f.Resource, Seen: &f, Findings: make([]soc2.Finding, 6)}
	b.ReportAllocs()
	for b.Loop() {
		j.Place(&scope)
	}
}
