package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/export"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/internal/tsa/tsatest"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

var (
	statements = evidence.FeedID{Collector: "attestations", Scope: evidence.Scope{Provider: "attestations", Account: "acme"}}
	attested   = evidence.Population{Kind: "Attestation", Type: "attestations.attestation"}
	signedList = []byte("who,what\nada,admin\n")
	minutes    = []byte("minutes of the meeting\n")
)

func fileOf(path string, b []byte) evidence.File {
	return evidence.File{Path: path, SHA256: evidence.Digest(b), Size: int64(len(b))}
}

// full is a month with all that a bundle can hold.
func full(t *testing.T) (*world, *tsatest.Authority) {
	t.Helper()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.store.CommitPlan(ctx, evidence.Plan{
		Source: "statements", Provider: "attestations", At: w.now, Feeds: []evidence.PlannedFeed{{ID: statements, Populations: []evidence.Population{attested}}},
	}))
	w.pull(0, user("ada", "ada", true), user("bob", "bob", false))
	w.now = w.day(3)
	pull := evidence.Pull{
		Source: "acme", Collector: feed.Collector, CollectorVersion: "1", Scope: feed.Scope, Populations: []evidence.Population{users},
		StartedAt: w.now.Add(-time.Second), FinishedAt: w.now, OperationCounts: map[string]int{"iam:ListUsers": 1}, Items: 2,
		Answers: &evidence.AnswerRecord{Captured: 2, Bytes: 300},
	}
	answers := []evidence.Answer{
		{
			Request: evidence.AnswerRequest{Operation: "iam:ListUsers", Method: "POST", Host: "iam.amazonaws.com", Path: "/"},
			Status:  200, Rest: json.RawMessage(`{"Users":[],"IsTruncated":false}`), Removed: []string{"Users[].PasswordLastUsed volatile"}, Size: 100,
			Items: []json.RawMessage{json.RawMessage(`{"UserName":"ada <admin>"}`), json.RawMessage(`{"UserName":"bob","Tags":"` + strings.Repeat("x", 500) + `"}`)},
		},
		{
			Request: evidence.AnswerRequest{Operation: "iam:GetCredentialReport", Method: "POST", Host: "iam.amazonaws.com", Path: "/"},
			Status:  200, Digest: strings.Repeat("ab", 32), Why: "truncated", Size: 9 << 20,
		},
	}
	require.NoError(t, w.store.CommitAnswered(ctx, pull, []evidence.Fact{user("ada", "ada", true), user("bob", "bob", true)}, answers, store.AnswerPolicy{Keep: time.Hour, Budget: 1 << 20}))
	w.assess()
	w.now = w.day(5)
	pull.StartedAt, pull.FinishedAt = w.now.Add(-time.Second), w.now
	pull.Answers = &evidence.AnswerRecord{Captured: 2, Bytes: 300}
	require.NoError(t, w.store.CommitAnswered(ctx, pull, []evidence.Fact{user("ada", "ada", true), user("bob", "bob", false)}, answers2(answers), store.AnswerPolicy{Keep: time.Hour, Budget: 1}))
	w.assess()

	w.now = w.day(7)
	fact := evidence.Fact{
		Resource: evidence.Resource{Provider: "attestations", Account: "acme", Kind: "Attestation", Type: attested.Type, ID: "access-is-reviewed/2026-03-05"},
		Body: &evidence.Attestation{
			Control: "access-is-reviewed", Result: evidence.Met, PerformedAt: w.day(4), PerformedBy: "ada",
			Files: []evidence.File{fileOf("q1/list.csv", signedList), fileOf("q1/minutes.txt", minutes), fileOf("q1/gone.txt", []byte("gone"))},
		},
	}
	require.NoError(t, w.store.CommitPull(ctx, evidence.Pull{
		Source: "statements", Collector: statements.Collector, CollectorVersion: "1", Scope: statements.Scope, Populations: []evidence.Population{attested},
		StartedAt: w.now.Add(-time.Second), FinishedAt: w.now, OperationCounts: map[string]int{}, Items: 1,
	}, []evidence.Fact{fact}))
	w.pull(10, user("ada", "ada", true), user("cara", "cara", true))

	// What is said of the window after it.
	w.now = w.day(40)
	drawn := w.population(soc2.Sample{Population: "users", From: w.day(0), To: w.day(15)})
	s := soc2.NewSample(drawn, soc2.Draw(drawn, "seed", 2, ""))
	s.Algorithm, s.Seed, s.Size = soc2.DrawAlgorithm, "seed", 2
	id := w.record(soc2.EntrySample, "users", s)
	w.record(soc2.EntrySampleDeviation, id, soc2.SampleDeviation{Sample: id, Item: s.Items[0].Key, Cause: "=cmd", Extent: "this one", CompensatingControl: "none"})
	elsewhere := s
	elsewhere.From, elsewhere.To = w.day(32), w.day(35)
	w.record(soc2.EntrySample, "users", elsewhere)

	a := tsatest.New(t, tsatest.Options{})
	for range 2 {
		newest, err := w.store.NewestCheckpoint(ctx)
		require.NoError(t, err)
		c, err := anchor.Parse(newest.Note)
		require.NoError(t, err)
		w.record("anchor", "freetsa", anchor.Receipt{
			Kind: "rfc3161", Outside: true, Size: c.Size, Root: c.Root, Token: a.Token(t, c.Note, "-sha256", "-cert"), Where: "CN=Test authority", At: w.now,
		})
		w.record("anchor", "bucket", anchor.Receipt{Kind: "s3", Outside: true, Size: c.Size, Root: c.Root, Where: "s3://elsewhere", At: w.now})
	}
	return w, a
}

