package soc2_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var gapNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// gapWorld is a company of a few controls whose findings a test decides.
type gapWorld struct {
	in       soc2.GapInputs
	findings []soc2.Finding
	assets   map[string]soc2.Asset
}

func newGapWorld() *gapWorld {
	w := &gapWorld{assets: map[string]soc2.Asset{}}
	w.in = soc2.GapInputs{Now: gapNow, Began: gapNow.AddDate(0, -1, 0), AssetOf: func(r evidence.Resource) soc2.Asset {
		a := w.assets[r.ID]
		a.Resource = r
		return a
	}}
	w.in.Scope.Categories = []string{"Security"}
	w.in.Catalogue.Criteria = []soc2.Criterion{
		{ID: "CC6.1", Category: "Security", Title: "Access"}, {ID: "CC7.1", Category: "Security", Title: "Detection"}, {ID: "A1.2", Category: "Availability", Title: "Backups"},
	}
	w.control("people-use-mfa", 3, 4, "CC6.1")
	w.control("keys-are-young", 2, 3, "CC6.1")
	w.control("systems-are-patched", 4, 4, "CC7.1")
	return w
}

func (w *gapWorld) control(id string, likelihood, impact int, criterion string) {
	w.in.Catalogue.Controls = append(w.in.Catalogue.Controls, soc2.Control{
		ID: id, Title: "Title of " + id, Statement: "Statement of " + id, Owner: "Head of IT", Likelihood: likelihood, Impact: impact, RiskReason: "It happens.",
		Criteria: []soc2.Mapping{{ID: criterion, Strength: soc2.Direct}},
		Checks:   []soc2.Check{{ID: "user", Effort: "low", Desired: "It is so.", Remediation: map[string]string{"aws": "`aws iam do-it --user-name NAME --policy-arn ARN`."}}},
	})
}

// find adds findings of a control, each on a resource of its own.
func (w *gapWorld) find(control string, outcome soc2.Outcome, n int) *gapWorld {
	for range n {
		id := fmt.Sprintf("%s-%d", control, len(w.findings))
		f := soc2.Finding{
			Control: control, Check: "user", Outcome: outcome, Desired: "It is so.", Remediation: "`aws iam do-it --user-name NAME --policy-arn ARN`.",
			Resource:  evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: id, Name: "name-" + id},
			FirstSeen: gapNow.AddDate(0, 0, -20), LastChanged: gapNow.AddDate(0, 0, -10),
		}
		if outcome == soc2.Unobserved {
			f.Reason = "denied"
		}
		w.findings = append(w.findings, f)
	}
	return w
}

// analyse rolls up as an assessment does.
func (w *gapWorld) analyse() soc2.GapAnalysis {
	soc2.Decide(w.findings, w.in.Decisions, gapNow)
	a := soc2.Assessment{ID: "as1", At: w.in.Now, Findings: slices.Clone(w.findings)}
	soc2.SortFindings(a.Findings)
	soc2.Summarise(&a, w.in.Catalogue, evidence.Snapshot{At: w.in.Now}, w.in.Scope.Categories)
	w.in.Assessment = &a
	return soc2.AnalyseGaps(w.in)
}

func gapOf(t require.TestingT, a soc2.GapAnalysis, id string) soc2.Gap {
	for _, g := range a.Gaps {
		if g.ID == id {
			return g
		}
	}
	require.Failf(t, "no gap", "%s is not among %d gaps", id, len(a.Gaps))
	return soc2.Gap{}
}

