package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/soc2"
)

func planItem(t require.TestingT, p soc2.Plan, id string) soc2.PlanItem {
	for _, i := range p.Items {
		if i.Gap == id {
			return i
		}
	}
	require.Failf(t, "no item", "%s is not among %d items", id, len(p.Items))
	return soc2.PlanItem{}
}

func planOf(w *gapWorld, previous *soc2.Plan) soc2.Plan {
	return soc2.PlanOf(soc2.PlanInputs{Analysis: w.analyse(), Catalogue: w.in.Catalogue, Scope: w.in.Scope, Previous: previous})
}

func TestAPlanSaysWhoUntilWhenAndHow(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 2).find("people-use-mfa", soc2.Unobserved, 1)
	w.in.Scope.Owners = []soc2.OwnerRule{{Criteria: []string{"CC7.1"}, Owner: "sre"}, {Criteria: []string{"CC6.1"}, Owner: "it"}}
	w.in.Catalogue.Controls[0].After = []string{"keys-are-young", "systems-are-patched"}
	w.find("systems-are-patched", soc2.Pass, 1).find("keys-are-young", soc2.Fail, 1)
	i := planItem(t, planOf(w, nil), "control:people-use-mfa")
	require.Equal(t, "it", i.Owner)
	require.Equal(t, "owner rule 2 of the scope", i.OwnerBy)
	require.Equal(t, soc2.High, i.Severity)
	require.Equal(t, gapNow.AddDate(0, 0, -10).Add(30*24*time.Hour), i.Due)
	require.Equal(t, []string{"control:keys-are-young"}, i.After, "what holds need not come first")
	require.Len(t, i.Tasks, 2)
	require.Equal(t, []string{
		"aws iam do-it --user-name name-people-use-mfa-0 --policy-arn ARN", "aws iam do-it --user-name name-people-use-mfa-1 --policy-arn ARN",
	}, i.Tasks[0].Commands)
	require.Contains(t, i.Tasks[1].Text, "denied")
	require.Equal(t, soc2.Effort{Min: 0, Max: 2}, i.Effort)
	require.Contains(t, i.Success, "All 3 pass in a complete pull")
}

func TestOwnersByRule(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 3)
	by := func() (string, string) {
		g := gapOf(t, w.analyse(), "control:people-use-mfa")
		return g.Owner, g.OwnerBy
	}
	check := func(wantOwner, wantBy string) {
		t.Helper()
		owner, how := by()
		require.Equal(t, wantOwner, owner)
		require.Equal(t, wantBy, how)
	}
	check("Head of IT", "the role the catalogue proposes")
	w.in.Company = []soc2.CompanyControl{{ID: "AC-1", Owner: "ciso", Controls: []string{"people-use-mfa"}}}
	check("ciso", "the company's control AC-1")
	w.in.Scope.Owners = []soc2.OwnerRule{{System: "shop", Owner: "nobody"}, {Owner: "everyone"}}
	check("everyone", "owner rule 2 of the scope")
	w.assets[w.findings[0].Resource.ID] = soc2.Asset{Owner: "ada", OwnerBy: "CODEOWNERS"}
	check("ada", "CODEOWNERS (1 of 3 affected)")
	w.in.Scope.Systems = []soc2.System{{ID: "pay", Owner: "payments"}}
	for _, f := range w.findings {
		w.assets[f.Resource.ID] = soc2.Asset{Systems: []string{"pay"}}
	}
	check("payments", "system pay")
	w.in.Catalogue.Controls[0].Owner, w.in.Company, w.in.Scope, w.assets = "", nil, soc2.Scope{}, map[string]soc2.Asset{}
	owner, how := by()
	require.Empty(t, owner)
	require.Contains(t, how, "nobody")
}

func TestNamesCannotBecomeCommands(t *testing.T) {
	t.Parallel()
	for name, filled := range map[string]bool{
		"ada": true, "ada@example.com": true, "a+b": true, "$(rm -rf /)": false, "ada; reboot": false, "--all": false, "`x`": false, "a b": false, "": false, "a'b": false, "a\nb": false, "a|b": false, "ä": false,
	} {
		w := newGapWorld().find("people-use-mfa", soc2.Fail, 1)
		w.findings[0].Resource.Name = name
		got := planItem(t, planOf(w, nil), "control:people-use-mfa").Tasks[0].Commands
		want := "aws iam do-it --user-name NAME --policy-arn ARN"
		if filled {
			want = "aws iam do-it --user-name " + name + " --policy-arn ARN"
		}
		require.Equal(t, []string{want}, got, "%q", name)
	}
}

