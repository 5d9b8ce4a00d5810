package soc2_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func adopts(id string, after time.Duration, state soc2.AdoptionState, controls ...string) soc2.Recorded {
	body, err := soc2.AdoptionBody(state, "because", controls...)
	if err != nil {
		panic(err)
	}
	return soc2.Recorded{ID: id, At: asked.Add(after), Kind: soc2.EntryAdoption, By: evidence.Actor{Name: "ada"}, Body: body}
}

func statesAt(at time.Time, words soc2.SignOffs, records ...soc2.Recorded) map[string]soc2.AdoptionState {
	out := map[string]soc2.AdoptionState{}
	for _, a := range soc2.AdoptionsAt(soc2.ReadAdoptions(records, words, at), at) {
		out[a.Control] = a.State
	}
	return out
}

func TestADeclineIsInForceFromTheSignOffOfAnother(t *testing.T) {
	t.Parallel()
	records := []soc2.Recorded{adopts("e1.0", 0, soc2.Adopted, "mfa"), adopts("e2.0", time.Minute, soc2.Declined, "mfa")}
	var none, own, no, yes soc2.SignOffs
	own.Add(word("e2.0", "ADA", true, 2*time.Minute))
	no.Add(word("e2.0", "grace", false, 2*time.Minute))
	yes.Add(word("e2.0", "grace", true, 2*time.Minute))
	for name, words := range map[string]soc2.SignOffs{"nobody": none, "themselves": own, "refused": no} {
		require.Equal(t, soc2.Adopted, statesAt(asked.Add(time.Hour), words, records...)["mfa"], name)
	}
	require.Equal(t, soc2.Adopted, statesAt(asked.Add(2*time.Minute-1), yes, records...)["mfa"])
	require.Equal(t, soc2.Declined, statesAt(asked.Add(2*time.Minute), yes, records...)["mfa"])
	require.Empty(t, statesAt(asked.Add(-1), yes, records...), "it was not recorded yet")

	in := soc2.AdoptionsAt(soc2.ReadAdoptions(records, yes, asked.Add(time.Hour)), asked.Add(time.Hour))
	require.Equal(t, "grace", in[0].Approver.Name)
	require.Equal(t, asked.Add(2*time.Minute), in[0].At)

	overtaken := append(records, adopts("e3.0", 90*time.Second, soc2.Advisory, "mfa"))
	require.Equal(t, soc2.Advisory, statesAt(asked.Add(time.Hour), yes, overtaken...)["mfa"], "recorded after the request, before its sign-off")

	unreadable := adopts("e4.0", 3*time.Minute, soc2.Adopted, "mfa")
	unreadable.Body = json.RawMessage(`{"state":"adopted","controls":["mfa"],"until":"never"}`)
	require.Equal(t, soc2.Adopted, statesAt(asked.Add(time.Hour), yes, append(records, unreadable)...)["mfa"], "nobody can say that it did not end the decline")
}

func TestWhatAnAdoptionMustSay(t *testing.T) {
	t.Parallel()
	_, err := soc2.AdoptionBody(soc2.Declined, " ", "mfa")
	require.ErrorContains(t, err, "reason is missing")
	_, err = soc2.AdoptionBody("waived", "r", "mfa")
	require.ErrorContains(t, err, "expected adopted, advisory or declined")
	_, err = soc2.AdoptionBody(soc2.Adopted, "")
	require.ErrorContains(t, err, "names no control")
	for _, body := range []string{`{}`, `null`, `{"state":"proposed","controls":["mfa"]}`, `{"state":"declined","controls":["mfa"]}`, `{"state":"declined","controls":["mfa"],"reason":"r","approver":"ada"}`} {
		r := adopts("e1.0", 0, soc2.Adopted, "mfa")
		r.Body = json.RawMessage(body)
		k := soc2.ReadAdoptions([]soc2.Recorded{r}, soc2.SignOffs{}, asked)
		require.Contains(t, k[0].Unreadable, "e1.0", body)
		require.Empty(t, soc2.AdoptionsAt(k, asked), body)
	}
	var words soc2.SignOffs
	require.ErrorContains(t, words.Refusal(adopts("e1.0", 0, soc2.Adopted, "mfa"), "grace", asked), "takes one person")
	require.NoError(t, words.Refusal(adopts("e1.0", 0, soc2.Declined, "mfa"), "grace", asked))
	require.ErrorContains(t, words.Refusal(adopts("e1.0", 0, soc2.Declined, "mfa"), "Ada", asked), "another must approve")
}