func gapIDs(a soc2.GapAnalysis) []string {
	ids := []string{}
	for _, g := range a.Gaps {
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestGapKinds(t *testing.T) {
	t.Parallel()
	at := gapNow.AddDate(0, 0, -5)
	approved := func(control string, s soc2.AdoptionState) soc2.Adoption {
		return soc2.Adoption{ID: "e1.0", Control: control, State: s, Reason: "ours is another", By: evidence.Actor{Name: "ada"}, Approver: evidence.Actor{Name: "grace"}, At: at}
	}
	for name, c := range map[string]struct {
		make func(*gapWorld)
		gap  string
		kind soc2.GapKind
	}{
		"some fail and some pass: not operating": {func(w *gapWorld) { w.find("people-use-mfa", soc2.Fail, 1).find("people-use-mfa", soc2.Pass, 3) }, "control:people-use-mfa", soc2.NotOperating},
		"all fail: not implemented":              {func(w *gapWorld) { w.find("people-use-mfa", soc2.Fail, 2) }, "control:people-use-mfa", soc2.NotImplemented},
		"all fail, and it held before: not operating": {func(w *gapWorld) {
			w.find("people-use-mfa", soc2.Fail, 2)
			w.in.HeldBefore = soc2.HeldBefore([]soc2.Drift{{Control: "people-use-mfa", Change: soc2.Opened, From: soc2.Pass, To: soc2.Fail}})
		}, "control:people-use-mfa", soc2.NotOperating},
		"not seen: no evidence, though the rest passes": {func(w *gapWorld) { w.find("people-use-mfa", soc2.Unobserved, 1).find("people-use-mfa", soc2.Pass, 9) }, "control:people-use-mfa", soc2.NoEvidence},
		"an unsuitable design, though all pass": {func(w *gapWorld) {
			w.in.Designs = []soc2.DesignConclusion{{ID: "e9.0", Control: "people-use-mfa", Conclusion: "not suitable", By: "ada", At: at}}
		}, "control:people-use-mfa", soc2.WeakDesign},
		"a walkthrough that differs while all pass: undocumented": {func(w *gapWorld) {
			w.in.Walkthroughs = []soc2.Walkthrough{{ID: "e2.0", Control: "people-use-mfa", At: at, Shown: "a list"}}
		}, "walkthrough:people-use-mfa", soc2.Undocumented},
		"a walkthrough that differs while some fail": {func(w *gapWorld) {
			w.find("people-use-mfa", soc2.Fail, 1)
			w.in.Walkthroughs = []soc2.Walkthrough{{ID: "e2.0", Control: "people-use-mfa", At: at, Shown: "a list"}}
		}, "walkthrough:people-use-mfa", soc2.NotOperating},
		"one control adopted: another criterion is bare": {func(w *gapWorld) { w.in.Adoptions = []soc2.Adoption{approved("people-use-mfa", soc2.Adopted)} }, "criterion:CC7.1", soc2.NoControl},
		"a declined control leaves its criterion bare":   {func(w *gapWorld) { w.in.Adoptions = []soc2.Adoption{approved("systems-are-patched", soc2.Declined)} }, "criterion:CC7.1", soc2.NoControl},
		"a company control that nothing tests": {func(w *gapWorld) {
			w.in.Company = []soc2.CompanyControl{{ID: "AC-01", Wording: "Access is reviewed.", Criteria: []string{"CC6.1"}}}
		}, "company-control:AC-01", soc2.NoEvidence},
		"an asset without owner": {func(w *gapWorld) {
			w.in.Assets = &soc2.UnknownAssets{Complete: true, Unowned: []soc2.Asset{{Resource: evidence.Resource{ID: "a"}}}}
		}, "assets:unowned", soc2.Undocumented},
		"an attestation of not met": {func(w *gapWorld) {
			w.in.Dues = map[string][]soc2.AttestationDue{"people-use-mfa": {{State: soc2.DueNotMet, At: at}}}
		}, "control:people-use-mfa", soc2.NotImplemented},
		"a missing quarter": {func(w *gapWorld) {
			w.in.Dues = map[string][]soc2.AttestationDue{"people-use-mfa": {{State: soc2.DueMissing}}}
		}, "control:people-use-mfa", soc2.NoEvidence},
		"everything excluded by decision": {func(w *gapWorld) {
			w.in.Decisions = []soc2.Decision{{ID: "d", Kind: soc2.Exclude, Approver: "grace", Control: "people-use-mfa", Expires: gapNow.AddDate(1, 0, 0)}}
		}, "control:people-use-mfa", soc2.NoEvidence},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGapWorld()
			for _, control := range []string{"people-use-mfa", "keys-are-young", "systems-are-patched"} {
				if name == "all fail: not implemented" || name == "all fail, and it held before: not operating" {
					continue
				}
				if control != "people-use-mfa" || !slices.Contains([]string{"an attestation of not met"}, name) {
					w.find(control, soc2.Pass, 2)
				}
			}
			if name == "an attestation of not met" {
				w.find("people-use-mfa", soc2.NotApplicable, 1)
			}
			c.make(w)
			g := gapOf(t, w.analyse(), c.gap)
			require.Equal(t, c.kind, g.Kind, "%+v", g)
			require.NotEmpty(t, g.Desired)
			require.NotEmpty(t, g.OwnerBy)
			require.False(t, g.Since.IsZero())
		})
	}
}

