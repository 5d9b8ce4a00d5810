package kinds

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestNumbersOfRisksAndPlanAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := analysedWorld(rapid.IntRange(0, 200).Draw(t, "findings"), plain)
		gap, risk, plan := GapOf(in), RiskOf(in), PlanReportOf(in)
		require.Len(t, risk.Risks, len(gap.Gaps))
		ranked := 0
		for i, e := range risk.Risks {
			if e.OutOfScope {
				require.Zero(t, e.Rank)
				continue
			}
			ranked++
			require.Equal(t, i+1, e.Rank)
			if i > 0 {
				require.LessOrEqual(t, e.Risk.Residual.Score(), risk.Risks[i-1].Risk.Residual.Score(), "the worst first")
			}
		}
		require.Equal(t, ranked, risk.Inherent.Total())
		require.Equal(t, ranked, risk.Residual.Total())

		f := plan.Figures
		require.Equal(t, [3]int{gap.Figures.ToClose, gap.Figures.Overdue, gap.Figures.Unowned}, [3]int{f.ToClose, f.Overdue, f.Unowned}, "the gap report says the same")
		require.Equal(t, len(in.Plan.Items), f.Items+f.OutOfScope)
		require.Equal(t, f.Items, sum(f.Statuses))
		closing, overdue, gaps := 0, 0, 0
		for _, o := range plan.Owners {
			closing, overdue, gaps = closing+o.ToClose, overdue+o.Overdue, gaps+len(o.Gaps)
		}
		require.Equal(t, [3]int{f.ToClose, f.Overdue, f.ToClose}, [3]int{closing, overdue, gaps})
		for i := range plan.Items[1:] {
			require.LessOrEqual(t, planRank(&plan.Items[i]), planRank(&plan.Items[i+1]), "what is overdue comes first")
		}
		tasks := 0
		for _, item := range plan.Items {
			if item.Live() && !item.OutOfScope {
				tasks += len(item.Tasks)
			}
		}
		d := PlanDocument(in.Head, plan, in.Assessment)
		require.Len(t, table(t, d, "tasks"), tasks)
		require.Len(t, table(t, d, "plan"), len(in.Plan.Items))
		require.Len(t, table(t, RiskDocument(in.Head, risk, in.Assessment), "risks"), len(gap.Gaps))
	})
}

// frozen is a version of a plan with dates a week earlier, a gap that has gone and
// one that is new.
func frozen(in Analysed, signs ...soc2.SignOff) soc2.PlanVersion {
	was := in.Plan
	was.Items = nil
	for _, i := range in.Plan.Items[1:] {
		i.Due = i.Due.AddDate(0, 0, -7)
		was.Items = append(was.Items, i)
	}
	v := soc2.PlanVersion{ID: "v1", Number: 1, At: at.AddDate(0, 0, -30), By: "ada", Author: "ada", Plan: was}
	for _, s := range signs {
		s.Of, s.At = v.ID, v.At
		v.SignOffs = append(v.SignOffs, s)
	}
	return v
}

