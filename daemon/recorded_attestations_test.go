package daemon_test

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// attesting is a store in which people record attestations, and what judges it.
type attesting struct {
	t        *testing.T
	now      time.Time
	store    *store.Store
	runner   *collectors.Runner
	assessor *daemon.Assessor
}

func newAttesting(t *testing.T) *attesting {
	t.Helper()
	a := &attesting{t: t, now: time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return a.now }
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "s.db"), store.Options{Clock: clock, Version: "test", Ephemeral: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	cat := soc2.Catalogue{Digest: "d", Controls: []soc2.Control{{
		ID: "access-is-reviewed", Title: "Access is reviewed", Version: 1, Likelihood: 3, Impact: 4,
		AttestationAsked: &soc2.AttestationAsked{Question: "Was it?", Evidence: []string{"The list"}, Validity: "P90D", Covers: []string{"man-x"}, Reviewer: true},
	}}}
	engine, err := evaluators.New(cat, nil)
	require.NoError(t, err)
	a.store = s
	a.runner = &collectors.Runner{Clock: clock, Version: "test", Known: s.KnownFeeds, CommitPlan: s.CommitPlan, CommitPull: s.CommitPull}
	a.assessor = &daemon.Assessor{
		History: s, Engine: engine, Catalogue: cat, Clock: clock, Version: "test", Sources: map[string]time.Duration{daemon.RecordedSource: 24 * time.Hour},
	}
	return a
}

func (a *attesting) record(kind, subject, by string, body any) string {
	a.t.Helper()
	b, ok := body.(string)
	if !ok {
		encoded, err := json.Marshal(body)
		require.NoError(a.t, err)
		b = string(encoded)
	}
	ids, err := a.store.Append(a.t.Context(), store.Entry{Kind: kind, Subject: subject, Actor: evidence.Actor{Name: by}, Body: []byte(b)})
	if len(ids) == 0 {
		require.NoError(a.t, err)
	}
	return ids[0]
}

func (a *attesting) met(change func(*soc2.AttestationBody)) string {
	a.t.Helper()
	body := soc2.AttestationBody{
		Control: "access-is-reviewed", Result: evidence.Met, PerformedAt: a.now.AddDate(0, 0, -1), CoversFrom: a.now.AddDate(0, -3, 0), CoversTo: a.now.AddDate(0, 0, -1),
		Files: []evidence.File{{Path: "list.csv", SHA256: evidence.Digest([]byte("x")), Size: 1}},
	}
	if change != nil {
		change(&body)
	}
	return a.record(soc2.EntryAttestation, soc2.AttestationSubject(body.Control, body.System), "Ada", body)
}

func (a *attesting) assess() (soc2.Finding, []soc2.Drift) {
	a.t.Helper()
	ctx := a.t.Context()
	sources := []connect.Source{daemon.RecordedAttestations(a.store)}
	require.NoError(a.t, a.runner.Announce(ctx, sources))
	require.NoError(a.t, a.runner.Run(ctx, sources))
	assessed, err := a.assessor.Assess(ctx)
	require.NoError(a.t, err)
	var found []soc2.Finding
	require.NoError(a.t, assessed.Every(func(f soc2.Finding) error {
		if f.Check == soc2.AttestationCheck {
			found = append(found, f)
		}
		return nil
	}))
	require.Len(a.t, found, 1)
	return found[0], assessed.Drift
}