func TestAControlThatHoldsHasNoGap(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Pass, 2).find("keys-are-young", soc2.NotApplicable, 1).find("systems-are-patched", soc2.Pass, 1)
	a := w.analyse()
	require.Empty(t, a.Gaps)
	require.True(t, a.ByProposed)
	require.Equal(t, 3, a.Counting)
	require.Equal(t, 3, a.Holding)
	require.Contains(t, a.Held, "control:keys-are-young")
	require.Equal(t, "it is out of scope", a.Doubt["criterion:A1.2"])
}

func TestAnAcceptedGapStays(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 2)
	w.in.Decisions = []soc2.Decision{{ID: "d1", Kind: soc2.Accept, Approver: "grace", Control: "people-use-mfa", Expires: gapNow.AddDate(0, 1, 0)}}
	g := gapOf(t, w.analyse(), "control:people-use-mfa")
	require.True(t, g.WhollyAccepted())
	require.Equal(t, 2, g.Failing)
	require.Equal(t, gapNow.AddDate(0, 1, 0), g.AcceptedUntil)
}

func TestADeclineWithoutAnotherPersonDeclinesNothing(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("systems-are-patched", soc2.Pass, 1)
	w.in.Adoptions = []soc2.Adoption{{Control: "systems-are-patched", State: soc2.Declined, Reason: "no", By: evidence.Actor{Name: "Ada"}, Approver: evidence.Actor{Name: "ada"}, At: gapNow}}
	a := w.analyse()
	require.Contains(t, a.Held, "criterion:CC7.1")
}

func TestRiskFactors(t *testing.T) {
	t.Parallel()
	yes := true
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1).find("people-use-mfa", soc2.Pass, 3)
	w.in.Scope.Data = []soc2.DataClass{{ID: "cards", Level: "restricted"}}
	w.in.Scope.Commitments = []soc2.Commitment{{ID: "c1", Criteria: []string{"CC6.1"}, Law: "GDPR"}, {ID: "c2", Criteria: []string{"CC7.1"}}}
	w.assets[w.findings[0].Resource.ID] = soc2.Asset{Exposed: &yes, Environment: "production", Data: []string{"cards"}}
	r := gapOf(t, w.analyse(), "control:people-use-mfa").Risk
	require.Equal(t, soc2.RiskScore{Likelihood: 3, Impact: 4}, r.Start)
	require.Equal(t, soc2.RiskScore{Likelihood: 4, Impact: 5}, r.Inherent, "exposed +1; production and data +2, held at 5")
	require.Equal(t, r.Inherent, r.Residual)
	require.Equal(t, soc2.Critical, r.Severity)
	require.Equal(t, []string{"c1"}, r.Commitments)
	require.Equal(t, []string{"GDPR"}, r.Laws)
	byFact := map[soc2.RiskFact]soc2.RiskFactor{}
	for _, f := range r.Factors {
		byFact[f.Fact] = f
		require.NotEmpty(t, f.Why)
	}
	require.True(t, byFact[soc2.FactPrivileged].Unknown)
	require.Zero(t, byFact[soc2.FactPrivileged].Impact)
}

