package evaluators

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/expression"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// shippedCases gives the cases of the shipped checks that expect an outcome.
func shippedCases(tb testing.TB, expect ...soc2.Outcome) []testCase {
	tb.Helper()
	cat, err := catalogue.Load()
	require.NoError(tb, err)
	files, err := caseFiles(catalogue.Files())
	require.NoError(tb, err)
	var found []testCase
	for _, name := range files {
		for _, c := range cat.Controls {
			if name != "controls/"+c.ID+catalogue.CasesSuffix && !hasBase(name, c.ID+catalogue.CasesSuffix) {
				continue
			}
			cases, err := readCases(catalogue.Files(), name, c)
			require.NoError(tb, err)
			for _, one := range cases {
				for _, o := range expect {
					if one.Expect == o && len(one.facts) > 0 && one.Check != soc2.AttestationCheck {
						found = append(found, one)
					}
				}
			}
		}
	}
	require.NotEmpty(tb, found)
	return found
}

func hasBase(name, base string) bool {
	return len(name) > len(base) && name[len(name)-len(base)-1:] == "/"+base
}

// BenchmarkPassExpressions evaluates the shipped checks' pass expressions on the
// facts of the cases that pass or fail, activations prepared.
func BenchmarkPassExpressions(b *testing.B) {
	cat, err := catalogue.Load()
	require.NoError(b, err)
	engine, err := New(cat, nil)
	require.NoError(b, err)
	type prepared struct {
		pass    *expression.Program
		subject expression.Subject
	}
	var all []prepared
	for _, c := range shippedCases(b, soc2.Pass, soc2.Fail) {
		facts := derive.All(c.world())
		for _, k := range engine.checks {
			if k.ID == c.Check && k.Kind == facts[0].Resource.Kind && k.AppliesTo(facts[0].Resource.Type) {
				s, err := k.env.Subject(facts[0].Body, &facts[0].Resource, c.Now)
				require.NoError(b, err)
				all = append(all, prepared{k.pass, *s})
			}
		}
	}
	require.NotEmpty(b, all)
	b.ReportAllocs()
	ctx := b.Context()
	n := 0
	before := cpu(b)
	for b.Loop() {
		p := &all[n%len(all)]
		if _, err := p.pass.Evaluate(ctx, &p.subject); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "evaluations/s")
	b.ReportMetric(float64(n)/(cpu(b)-before).Seconds(), "evaluations/cpu-s")
}

// BenchmarkEvaluate judges whole snapshots: facts of the shipped cases, repeated
// under new ids over accounts of 500 resources.
func BenchmarkEvaluate(b *testing.B) {
	cat, err := catalogue.Load()
	require.NoError(b, err)
	engine, err := New(cat, nil)
	require.NoError(b, err)
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d facts", n), func(b *testing.B) {
			snap := synthetic(b, n)
			b.ReportAllocs()
			findings := 0
			for b.Loop() {
				fs, err := engine.Evaluate(b.Context(), snap)
				require.NoError(b, err)
				findings = len(fs)
			}
			b.ReportMetric(float64(findings)*float64(b.N)/b.Elapsed().Seconds(), "findings/s")
			b.ReportMetric(float64(findings), "findings")
		})
	}
}

func synthetic(tb testing.TB, n int) evidence.Snapshot {
	tb.Helper()
	cases := shippedCases(tb, soc2.Pass, soc2.Fail, soc2.Unobserved)
	snap := evidence.Snapshot{At: caseNow}
	feeds := map[evidence.FeedID]bool{}
	for i := 0; len(snap.Facts) < n; i++ {
		w := cases[i%len(cases)].world()
		account := fmt.Sprintf("%012d", len(snap.Facts)/500)
		for j, f := range w.Facts {
			f.Resource.Account = account
			f.Resource.ID = fmt.Sprintf("%s-%d-%d", f.Resource.ID, i, j)
			f.Seen = snap.At
			snap.Facts = append(snap.Facts, f)
		}
		for _, f := range w.Feeds {
			f.ID.Scope.Account = account
			if !feeds[f.ID] {
				feeds[f.ID] = true
				snap.Feeds = append(snap.Feeds, f)
			}
		}
	}
	for i := range snap.Facts {
		b, err := snap.Facts[i].Encode()
		require.NoError(tb, err)
		snap.Facts[i].Digest = evidence.Digest(b)
	}
	return snap
}