func TestPlanSaysWhoApprovedWhatAndWhatSlipped(t *testing.T) {
	t.Parallel()
	in := analysedWorld(60, plain)
	titles := func() (all []string) {
		for _, n := range PlanDocument(in.Head, PlanReportOf(in), in.Assessment).Notices {
			all = append(all, n.Title)
		}
		return all
	}
	require.Contains(t, titles(), "Nobody approved this plan.")
	require.Nil(t, PlanReportOf(in).Frozen)

	own := soc2.SignOff{Yes: true, By: evidence.Actor{Name: "ada"}}
	in.Versions = []soc2.PlanVersion{frozen(in, own)}
	require.Contains(t, titles(), "No version of this plan is approved.", "its author's yes is none")
	require.Equal(t, "nobody", PlanReportOf(in).Versions[0].Word)

	in.Versions = []soc2.PlanVersion{frozen(in, soc2.SignOff{Yes: false, By: evidence.Actor{Name: "grace"}})}
	require.Contains(t, titles(), "No version of this plan is approved.")
	require.Equal(t, "refused", PlanReportOf(in).Versions[0].Word)

	in.Versions = []soc2.PlanVersion{frozen(in, own, soc2.SignOff{Yes: true, By: evidence.Actor{Name: "grace"}})}
	require.Contains(t, titles(), "Version 1 is approved.")
	r := PlanReportOf(in)
	require.Equal(t, []string{in.Plan.Items[0].Gap}, r.Approved.Opened)
	require.Equal(t, len(in.Plan.Items)-1, r.Approved.Slipped)
	slipped := table(t, PlanDocument(in.Head, r, in.Assessment), "slippage")
	require.Equal(t, "7", slipped[0][4], "slippage comes first")
	require.Equal(t, r.Approved.Opened, GapOf(in).Frozen.Opened)
}

// TestPlanShowsClosedAndLostGaps: what the frozen plan had is not lost.
func TestPlanShowsClosedAndLostGaps(t *testing.T) {
	t.Parallel()
	in := analysedWorld(60, plain)
	closed, lost := in.Plan.Items[0], in.Plan.Items[0]
	closed.Gap, closed.Status, lost.Gap, lost.Status, lost.Why = "control:old", soc2.PlanClosed, "control:lost", soc2.PlanUnobserved, "It cannot be told."
	in.Plan.Items = append(in.Plan.Items, closed, lost)
	require.Len(t, GapOf(in).Gone, 2)
	require.Len(t, table(t, GapDocument(in.Head, GapOf(in), in.Assessment), "gone"), 2)
	r := PlanReportOf(in)
	require.Equal(t, "control:old", r.Items[len(r.Items)-1].Gap, "closed ones last")
	require.Equal(t, 1, r.Figures.Statuses[soc2.PlanClosed])
	require.NoError(t, PlanDocument(in.Head, r, in.Assessment).Check())
}

func TestRiskRegisterMarksChangedRulesAndAcceptances(t *testing.T) {
	t.Parallel()
	in := analysedWorld(60, plain)
	in.Rules = soc2.RiskRules{Facts: map[soc2.RiskFact]soc2.RiskRule{soc2.FactExposed: {Likelihood: 2}}, FewOf: 30}
	changed := map[soc2.RiskFact]bool{}
	for _, rule := range RiskOf(in).Rules {
		changed[rule.Fact] = rule.Changed
	}
	require.Len(t, changed, len(soc2.RiskFacts))
	for fact, is := range changed {
		require.Equal(t, fact == soc2.FactExposed || fact == soc2.FactFew, is, fact)
		require.NotEmpty(t, riskFacts[fact])
	}
	for i := range in.Assessment.Findings {
		if f := &in.Assessment.Findings[i]; f.Outcome == soc2.Fail && f.Control == "users-have-mfa" {
			f.Acceptance = &soc2.Acceptance{ID: "d1", Reason: "why", Approver: "grace", Expires: at.AddDate(0, 1, 0)}
		}
	}
	for _, e := range RiskOf(in).Risks {
		require.Len(t, e.Acceptance, map[bool]int{true: 1, false: 0}[e.Control == "users-have-mfa"], e.Gap)
	}
}

func TestEveryWordOfAContractHasWords(t *testing.T) {
	t.Parallel()
	for _, k := range soc2.GapKinds {
		require.NotEmpty(t, gapKinds[k])
		require.NotEmpty(t, gapKindsMean[k])
	}
	for _, s := range soc2.PlanStatuses {
		tone, word := planTone(s)
		require.NotEmpty(t, word)
		require.Equal(t, s == soc2.PlanClosed, tone == document.Good, "only what is closed looks well")
	}
	tone, _ := planTone("new")
	require.Equal(t, document.Unseen, tone)
}
