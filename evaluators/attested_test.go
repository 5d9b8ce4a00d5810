package evaluators_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

const attestationType = "attestations.attestation"

var folder = evidence.Scope{Provider: "attestations", Account: "attestations"}

func attestationFact(id string, change func(*evidence.Attestation)) evidence.Fact {
	a := &evidence.Attestation{
		Control: "access-is-reviewed", Result: evidence.Met, PerformedAt: now.AddDate(0, 0, -10), PerformedBy: "Ada", ReviewedBy: "Grace",
		Files: []evidence.File{{Path: "list.csv", SHA256: "00", Size: 1}},
	}
	change(a)
	return evidence.Fact{
		Resource: evidence.Resource{Provider: "attestations", Account: "attestations", Kind: "Attestation", Type: attestationType, ID: id},
		Body:     a, Seen: now,
	}
}

func TestAttestedControls(t *testing.T) {
	t.Parallel()
	cat := soc2.Catalogue{Controls: []soc2.Control{{
		ID: "access-is-reviewed", Title: "Access is reviewed", Likelihood: 3, Impact: 4,
		AttestationAsked: &soc2.AttestationAsked{Question: "Was it?", Evidence: []string{"The list"}, Validity: "P90D", Covers: []string{"man-x"}, Reviewer: true},
	}}}
	e := engine(t, cat, nil)
	same := func(*evidence.Attestation) {}
	complete := []evidence.FeedState{feed(folder, "Attestation", attestationType)}
	holed := []evidence.FeedState{feed(folder, "Attestation", attestationType, evidence.Hole{Type: attestationType, Reason: evidence.ProviderError, Detail: "broken.yaml cannot be read"})}
	one := func(change func(*evidence.Attestation)) []evidence.Fact {
		return []evidence.Fact{attestationFact("1", change)}
	}
	notMet := func(a *evidence.Attestation) { a.Result = evidence.NotMet }
	for name, c := range map[string]struct {
		feeds  []evidence.FeedState
		facts  []evidence.Fact
		want   soc2.Outcome
		reason string
	}{
		"a valid statement passes":                            {complete, one(same), soc2.Pass, ""},
		"met with findings passes":                            {complete, one(func(a *evidence.Attestation) { a.Result = evidence.MetWithFindings }), soc2.Pass, ""},
		"not met fails":                                       {complete, one(notMet), soc2.Fail, ""},
		"no occurrence is not applicable":                     {complete, one(func(a *evidence.Attestation) { a.Result = evidence.NoOccurrence }), soc2.NotApplicable, "did not arise"},
		"no folder is not configured":                         {nil, nil, soc2.Unobserved, "not-configured"},
		"no statement is unobserved":                          {complete, nil, soc2.Unobserved, "nobody has attested it"},
		"a statement on another control counts nothing":       {complete, one(func(a *evidence.Attestation) { a.Control = "other" }), soc2.Unobserved, "nobody has attested it"},
		"an unreadable statement puts a pass in doubt":        {holed, one(same), soc2.Unobserved, "broken.yaml cannot be read"},
		"an unreadable statement puts no occurrence in doubt": {holed, one(func(a *evidence.Attestation) { a.Result = evidence.NoOccurrence }), soc2.Unobserved, "broken.yaml"},
		"an unreadable statement excuses no failure":          {holed, one(notMet), soc2.Fail, ""},
		"valid until the last moment":                         {complete, one(func(a *evidence.Attestation) { a.PerformedAt = now.AddDate(0, 0, -90).Add(time.Second) }), soc2.Pass, ""},
		"expired at the first":                                {complete, one(func(a *evidence.Attestation) { a.PerformedAt = now.AddDate(0, 0, -90) }), soc2.Unobserved, "performed_at: stale, performed 2026-08-18, valid for P90D"},
		"an expired no occurrence is unobserved":              {complete, one(func(a *evidence.Attestation) { a.Result, a.PerformedAt = evidence.NoOccurrence, now.AddDate(0, 0, -91) }), soc2.Unobserved, "stale"},
		"an old failure is still a failure":                   {complete, one(func(a *evidence.Attestation) { a.Result, a.PerformedAt = evidence.NotMet, now.AddDate(-1, 0, 0) }), soc2.Fail, ""},
		"no reviewer":                                         {complete, one(func(a *evidence.Attestation) { a.ReviewedBy = " \u200b" }), soc2.Unobserved, "a second person's review is asked for"},
		"reviewed by the performer":                           {complete, one(func(a *evidence.Attestation) { a.ReviewedBy = "Ａ\u200bda " }), soc2.Unobserved, "the reviewer performed it himself"},
		"performed by nobody":                                 {complete, one(func(a *evidence.Attestation) { a.PerformedBy = "" }), soc2.Unobserved, "nobody signs it"},
		"unreadable files":                                    {complete, one(func(a *evidence.Attestation) { a.Files = nil }), soc2.Unobserved, "files: not-collected"},
		"no files":                                            {complete, one(func(a *evidence.Attestation) { a.Files = []evidence.File{} }), soc2.Unobserved, "no evidence is attached"},
		"a result nobody knows":                               {complete, one(func(a *evidence.Attestation) { a.Result = "MET" }), soc2.Unobserved, `"MET" is no result`},
		"one system only":                                     {complete, one(func(a *evidence.Attestation) { a.System = "billing" }), soc2.Unobserved, "it speaks of billing only"},
		"one system only, and failed":                         {complete, one(func(a *evidence.Attestation) { a.System, a.Result = "billing", evidence.NotMet }), soc2.Fail, ""},
		"dated ahead of time":                                 {complete, one(func(a *evidence.Attestation) { a.PerformedAt = now.Add(time.Hour) }), soc2.Unobserved, "dated ahead of time"},
		"not dated":                                           {complete, one(func(a *evidence.Attestation) { a.PerformedAt = time.Time{} }), soc2.Unobserved, "not dated"},
		"an undated one beside a valid one":                   {complete, append(one(same), attestationFact("2", func(a *evidence.Attestation) { a.PerformedAt = time.Time{} })), soc2.Unobserved, "not dated"},
		"the newest decides, for the better":                  {complete, append(one(same), attestationFact("0", func(a *evidence.Attestation) { a.Result, a.PerformedAt = evidence.NotMet, now.AddDate(0, 0, -20) })), soc2.Pass, ""},
		"the newest decides, for the worse":                   {complete, append(one(func(a *evidence.Attestation) { a.PerformedAt = now.AddDate(0, 0, -20) }), attestationFact("0", notMet)), soc2.Fail, ""},
		"of one day the worst decides": {complete, append(one(same), attestationFact("0", func(a *evidence.Attestation) {
			a.Result, a.PerformedAt = evidence.NotMet, a.PerformedAt.Add(-8*time.Hour)
		})), soc2.Fail, ""},
		"of one day the unsigned decides over the good": {complete, append(one(same), attestationFact("2", func(a *evidence.Attestation) { a.ReviewedBy = "" })), soc2.Unobserved, "review"},
		"a folder no longer looked at": {complete, []evidence.Fact{func() evidence.Fact {
			f := attestationFact("1", same)
			f.Seen = now.AddDate(0, 0, -3)
			return f
		}()}, soc2.Unobserved, "stale"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fs := evaluate(t, e, evidence.Snapshot{Feeds: c.feeds, Facts: c.facts})
			require.Len(t, fs, 1)
			f := fs[0]
			require.Equal(t, c.want, f.Outcome, f.Reason)
			require.Contains(t, f.Reason, c.reason)
			require.Equal(t, soc2.AttestationCheck, f.Check)
			require.Equal(t, evidence.Resource{Provider: "attestations", Kind: "Attestation", Type: attestationType, ID: "access-is-reviewed", Name: "Access is reviewed"}, f.Resource)
			require.Equal(t, soc2.High, f.Severity)
			require.NotEmpty(t, f.Observed)
			if c.want == soc2.Unobserved {
				require.NotEmpty(t, f.Holes)
			}
		})
	}

	t.Run("the note of a statement with findings is shown", func(t *testing.T) {
		t.Parallel()
		fs := evaluate(t, e, evidence.Snapshot{Feeds: complete, Facts: one(func(a *evidence.Attestation) { a.Result, a.Note = evidence.MetWithFindings, "two removed" })})
		require.JSONEq(t, `{"result":"met-with-findings","performed_at":"2026-11-06T09:00:00Z","performed_by":"Ada","reviewed_by":"Grace","system":"","note":"two removed","files":[{"path":"list.csv","sha256":"00","size":1}]}`, string(fs[0].Observed))
	})
}