func TestRecordedAttestationsAreEvidence(t *testing.T) {
	t.Parallel()
	a := newAttesting(t)
	id := a.met(nil)
	f, _ := a.assess()
	require.Equal(t, soc2.Unobserved, f.Outcome, "nobody has reviewed it")
	require.Contains(t, f.Reason, "second person")

	a.record("sign-off", id, "ada", `{"yes":true}`)
	f, _ = a.assess()
	require.Equal(t, soc2.Unobserved, f.Outcome, "one's own word is none")

	a.now = a.now.Add(time.Hour)
	a.record("sign-off", id, "Grace", `{"yes":false,"note":"the list is of last year"}`)
	f, _ = a.assess()
	require.Contains(t, f.Reason, "it was not signed off by Grace: the list is of last year")

	a.now = a.now.Add(time.Hour)
	a.record("sign-off", id, "Grace", `{"yes":true}`)
	f, drift := a.assess()
	require.Equal(t, soc2.Pass, f.Outcome, f.Reason)
	require.Len(t, drift, 1)

	a.now = a.now.AddDate(0, 0, 88)
	f, drift = a.assess()
	require.Equal(t, soc2.Pass, f.Outcome)
	require.Empty(t, drift)
	standings, err := a.assessor.Attestations(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, soc2.AttestedDue, standings[0].State)

	a.now = a.now.AddDate(0, 0, 1)
	f, drift = a.assess()
	require.Equal(t, soc2.Unobserved, f.Outcome)
	require.Contains(t, f.Reason, "stale")
	require.Len(t, drift, 1, "it drifts when it is overdue")
	require.Equal(t, soc2.CauseTime, drift[0].Cause)
	standings, err = a.assessor.Attestations(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, soc2.AttestedOverdue, standings[0].State)

	a.met(func(b *soc2.AttestationBody) { b.Result, b.Note = evidence.NotMet, "nobody did it" })
	f, _ = a.assess()
	require.Equal(t, soc2.Fail, f.Outcome)
}

// What cannot be used of the log takes away every pass: it may have said not-met.
func TestAMalformedRecordPassesNothing(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an unknown key":       `{"control":"access-is-reviewed","result":"met","results":"not-met"}`,
		"two values":           `{} {}`[:2],
		"no result":            `{"control":"access-is-reviewed","performed_at":"2026-09-30T00:00:00Z","covers_from":"2026-07-01T00:00:00Z","covers_to":"2026-09-30T00:00:00Z","files":[]}`,
		"met, with deviations": `{"control":"access-is-reviewed","result":"met","performed_at":"2026-09-30T00:00:00Z","covers_from":"2026-07-01T00:00:00Z","covers_to":"2026-09-30T00:00:00Z","tested":5,"deviations":1,"files":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAttesting(t)
			good := a.met(func(b *soc2.AttestationBody) { b.ReviewedBy = "Grace" })
			require.NotEmpty(t, good)
			f, _ := a.assess()
			require.Equal(t, soc2.Pass, f.Outcome, f.Reason)
			id := a.record(soc2.EntryAttestation, "access-is-reviewed", "Noor", body)
			f, _ = a.assess()
			require.Equal(t, soc2.Unobserved, f.Outcome)
			require.Contains(t, f.Reason, "read:log")
			standings, err := a.assessor.Attestations(t.Context(), 0)
			require.NoError(t, err)
			require.Equal(t, soc2.AttestedIncomplete, standings[0].State)
			require.Contains(t, standings[0].Lacks[0], id, "it is said which record")
		})
	}
	t.Run("a sign-off of something else, in whatever form, does no harm", func(t *testing.T) {
		t.Parallel()
		a := newAttesting(t)
		a.met(func(b *soc2.AttestationBody) { b.ReviewedBy = "Grace" })
		a.record("sign-off", "e99.0", "Noor", `{"odd":1}`)
		f, _ := a.assess()
		require.Equal(t, soc2.Pass, f.Outcome, f.Reason)
	})
}

func TestWalkthroughsAreReadBack(t *testing.T) {
	t.Parallel()
	a := newAttesting(t)
	no, yes := false, true
	a.record(soc2.EntryWalkthrough, "x", "Ada", soc2.WalkthroughBody{HeldAt: a.now.AddDate(0, 0, -2), With: []string{"Sam"}, Shown: "s", Matches: &no, Note: "n"})
	all, err := daemon.Walkthroughs(t.Context(), a.store)
	require.NoError(t, err)
	require.Len(t, soc2.OpenMismatches(all), 1)
	a.record(soc2.EntryWalkthrough, "x", "Ada", soc2.WalkthroughBody{HeldAt: a.now, With: []string{"Sam"}, Shown: "s", Matches: &yes})
	all, err = daemon.Walkthroughs(t.Context(), a.store)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Empty(t, soc2.OpenMismatches(all))
	a.record(soc2.EntryWalkthrough, "x", "Ada", soc2.WalkthroughBody{HeldAt: a.now, With: []string{"ada"}, Shown: "s", Matches: &yes})
	_, err = daemon.Walkthroughs(t.Context(), a.store)
	require.ErrorContains(t, err, "cannot be who was asked as well")
}
