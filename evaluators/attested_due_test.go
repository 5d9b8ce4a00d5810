package evaluators_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func attestedCatalogue(perSystem bool) soc2.Catalogue {
	return soc2.Catalogue{Controls: []soc2.Control{{
		ID: "access-is-reviewed", Title: "Access is reviewed", Likelihood: 3, Impact: 4,
		AttestationAsked: &soc2.AttestationAsked{
			Question: "Was it?", Evidence: []string{"The list"}, Validity: "P90D", Covers: []string{"man-x"}, Reviewer: true, PerSystem: perSystem,
		},
	}}}
}

// What is listed as counting is what passes, and what is listed as not met is what
// fails, for whatever statements: the list and the verdicts never disagree.
func TestTheListOfWhatIsDueAgreesWithTheVerdicts(t *testing.T) {
	t.Parallel()
	seen := map[soc2.AttestationState]int{}
	agree := func(rt *rapid.T) {
		perSystem := rapid.Bool().Draw(rt, "per system")
		var systems []soc2.System
		for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"shop", "billing"}), 0, 2, rapid.ID).Draw(rt, "systems") {
			systems = append(systems, soc2.System{ID: id})
		}
		cat := attestedCatalogue(perSystem)
		var facts []evidence.Fact
		var acts []soc2.AttestedAct
		for i := range rapid.IntRange(0, 4).Draw(rt, "statements") {
			f := attestationFact(fmt.Sprint(i), func(a *evidence.Attestation) {
				a.Result = rapid.SampledFrom([]string{"met", "met", "met", "met-with-findings", "no-occurrence", "not-met", "odd"}).Draw(rt, "result")
				a.PerformedAt = now.Add(-time.Duration(rapid.SampledFrom([]int{-1, 10, 12, 60, 85, 90, 91, 400}).Draw(rt, "days")) * 24 * time.Hour)
				a.System = rapid.SampledFrom([]string{"", "", "shop", "billing", "gone"}).Draw(rt, "system")
				a.ReviewedBy = rapid.SampledFrom([]string{"Grace", "Grace", "Grace", "", "\u200b", "ada", "Ａ\u200bda"}).Draw(rt, "reviewer")
				a.Refused = rapid.SampledFrom([]string{"", "", "", "Noor"}).Draw(rt, "refused")
				if rapid.IntRange(0, 5).Draw(rt, "no files") == 0 {
					a.Files = []evidence.File{}
				}
				if n := rapid.IntRange(-3, 1).Draw(rt, "deviations"); n >= 0 {
					a.Deviations = &n
				}
			})
			facts = append(facts, f)
			acts = append(acts, soc2.AttestedAct{ID: f.Resource.ID, Attestation: *f.Body.(*evidence.Attestation)})
		}
		feeds := []evidence.FeedState{feed(folder, "Attestation", attestationType)}
		e := engine(t, cat, nil).ForSystems(systems)
		findings, err := e.Evaluate(t.Context(), evidence.Snapshot{At: now, Feeds: feeds, Facts: facts})
		require.NoError(rt, err)
		outcomes := map[string]soc2.Outcome{}
		for _, f := range findings {
			if f.Check == soc2.AttestationCheck {
				outcomes[f.Resource.ID] = f.Outcome
			}
		}
		due := soc2.AttestationsDue(soc2.AttestationsAsked{Controls: cat.Controls, Acts: acts, Systems: systems, Now: now})
		require.Len(rt, due, len(outcomes))
		for _, d := range due {
			outcome, judged := outcomes[soc2.AttestationSubject("access-is-reviewed", d.System)]
			require.True(rt, judged, d.System)
			counts := outcome == soc2.Pass || outcome == soc2.NotApplicable
			require.Equal(rt, counts, d.State.Counts(), "%s is %s and %s: %v", d.System, d.State, outcome, d.Lacks)
			require.Equal(rt, outcome == soc2.Fail, d.State == soc2.AttestedNotMet, "%s is %s and %s", d.System, d.State, outcome)
			seen[d.State]++
		}
	}
	for range 5 { // so that each state comes up, whatever is drawn
		rapid.Check(t, agree)
	}
	for _, state := range []soc2.AttestationState{soc2.AttestedNotMet, soc2.AttestedOverdue, soc2.AttestedNever, soc2.AttestedIncomplete, soc2.AttestedPerformed} {
		require.Positive(t, seen[state], "%s never came up", state)
	}
}

func TestAttestedBySystem(t *testing.T) {
	t.Parallel()
	complete := []evidence.FeedState{feed(folder, "Attestation", attestationType)}
	judged := func(systems []soc2.System, facts ...evidence.Fact) map[string]string {
		findings, err := engine(t, attestedCatalogue(true), nil).ForSystems(systems).Evaluate(t.Context(), evidence.Snapshot{At: now, Feeds: complete, Facts: facts})
		require.NoError(t, err)
		got := map[string]string{}
		for _, f := range findings {
			got[f.Resource.ID] = f.Outcome.String()
		}
		return got
	}
	of := func(id, system, result string) evidence.Fact {
		return attestationFact(id, func(a *evidence.Attestation) { a.System, a.Result = system, result })
	}
	two := []soc2.System{{ID: "shop"}, {ID: "billing"}}

	require.Equal(t, map[string]string{"access-is-reviewed/shop": "pass", "access-is-reviewed/billing": "unobserved"}, judged(two, of("1", "shop", "met")))
	require.Equal(t, map[string]string{"access-is-reviewed/shop": "fail", "access-is-reviewed/billing": "pass"}, judged(two, of("1", "shop", "not-met"), of("2", "billing", "met")))
	require.Equal(t, map[string]string{"access-is-reviewed/shop": "unobserved", "access-is-reviewed/billing": "unobserved"}, judged(two, of("1", "", "met")), "one for all is none of each")
	require.Equal(t, map[string]string{"access-is-reviewed/shop": "fail", "access-is-reviewed/billing": "fail"}, judged(two, of("1", "", "not-met")))
	require.Equal(t, map[string]string{"access-is-reviewed/shop": "pass", "access-is-reviewed/billing": "pass", "access-is-reviewed/gone": "fail"},
		judged(two, of("1", "shop", "met"), of("2", "billing", "met"), of("3", "gone", "not-met")))
	require.Equal(t, map[string]string{"access-is-reviewed": "pass"}, judged(nil, of("1", "", "met")), "where the scope names no systems, there is one instance")
}