func adopting(outcome soc2.Outcome, all ...soc2.Adoption) *soc2.Assessment {
	a := &soc2.Assessment{}
	tally := soc2.NewTally(a, catalogue, evidence.View{At: monday}).Adopting(all)
	tally.Add(soc2.Judged{Findings: []soc2.Finding{finding(outcome, "1")}})
	tally.RollUp([]string{"Security"})
	return a
}

func TestWhatACriterionHoldsBy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state   soc2.AdoptionState
		outcome soc2.Outcome
		want    soc2.CriterionState
		gap     bool
	}{
		{soc2.Adopted, soc2.Pass, soc2.NoGapSeen, false},
		{soc2.Adopted, soc2.Fail, soc2.GapSeen, true},
		{soc2.Advisory, soc2.Pass, soc2.EvidenceIncomplete, false},
		{soc2.Advisory, soc2.Fail, soc2.GapSeen, true},
		{soc2.Declined, soc2.Pass, soc2.EvidenceIncomplete, false},
		{soc2.Declined, soc2.Fail, soc2.EvidenceIncomplete, false},
	} {
		a := adopting(c.outcome, soc2.Adoption{Control: "mfa", State: c.state}, soc2.Adoption{Control: "not in the catalogue", State: c.state})
		require.Equal(t, c.want, a.Criteria[0].State, "%s %s", c.state, c.outcome)
		require.Equal(t, c.gap, a.GapAt(soc2.Low), "%s %s", c.state, c.outcome)
		require.Equal(t, string(c.state), a.Controls[0].Adoption)
		require.Equal(t, c.outcome, a.Controls[0].State, "it is shown as it is")
		require.Equal(t, 1, a.Outcomes[c.outcome])
	}
	require.Contains(t, adopting(soc2.Pass, soc2.Adoption{Control: "mfa", State: soc2.Declined}).Criteria[0].Residual, "Every control of it is declined")
	require.Equal(t, soc2.Proposed, adopting(soc2.Pass).Controls[0].Adoption)
	require.Equal(t, soc2.NoGapSeen, adopting(soc2.Pass).Criteria[0].State)
	require.Equal(t, []string{"CC6.1", "A1.2"}, soc2.LeftBare(catalogue, func(string) bool { return true }))
	require.Empty(t, soc2.LeftBare(catalogue, func(string) bool { return false }))
}

// Whatever is decided on a control, no criterion reads better for it than the other
// controls make it.
func TestNoDecisionOnAControlMakesACriterionHold(t *testing.T) {
	t.Parallel()
	cat := soc2.Catalogue{Criteria: []soc2.Criterion{{ID: "CC1.1", Category: "Security"}}}
	for _, id := range []string{"a", "b", "c"} {
		cat.Controls = append(cat.Controls, soc2.Control{ID: id, Criteria: []soc2.Mapping{{ID: "CC1.1"}}})
	}
	rapid.Check(t, func(t *rapid.T) {
		a := &soc2.Assessment{}
		var all []soc2.Adoption
		holds := false
		tally := soc2.NewTally(a, cat, evidence.View{At: monday})
		for _, c := range cat.Controls {
			f := finding(rapid.SampledFrom(soc2.Outcomes).Draw(t, "outcome"), "1")
			f.Control = c.ID
			tally.Add(soc2.Judged{Findings: []soc2.Finding{f}})
			state := rapid.SampledFrom([]soc2.AdoptionState{"", soc2.Adopted, soc2.Advisory, soc2.Declined}).Draw(t, "state")
			if state != "" {
				all = append(all, soc2.Adoption{Control: c.ID, State: state})
			}
			holds = holds || f.Outcome == soc2.Pass && (state == "" || state == soc2.Adopted)
		}
		tally.Adopting(all).RollUp([]string{"Security"})
		if !holds {
			require.NotEqual(t, soc2.NoGapSeen, a.Criteria[0].State)
		}
	})
}
