package main

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// foreseen is what a check must say of resources, by AWS's documentation. Where it is
// not what its world is for, or is moto's doing, it says why.
type foreseen struct {
	check     string
	outcome   soc2.Outcome
	resources string // separated by commas
	why       string
}

// Three more worlds beside the mixed company: everything good, everything bad, and a
// fresh account. Every finding on AWS must be expected, and every expectation met.
func TestScanOfMotoWorlds(t *testing.T) {
	t.Parallel()
	moto := mototest.Start(t, mototest.InCompany)
	company := mototest.Company{T: t, Server: moto}

	// Nothing stands in for moto here: what it does not implement must be unobserved.
	empty, code := scanMoto(t, moto, mototest.Unimplemented(http.DefaultTransport))
	require.Equal(t, exitGap, code)

	company.SeedGood()
	good, code := motoScan{
		regions:    []string{mototest.GoodRegion},
		parameters: "{sign-in-is-federated: {break_glass_users: [person]}}",
	}.run(t, moto, mototest.NewSupplement(t, moto, http.DefaultTransport, time.Now()))
	require.Equal(t, exitGap, code, "moto's own gaps")

	moto.Reset(company)
	company.SeedBad()
	const year = 400 * 24 * time.Hour
	bad, code := motoScan{regions: []string{mototest.BadRegion}, after: year}.run(t, moto, mototest.NewSupplement(t, moto, http.DefaultTransport, time.Now().Add(year)))
	require.Equal(t, exitGap, code)

	t.Run("good", func(t *testing.T) {
		t.Parallel()
		requireVerdicts(t, goodExpected, good, soc2.Pass)
	})
	t.Run("bad", func(t *testing.T) {
		t.Parallel()
		requireVerdicts(t, badExpected, bad, soc2.Fail)
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		requireVerdicts(t, emptyExpected, empty, soc2.NotApplicable)
		requireNothingThere(t, empty)
	})
	t.Run("each check has its say in the good world and in the bad", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, checksOf(goodExpected), checksOf(slices.DeleteFunc(slices.Clone(badExpected), func(v foreseen) bool { return v.check == inBadOnly })))
	})
}

// inBadOnly: Inspector lists nothing in the good world, and can list nothing where it is off.
const inBadOnly = "system-weakness-is-fixed-in-time"

// requireVerdicts holds a scan to a world: both ways, and every verdict that the
// world is not for is explained.
func requireVerdicts(t *testing.T, want []foreseen, got report.Scan, meant soc2.Outcome) {
	t.Helper()
	expected, is := map[string]soc2.Outcome{}, map[string]soc2.Outcome{}
	for _, v := range want {
		require.True(t, v.outcome == meant || v.why != "", "%s: why is it %s?", v.check, v.outcome)
		for r := range strings.SplitSeq(v.resources, ", ") {
			require.NotContains(t, expected, v.check+" on "+r)
			expected[v.check+" on "+r] = v.outcome
		}
	}
	for _, f := range got.Findings {
		if f.Resource.Provider != "aws" {
			continue
		}
		on := f.Check + " on " + plainName(f.Resource)
		if was, twice := is[on]; twice {
			require.Equal(t, was, f.Outcome, on)
		}
		is[on] = f.Outcome
	}
	require.Equal(t, listed(expected), listed(is))
}

func listed(of map[string]soc2.Outcome) string {
	var b strings.Builder
	for _, on := range slices.Sorted(maps.Keys(of)) {
		b.WriteString(on + ": " + of[on].String() + "\n")
	}
	return b.String()
}

var assigned = regexp.MustCompile(`vpc-[0-9a-f]+|AKIA\w+`)

// plainName is a resource's name without the ids that AWS assigns.
func plainName(r report.Resource) string {
	name := assigned.ReplaceAllStringFunc(r.Name, func(id string) string {
		if strings.HasPrefix(id, "vpc-") {
			return "vpc"
		}
		return "key"
	})
	return cmp.Or(name, "the account")
}

func checksOf(vs []foreseen) []string {
	var checks []string
	for _, v := range vs {
		checks = append(checks, v.check)
	}
	slices.Sort(checks)
	return slices.Compact(checks)
}

// requireNothingThere: a check that has nothing to say of a fresh account says so
// because its populations were read to their ends and were empty.
func requireNothingThere(t *testing.T, got report.Scan) {
	t.Helper()
	said := checksOf(emptyExpected)
	for _, check := range checksOf(goodExpected) {
		collectors, nothing := emptyPopulations[check]
		require.NotEqual(t, slices.Contains(said, check), nothing, "%s is judged, or there is nothing to judge", check)
		for _, c := range collectors {
			pulls := 0
			for _, p := range got.Pulls {
				if p.Collector == c {
					pulls++
					require.Zero(t, p.Items, "%s for %s", c, check)
					require.NotEmpty(t, p.OperationCounts, c)
				}
			}
			require.NotZero(t, pulls, c)
			require.False(t, slices.ContainsFunc(got.Holes, func(h report.Hole) bool { return h.Collector == c }), "%s was not read to its end", c)
		}
	}
	controls := map[string]soc2.Outcome{}
	for _, c := range got.Controls {
		if c.State == soc2.Pass || c.State == soc2.NotApplicable {
			controls[c.ID] = c.State
		}
	}
	require.Equal(t, listed(emptyControls), listed(controls))
}