// answers2 are others, which the budget does not take.
func answers2(all []evidence.Answer) []evidence.Answer {
	one := all[0]
	one.Rest = json.RawMessage(`{"Users":[],"IsTruncated":true}`)
	return []evidence.Answer{one}
}

func (w *world) population(s soc2.Sample) soc2.Population {
	w.t.Helper()
	of, err := soc2.PopulationOf(s.Population)
	require.NoError(w.t, err)
	h, err := w.store.History(w.t.Context(), store.HistoryQuery{Kind: of.Kind, From: s.From, To: s.To, MaxAge: 72 * time.Hour})
	require.NoError(w.t, err)
	return soc2.PopulationFrom(h, soc2.PopulationQuery{Of: of, From: s.From, To: s.To})
}

func (w *world) record(kind, subject string, body any) string {
	w.t.Helper()
	b, err := json.Marshal(body)
	require.NoError(w.t, err)
	w.now = w.now.Add(time.Minute)
	ids, err := w.store.Append(w.t.Context(), store.Entry{Kind: kind, Subject: subject, Actor: evidence.Actor{Name: "Grace"}, Body: b})
	require.NoError(w.t, err)
	return ids[0]
}

// hand is the folder of attestations as somebody has it: one file moved, one altered.
func hand() fstest.MapFS {
	return fstest.MapFS{
		"2026/elsewhere/list.csv": {Data: signedList},
		"2026/q1/minutes.txt":     {Data: bytes.ToUpper(minutes)},
		"2026/q1/secret.txt":      {Data: []byte("nobody named it")},
	}
}

func (w *world) fill(from, to int, change func(*export.Options)) ([]byte, bundle.Manifest) {
	w.t.Helper()
	ctx := w.t.Context()
	e, err := w.store.Extract(ctx, w.day(from), w.day(to))
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, e.Close()) }()
	o := export.Options{
		By: "Grace", For: "Auditors & Co", At: w.now, Version: "test", Context: derive.Context, Attestations: hand(),
		Population: func(_ context.Context, s soc2.Sample) (soc2.Population, error) { return w.population(s), nil },
		Period: func(ctx context.Context) (soc2.Period, error) {
			window := soc2.Interval{From: w.day(from), To: w.day(to)}
			ev, err := w.store.Period(ctx, store.PeriodQuery{Window: window, MaxAge: 72 * time.Hour})
			return soc2.PeriodOf(ev, soc2.PeriodAsked{Type: soc2.TypeII, Window: window, Zone: time.UTC, Now: w.now, Catalogue: w.assessor.Catalogue, FixWithin: soc2.DefaultFixWithin()}), err
		},
	}
	if change != nil {
		change(&o)
	}
	var b bytes.Buffer
	m, _, err := export.Write(ctx, &b, e, o)
	require.NoError(w.t, err)
	return b.Bytes(), m
}

func leftOut(m bundle.Manifest) string {
	var b strings.Builder
	for _, l := range m.LeftOut {
		fmt.Fprintf(&b, "%s: %s\n", l.What, l.Why)
	}
	return b.String()
}
