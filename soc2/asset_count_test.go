package soc2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func placed(scope soc2.Scope, f evidence.Fact, outcomes ...soc2.Outcome) soc2.Judged {
	j := soc2.Judged{Resource: f.Resource, Seen: &f}
	for _, o := range outcomes {
		x := finding(o, "1")
		x.Resource = f.Resource
		j.Findings = append(j.Findings, x)
	}
	j.Place(&scope)
	return j
}

func TestTallyCountsAssets(t *testing.T) {
	t.Parallel()
	scope := acme()
	scope.Owners = nil
	a := &soc2.Assessment{}
	tally := soc2.NewTally(a, catalogue, evidence.View{At: monday})
	tally.Add(placed(scope, bucket(map[string]string{"service": "payments"}), soc2.Fail, soc2.Unobserved, soc2.Pass))
	tally.Add(placed(scope, bucket(nil)))
	tally.Add(placed(scope, evidence.Fact{Resource: evidence.Resource{Kind: "Training", ID: "t"}, Body: &evidence.Training{}}))
	tally.Add(placed(scope, evidence.Fact{Resource: evidence.Resource{Kind: "Group", ID: "g"}, Body: &evidence.Group{}}))
	unseen := soc2.Judged{Resource: onScope().Resource, Findings: []soc2.Finding{onScope()}}
	unseen.Place(&scope)
	tally.Add(unseen)
	tally.RollUp([]string{"Security"})
	require.Equal(t, soc2.AssetCounts{Assets: 3, Systems: map[string]int{"payments": 1}, Unscoped: 2, Unowned: 2, Unclassified: 1}, a.Assets)
	require.Len(t, a.Findings, 3)
	var shared *soc2.Asset
	for _, f := range a.Findings {
		require.NotNil(t, f.Asset)
		if f.Resource.Kind == "Datastore" {
			require.Contains(t, []*soc2.Asset{nil, shared}, shared)
			if shared != nil {
				require.Same(t, shared, f.Asset, "one value for all findings on a resource")
			}
			shared = f.Asset
		}
	}
	require.Equal(t, []string{"payments"}, shared.Systems)
}

func TestAssetGaps(t *testing.T) {
	t.Parallel()
	scope := acme()
	scope.Owners, scope.Systems[0].Owner, scope.Systems[0].Data = nil, "", nil
	var gaps soc2.AssetGaps
	for range 7 {
		gaps.Add(scope.Asset(bucket(map[string]string{"service": "payments"})))
	}
	gaps.Add(scope.Asset(bucket(nil)))
	gaps.Add(scope.Asset(evidence.Fact{Resource: evidence.Resource{Kind: "Training"}, Body: &evidence.Training{}}))
	all := gaps.All()
	var got []string
	for _, g := range all {
		got = append(got, g.System+":"+string(g.Missing))
		require.Len(t, g.Examples, min(g.Count, 5))
	}
	require.Equal(t, []string{":classification", ":owner", ":system", "payments:classification", "payments:owner"}, got)
	require.Equal(t, 7, all[3].Count)
}

func TestProfile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		control, company string
		want             bool
	}{
		{"baseline", "baseline", true},
		{"growing", "baseline", false},
		{"established", "growing", false},
		{"baseline", "established", true},
		{"established", "", true},
		{"", "baseline", true},
		{"strange", "baseline", true},
		{"established", "strange", true},
	} {
		require.Equal(t, c.want, soc2.InProfile(soc2.Control{Profile: c.control}, c.company), "%+v", c)
	}
	cat := catalogue
	cat.Controls = []soc2.Control{catalogue.Controls[0]}
	cat.Controls[0].Profile = "growing"
	for profile, want := range map[string][2]soc2.CriterionState{ // of a pass, and of a fail
		"":         {soc2.NoGapSeen, soc2.GapSeen},
		"growing":  {soc2.NoGapSeen, soc2.GapSeen},
		"baseline": {soc2.EvidenceIncomplete, soc2.GapSeen},
	} {
		for i, o := range []soc2.Outcome{soc2.Pass, soc2.Fail} {
			a := &soc2.Assessment{}
			tally := soc2.NewTally(a, cat, evidence.View{At: monday}).Within(profile)
			tally.Add(placed(soc2.Scope{}, bucket(nil), o))
			tally.RollUp([]string{"Security"})
			require.Equal(t, want[i], a.Criteria[0].State, "%q %s", profile, o)
			require.Equal(t, o, a.Controls[0].State, "it is judged all the same")
			require.Equal(t, profile == "baseline", a.Controls[0].NotYet)
			if profile == "baseline" {
				require.Equal(t, string(soc2.Advisory), a.Controls[0].Adoption)
			}
		}
	}
}

// No control leaves the report, whichever categories are in scope and whatever it
// bears on; and it is listed with each of its criteria, direct or supporting.
func TestNoControlLeavesTheReport(t *testing.T) {
	t.Parallel()
	cat := catalogue
	cat.Controls = append([]soc2.Control{}, catalogue.Controls...)
	cat.Controls = append(cat.Controls, soc2.Control{ID: "supports", Criteria: []soc2.Mapping{{ID: "A1.2", Strength: soc2.Supporting}}})
	for _, categories := range [][]string{{"Security"}, {"Security", "Availability"}, nil} {
		for _, profile := range []string{"", "baseline"} {
			a := &soc2.Assessment{}
			soc2.NewTally(a, cat, evidence.View{At: monday}).Within(profile).RollUp(categories)
			require.Len(t, a.Controls, 2)
			require.Equal(t, []string{"mfa", "supports"}, a.Criteria[2].Controls)
			require.Equal(t, len(categories) < 2, a.Criteria[2].State == soc2.OutOfScope)
		}
	}
}