func TestAPersonsWordOnAGap(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1)
	due := gapNow.AddDate(0, 0, -1)
	p := soc2.PlanOf(soc2.PlanInputs{Analysis: w.analyse(), Catalogue: w.in.Catalogue, Changes: []soc2.PlanChange{
		{Gap: "control:people-use-mfa", Owner: "ada", At: gapNow.AddDate(0, 0, -3), By: "grace", Reason: "hers"},
		{Gap: "control:people-use-mfa", Due: due, At: gapNow.AddDate(0, 0, -2), By: "grace", Reason: "audit"},
		{Gap: "control:people-use-mfa", Due: due.AddDate(1, 0, 0), At: gapNow.AddDate(0, 0, 2), By: "grace", Reason: "not yet recorded"},
	}})
	i := planItem(t, p, "control:people-use-mfa")
	require.Equal(t, "ada", i.Owner)
	require.Equal(t, due, i.Due)
	require.True(t, i.Overdue)
	require.Equal(t, "set by grace: audit", i.DueBy)
}

func TestMendingTheOldestMakesNoGapYounger(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 2)
	w.findings[0].LastChanged = gapNow.AddDate(0, 0, -40)
	first := planOf(w, nil)
	require.True(t, planItem(t, first, "control:people-use-mfa").Overdue)
	w.findings[0].Outcome = soc2.Pass
	second := planItem(t, planOf(w, &first), "control:people-use-mfa")
	require.Equal(t, gapNow.AddDate(0, 0, -40), second.Opened)
	require.True(t, second.Overdue)
	require.Equal(t, soc2.PlanInProgress, second.Status)
}

// A plan closes only what evidence shows to hold, loses no gap, and is the same
// for the same inputs, over any course of events.
func TestAPlanClosesNothingThatWasNotSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var previous *soc2.Plan
		for day := range rapid.IntRange(1, 6).Draw(t, "days") {
			w := drawWorld(t)
			w.in.Now = gapNow.AddDate(0, 0, day)
			if rapid.Bool().Draw(t, "the catalogue shrinks") {
				w.in.Catalogue.Controls = w.in.Catalogue.Controls[:2]
			}
			a := w.analyse()
			in := soc2.PlanInputs{Analysis: a, Catalogue: w.in.Catalogue, Previous: previous}
			p := soc2.PlanOf(in)
			require.Equal(t, p, soc2.PlanOf(in))
			seen := map[string]bool{}
			for _, i := range p.Items {
				require.False(t, seen[i.Gap])
				seen[i.Gap] = true
				_, held := a.Held[i.Gap]
				require.Equal(t, held, i.Status == soc2.PlanClosed, "%+v", i)
				if i.Status != soc2.PlanClosed {
					require.NotEmpty(t, i.Tasks)
					require.False(t, i.Due.IsZero())
				}
				if i.Status == soc2.PlanAccepted {
					require.Zero(t, i.Unobserved)
					require.Equal(t, i.Failing, i.Accepted)
				}
			}
			for _, g := range a.Gaps {
				require.True(t, seen[g.ID], g.ID)
			}
			if previous != nil {
				for _, i := range previous.Items {
					require.True(t, seen[i.Gap], "%s was in the plan before", i.Gap)
				}
			}
			previous = &p
		}
	})
}

func TestLosingSightOpensAndClosesNothing(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1)
	at := func(o soc2.Outcome, previous *soc2.Plan) soc2.Plan {
		w.findings[0].Outcome = o
		w.findings[0].LastChanged, w.in.Now = w.in.Now, w.in.Now.AddDate(0, 0, 1)
		return planOf(w, previous)
	}
	status := func(p soc2.Plan) soc2.PlanStatus { return planItem(t, p, "control:people-use-mfa").Status }
	var p soc2.Plan
	var last *soc2.Plan
	for _, step := range []struct {
		outcome    soc2.Outcome
		want       soc2.PlanStatus
		reopenings int
	}{
		{soc2.Fail, soc2.PlanOpen, 0},
		{soc2.Unobserved, soc2.PlanUnobserved, 0},
		{soc2.Pass, soc2.PlanClosed, 0},
		{soc2.Unobserved, soc2.PlanUnobserved, 0},
		{soc2.Fail, soc2.PlanReopened, 1},
		{soc2.Fail, soc2.PlanReopened, 1},
		{soc2.NotApplicable, soc2.PlanClosed, 1},
		{soc2.Fail, soc2.PlanReopened, 2},
	} {
		p = at(step.outcome, last)
		require.Equal(t, step.want, status(p))
		require.Equal(t, step.reopenings, planItem(t, p, "control:people-use-mfa").Reopenings)
		next := p
		last = &next
	}
}

func TestRiskMatrices(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1).find("keys-are-young", soc2.Fail, 1).find("systems-are-patched", soc2.Pass, 1)
	gaps := w.analyse().Gaps
	inherent, residual := soc2.RiskMatrices(gaps)
	require.Equal(t, 2, inherent.Total())
	require.Equal(t, 1, inherent.At(3, 4))
	require.Equal(t, 1, inherent.At(2, 3))
	require.Equal(t, 2, residual.Total())
	require.Equal(t, map[string]soc2.Severity{"people-use-mfa": soc2.High, "keys-are-young": soc2.Medium}, soc2.GapSeverities(gaps))
}
