package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/export"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	feed  = evidence.FeedID{Collector: "aws_iam_users", Scope: evidence.Scope{Provider: "aws", Account: "111122223333"}}
	users = evidence.Population{Kind: "User", Type: "aws.iam.user"}
)

// world is a store with a month in it.
type world struct {
	t        testing.TB
	now      time.Time
	store    *store.Store
	assessor *daemon.Assessor
	key      checkpoint.Key
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, now: began}
	key, _, err := checkpoint.Generate("")
	require.NoError(t, err)
	w.key = key
	clock := func() time.Time { return w.now }
	w.store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "controlwatch.db"), store.Options{
		Clock: clock, Version: "test", Ephemeral: true, Key: func(context.Context, string) (store.Signer, error) { return key, nil },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	cat, err := catalogue.Load()
	require.NoError(t, err)
	engine, err := evaluators.New(cat, nil)
	require.NoError(t, err)
	b, err := json.Marshal(cat)
	require.NoError(t, err)
	w.assessor = &daemon.Assessor{
		History: w.store, Engine: engine, Catalogue: cat, Sources: map[string]time.Duration{"acme": 72 * time.Hour},
		Records: []store.Record{{Kind: "catalogue", Digest: evidence.Digest(b), Bytes: b}}, Clock: clock, Version: "test",
	}
	require.NoError(t, w.store.CommitPlan(t.Context(), evidence.Plan{
		Source: "acme", Provider: "aws", At: w.now, Feeds: []evidence.PlannedFeed{{ID: feed, Populations: []evidence.Population{users}}},
	}))
	return w
}

func (w *world) day(n int) time.Time { return began.AddDate(0, 0, n) }

func user(id, name string, mfa bool) evidence.Fact {
	yes := true
	return evidence.Fact{
		Resource: evidence.Resource{Provider: "aws", Account: "111122223333", Kind: "User", Type: "aws.iam.user", ID: id, Name: name},
		Body:     &evidence.User{PasswordSignIn: &yes, MFA: &evidence.MFA{Enabled: &mfa}},
	}
}

// pull is what a day brings: facts, or nothing and a hole.
func (w *world) pull(day int, facts ...evidence.Fact) {
	w.t.Helper()
	w.now = w.day(day)
	p := evidence.Pull{
		Source: "acme", Collector: feed.Collector, CollectorVersion: "1", Scope: feed.Scope, Populations: []evidence.Population{users},
		StartedAt: w.now.Add(-time.Second), FinishedAt: w.now, OperationCounts: map[string]int{"iam:ListUsers": 1}, Items: len(facts),
	}
	if facts == nil {
		p.Holes = []evidence.Hole{{Type: users.Type, Reason: evidence.Denied, Operation: "iam:ListUsers"}}
	}
	require.NoError(w.t, w.store.CommitPull(w.t.Context(), p, facts))
	w.assess()
}

func (w *world) assess() {
	w.t.Helper()
	w.now = w.now.Add(time.Minute)
	_, err := w.assessor.Assess(w.t.Context())
	require.NoError(w.t, err)
	_, err = w.store.Sign(w.t.Context())
	require.NoError(w.t, err)
}

// hostile is a name that does harm where it is not escaped.
const hostile = `=HYPERLINK("http://evil")<script>alert(1)</script>`

// month: ada is well all the time, bob gets a second factor on day 10, on day 20
// nothing could be seen, on day 30 cara comes.
func month(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.pull(0, user("ada", "ada", true), user("bob", hostile, false))
	w.pull(5, user("ada", "ada", true), user("bob", hostile, false))
	w.pull(10, user("ada", "ada", true), user("bob", hostile, true), user("eve", "eve", false))
	w.now = w.day(15)
	_, err := w.store.Append(t.Context(), store.Entry{Kind: "note", Subject: "access", Actor: evidence.Actor{Name: "Grace"}, Body: []byte(`{"text":"reviewed"}`)})
	require.NoError(t, err)
	w.pull(20)
	w.pull(30, user("ada", "ada", true), user("cara", "cara", true))
	return w
}

func (w *world) write(from, to int, criteria ...string) ([]byte, bundle.Manifest) {
	w.t.Helper()
	b, m, err := w.tryWrite(from, to, criteria...)
	require.NoError(w.t, err)
	return b, m
}

func (w *world) tryWrite(from, to int, criteria ...string) ([]byte, bundle.Manifest, error) {
	e, err := w.store.Extract(w.t.Context(), w.day(from), w.day(to))
	if err != nil {
		return nil, bundle.Manifest{}, err
	}
	defer func() { require.NoError(w.t, e.Close()) }()
	var b bytes.Buffer
	m, _, err := export.Write(w.t.Context(), &b, e, export.Options{
		Criteria: criteria, By: "Grace", For: "Auditors & Co", At: w.now, Version: "test", Context: derive.Context,
	})
	return b.Bytes(), m, err
}

func verify(t testing.TB, b []byte, keys ...string) *bundle.Verification {
	t.Helper()
	v, err := bundle.Verify(t.Context(), bytes.NewReader(b), int64(len(b)), bundle.Options{Keys: keys})
	require.NoError(t, err)
	return v
}

// unzip gives the files of a bundle by name.
func unzip(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		files[f.Name] = string(text)
	}
	return files
}

func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// rewrite writes the files of a bundle again, one of them as change has it; a nil
// gives it up.
func rewrite(t testing.TB, b []byte, name string, change func([]byte) []byte, more ...string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		if f.Name == name {
			if data = change(data); data == nil {
				continue
			}
		}
		to, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = to.Write(data)
		require.NoError(t, err)
	}
	for _, name := range more {
		to, err := w.Create(name)
		require.NoError(t, err)
		_, err = to.Write([]byte("x"))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// adding writes a bundle with one file more.
func adding(t testing.TB, b []byte, name string) []byte {
	t.Helper()
	return rewrite(t, b, "", nil, name)
}