func TestACompensatingControlMustHold(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1).find("systems-are-patched", soc2.Pass, 1)
	decide := func(by string) soc2.Risk {
		w.in.Decisions = []soc2.Decision{{ID: "d1", Kind: soc2.Accept, Approver: "grace", Control: "people-use-mfa", Compensating: by, Expires: gapNow.AddDate(0, 1, 0)}}
		return gapOf(t, w.analyse(), "control:people-use-mfa").Risk
	}
	require.Equal(t, 3, decide("We look at it every week").Residual.Likelihood)
	require.Equal(t, 2, decide("systems-are-patched").Residual.Likelihood)
	w.find("systems-are-patched", soc2.Unobserved, 1)
	require.Equal(t, 3, decide("systems-are-patched").Residual.Likelihood)
}

var outcomes = []soc2.Outcome{soc2.Unobserved, soc2.Pass, soc2.Fail, soc2.NotApplicable}

func drawWorld(t *rapid.T) *gapWorld {
	w := newGapWorld()
	for _, control := range []string{"people-use-mfa", "keys-are-young", "systems-are-patched", "not-in-the-catalogue"} {
		for range rapid.IntRange(0, 5).Draw(t, control) {
			w.find(control, rapid.SampledFrom(outcomes).Draw(t, "outcome"), 1)
			f := &w.findings[len(w.findings)-1]
			f.LastChanged = gapNow.AddDate(0, 0, -rapid.IntRange(0, 200).Draw(t, "age"))
			w.assets[f.Resource.ID] = drawAsset(t)
		}
	}
	for _, kind := range []soc2.DecisionKind{soc2.Accept, soc2.Exclude} {
		if rapid.Bool().Draw(t, string(kind)) {
			w.in.Decisions = append(w.in.Decisions, soc2.Decision{
				ID: string(kind), Kind: kind, Approver: "grace", Control: rapid.SampledFrom([]string{"people-use-mfa", "keys-are-young"}).Draw(t, "decided"),
				Select: soc2.Selector{ID: rapid.SampledFrom([]string{"", "*1", "*2"}).Draw(t, "select")}, Compensating: "systems-are-patched", Expires: gapNow.AddDate(0, 1, 0),
			})
		}
	}
	for _, c := range w.in.Catalogue.Controls {
		if s := rapid.SampledFrom([]soc2.AdoptionState{"", soc2.Adopted, soc2.Declined}).Draw(t, "adoption"); s != "" {
			w.in.Adoptions = append(w.in.Adoptions, soc2.Adoption{Control: c.ID, State: s, Reason: "r", By: evidence.Actor{Name: "a"}, Approver: evidence.Actor{Name: "b"}, At: gapNow})
		}
	}
	return w
}

func drawAsset(t *rapid.T) soc2.Asset {
	a := soc2.Asset{Environment: rapid.SampledFrom([]string{"", "production", "staging"}).Draw(t, "environment")}
	for _, p := range []**bool{&a.Exposed, &a.Privileged} {
		if n := rapid.IntRange(0, 2).Draw(t, "seen"); n < 2 {
			b := n == 1
			*p = &b
		}
	}
	if rapid.Bool().Draw(t, "classified") {
		a.Data = []string{rapid.SampledFrom([]string{"public", "restricted"}).Draw(t, "level")}
	}
	return a
}

// No failing or unseen control is without a gap, whatever was adopted, accepted or
// excluded; nothing both has a gap and holds; bounds, order and outcome are the
// same every time.
func TestGapsLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		a := w.analyse()
		has := map[string]int{}
		for _, g := range a.Gaps {
			has[g.ID]++
			require.NotContains(t, a.Held, g.ID)
			require.LessOrEqual(t, g.Risk.Residual.Score(), g.Risk.Inherent.Score())
			require.LessOrEqual(t, g.Risk.Inherent.Score(), 25)
			require.GreaterOrEqual(t, g.Risk.Residual.Score(), 1)
			require.Contains(t, soc2.GapKinds, g.Kind)
			require.LessOrEqual(t, g.Accepted, g.Failing)
		}
		for id, n := range has {
			require.Equal(t, 1, n, id)
		}
		for _, f := range w.findings {
			if f.Outcome == soc2.Fail || f.Outcome == soc2.Unobserved {
				id := soc2.ControlGap(f.Control)
				if f.ExcludedBy == "" {
					require.Contains(t, has, id)
				}
				require.NotContains(t, a.Held, id)
			}
		}
		for _, c := range w.in.Catalogue.Controls {
			id := soc2.ControlGap(c.ID)
			_, held := a.Held[id]
			_, doubted := a.Doubt[id]
			require.True(t, held || doubted || has[id] == 1, id)
		}
		require.Equal(t, a, soc2.AnalyseGaps(w.in))
		shuffled := w.in
		again := *w.in.Assessment
		again.Findings = slices.Clone(again.Findings)
		slices.Reverse(again.Findings)
		shuffled.Assessment = &again
		require.ElementsMatch(t, gapIDs(a), gapIDs(soc2.AnalyseGaps(shuffled)))
	})
}

