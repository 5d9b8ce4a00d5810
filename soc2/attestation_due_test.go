package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var dueNow = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

func dueAct(days int, change func(*soc2.AttestedAct)) soc2.AttestedAct {
	a := soc2.AttestedAct{ID: "e1.0", Attestation: evidence.Attestation{
		Control: "access-is-reviewed", Result: evidence.Met, PerformedAt: dueNow.AddDate(0, 0, -days), PerformedBy: "Ada", ReviewedBy: "Grace",
		Files: []evidence.File{{Path: "a", SHA256: "00", Size: 1}},
	}}
	if change != nil {
		change(&a)
	}
	return a
}

func dueControl(perSystem bool) soc2.Control {
	return soc2.Control{ID: "access-is-reviewed", Owner: "CISO", AttestationAsked: &soc2.AttestationAsked{
		Question: "Was it?", Evidence: []string{"The list"}, Validity: "P90D", Reviewer: true, PerSystem: perSystem,
	}}
}

func TestAttestationsDue(t *testing.T) {
	t.Parallel()
	with := func(result string) func(*soc2.AttestedAct) {
		return func(a *soc2.AttestedAct) { a.Result = result }
	}
	of := func(system string) func(*soc2.AttestedAct) { return func(a *soc2.AttestedAct) { a.System = system } }
	ten := 10
	for name, c := range map[string]struct {
		acts  []soc2.AttestedAct
		want  soc2.AttestationState
		until string
	}{
		"nobody attested it":                {nil, soc2.AttestedNever, ""},
		"performed long before its end":     {[]soc2.AttestedAct{dueAct(10, nil)}, soc2.AttestedPerformed, "2026-12-20"},
		"thirty days before its end":        {[]soc2.AttestedAct{dueAct(60, nil)}, soc2.AttestedSoon, "2026-10-31"},
		"seven days before its end":         {[]soc2.AttestedAct{dueAct(83, nil)}, soc2.AttestedDue, "2026-10-08"},
		"at its end":                        {[]soc2.AttestedAct{dueAct(90, nil)}, soc2.AttestedOverdue, "2026-10-01"},
		"no occurrence counts as performed": {[]soc2.AttestedAct{dueAct(10, with(evidence.NoOccurrence))}, soc2.AttestedPerformed, "2026-12-20"},
		"not met, however long ago":         {[]soc2.AttestedAct{dueAct(400, with(evidence.NotMet))}, soc2.AttestedNotMet, ""},
		"met again since":                   {[]soc2.AttestedAct{dueAct(20, with(evidence.NotMet)), dueAct(10, nil)}, soc2.AttestedPerformed, "2026-12-20"},
		"of one day the worst":              {[]soc2.AttestedAct{dueAct(10, nil), dueAct(10, with(evidence.NotMet)), dueAct(10, nil)}, soc2.AttestedNotMet, ""},
		"lacking a review":                  {[]soc2.AttestedAct{dueAct(10, func(a *soc2.AttestedAct) { a.ReviewedBy = "" })}, soc2.AttestedIncomplete, "2026-12-20"},
		"reviewed by the performer":         {[]soc2.AttestedAct{dueAct(10, func(a *soc2.AttestedAct) { a.ReviewedBy = "ADA\u200b" })}, soc2.AttestedIncomplete, "2026-12-20"},
		"refused by a reviewer":             {[]soc2.AttestedAct{dueAct(10, func(a *soc2.AttestedAct) { a.Refused = "Noor" })}, soc2.AttestedIncomplete, "2026-12-20"},
		"lacking files":                     {[]soc2.AttestedAct{dueAct(10, func(a *soc2.AttestedAct) { a.Files = nil })}, soc2.AttestedIncomplete, "2026-12-20"},
		"met with deviations":               {[]soc2.AttestedAct{dueAct(10, func(a *soc2.AttestedAct) { a.Deviations = &ten })}, soc2.AttestedIncomplete, "2026-12-20"},
		"of one system only":                {[]soc2.AttestedAct{dueAct(10, of("billing"))}, soc2.AttestedIncomplete, "2026-12-20"},
		"a result nobody knows":             {[]soc2.AttestedAct{dueAct(10, with("MET"))}, soc2.AttestedIncomplete, "2026-12-20"},
		"dated ahead of time":               {[]soc2.AttestedAct{dueAct(10, nil), dueAct(-1, nil)}, soc2.AttestedIncomplete, "2026-12-20"},
		"of another control":                {[]soc2.AttestedAct{dueAct(10, func(a *soc2.AttestedAct) { a.Control = "other" })}, soc2.AttestedNever, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := soc2.AttestationsDue(soc2.AttestationsAsked{Controls: []soc2.Control{{ID: "checked"}, dueControl(false)}, Acts: c.acts, Now: dueNow})
			require.Len(t, all, 1)
			require.Equal(t, c.want, all[0].State, "%v", all[0].Lacks)
			until := ""
			if !all[0].Until.IsZero() {
				until = all[0].Until.Format(time.DateOnly)
			}
			require.Equal(t, c.until, until)
			require.Equal(t, c.want == soc2.AttestedIncomplete, len(all[0].Lacks) > 0)
		})
	}

	t.Run("each system has an instance of its own", func(t *testing.T) {
		t.Parallel()
		systems := []soc2.System{{ID: "shop"}, {ID: "billing"}}
		states := func(acts ...soc2.AttestedAct) map[string]soc2.AttestationState {
			got := map[string]soc2.AttestationState{}
			for _, s := range soc2.AttestationsDue(soc2.AttestationsAsked{Controls: []soc2.Control{dueControl(true)}, Acts: acts, Now: dueNow, Systems: systems}) {
				got[s.System] = s.State
			}
			return got
		}
		require.Equal(t, map[string]soc2.AttestationState{"billing": soc2.AttestedNever, "shop": soc2.AttestedPerformed}, states(dueAct(10, of("shop"))))
		require.Equal(t, map[string]soc2.AttestationState{"billing": soc2.AttestedNever, "shop": soc2.AttestedNever}, states(dueAct(10, nil)), "a statement that names none carries none")
		require.Equal(t, map[string]soc2.AttestationState{"billing": soc2.AttestedNotMet, "shop": soc2.AttestedNotMet}, states(dueAct(20, of("shop")), dueAct(10, with(evidence.NotMet))), "and fails all")
		gone := dueAct(10, with(evidence.NotMet))
		gone.System = "renamed"
		require.Equal(t, soc2.AttestedNotMet, states(gone)["renamed"], "a failure of a system that is not in scope is not lost")
	})
	t.Run("by owner, then the most urgent first", func(t *testing.T) {
		t.Parallel()
		other := dueControl(false)
		other.ID, other.Owner = "a-control", "Head of people"
		first := dueControl(false)
		first.ID = "z-control"
		all := soc2.AttestationsDue(soc2.AttestationsAsked{Controls: []soc2.Control{other, dueControl(false), first}, Acts: []soc2.AttestedAct{dueAct(10, nil)}, Now: dueNow})
		var ids []string
		for _, s := range all {
			ids = append(ids, s.Control.ID)
		}
		require.Equal(t, []string{"z-control", "access-is-reviewed", "a-control"}, ids)
	})
}
