package soc2_test

import (
	"fmt"
	"testing"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Ten thousand people in 500 teams of 100 that have two repositories each.
func BenchmarkAccess(b *testing.B) {
	o := newOrg(monday)
	for i := range 10_000 {
		o.member(fmt.Sprint(i), fmt.Sprintf("u%d", i))
	}
	for t := range 500 {
		var ids []string
		for m := range 100 {
			ids = append(ids, fmt.Sprint((t*37+m)%10_000))
		}
		o.team(fmt.Sprintf("t%d", t), ids...)
		for r := range 2 {
			name := fmt.Sprintf("acme/r%d", t*2+r)
			o.repository(name)
			o.given(name, evidence.AccessTeam, fmt.Sprintf("t%d", t), "write")
		}
	}
	var a soc2.Access
	b.ReportAllocs()
	for b.Loop() {
		a = o.access()
	}
	b.ReportMetric(float64(len(a.Rows)), "rows")
}