// What is not known never lowers a risk: neither one more resource of which nothing
// is known, nor a fact that was known to be harmless and is not seen any more, nor
// one more control that was not seen.
func TestWhatIsUnknownNeverLowersARisk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := map[string]soc2.Gap{}
		for _, g := range w.analyse().Gaps {
			before[g.ID] = g
		}
		var changed string
		switch rapid.IntRange(0, 2).Draw(t, "change") {
		case 0:
			changed = rapid.SampledFrom([]string{"people-use-mfa", "keys-are-young"}).Draw(t, "where")
			w.find(changed, soc2.Unobserved, 1)
		case 1:
			for _, id := range slices.Sorted(maps.Keys(w.assets)) {
				a := w.assets[id]
				for _, p := range []**bool{&a.Exposed, &a.Privileged} {
					if *p != nil && !**p {
						*p = nil
					}
				}
				w.assets[id] = a
			}
		case 2:
			w.find("systems-are-patched", soc2.Unobserved, 1)
		}
		after := w.analyse()
		for id, was := range before {
			if _, ok := after.Doubt[id]; ok {
				continue // a criterion of which nothing was seen: the control that was not has a gap of its own
			}
			g := gapOf(t, after, id)
			require.GreaterOrEqual(t, g.Risk.Residual.Score(), was.Risk.Residual.Score(), "%s\n%+v\n%+v", id, was.Risk.Factors, g.Risk.Factors)
			require.GreaterOrEqual(t, g.Risk.Inherent.Score(), was.Risk.Inherent.Score())
		}
	})
}

func TestFewOfManyLowersOnlyWhereAllWasSeen(t *testing.T) {
	t.Parallel()
	no := false
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1).find("people-use-mfa", soc2.Pass, 30)
	likelihood := func() int { return gapOf(t, w.analyse(), "control:people-use-mfa").Risk.Inherent.Likelihood }
	require.Equal(t, 3, likelihood(), "it is not known what it is")
	w.assets[w.findings[0].Resource.ID] = soc2.Asset{Exposed: &no, Privileged: &no}
	require.Equal(t, 2, likelihood())
	w.find("people-use-mfa", soc2.Unobserved, 1)
	w.assets[w.findings[len(w.findings)-1].Resource.ID] = soc2.Asset{Exposed: &no, Privileged: &no}
	require.Equal(t, 3, likelihood(), "one was not seen")
}

func TestWhatIsExcludedIsCountedAndShowsNothing(t *testing.T) {
	t.Parallel()
	w := newGapWorld().find("people-use-mfa", soc2.Fail, 1).find("people-use-mfa", soc2.Pass, 2)
	w.in.Decisions = []soc2.Decision{{ID: "d", Kind: soc2.Exclude, Approver: "grace", Control: "people-use-mfa", Select: soc2.Selector{ID: w.findings[0].Resource.ID}, Expires: gapNow.AddDate(1, 0, 0)}}
	a := w.analyse()
	require.NotContains(t, gapIDs(a), "control:people-use-mfa")
	require.NotContains(t, a.Held, "control:people-use-mfa")
	require.Contains(t, a.Doubt["control:people-use-mfa"], "1 findings that do not are taken out by decisions")
	w.find("people-use-mfa", soc2.Fail, 1)
	g := gapOf(t, w.analyse(), "control:people-use-mfa")
	require.Equal(t, 1, g.Failing)
	require.Equal(t, 1, g.Excluded)
}
