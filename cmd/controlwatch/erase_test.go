package main

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// inTheFile counts where a word stands in a store's file: in its bytes as they lie
// there, and in bodies that are packed.
func inTheFile(t *testing.T, path, word string) (n int) {
	t.Helper()
	has := func(b []byte) bool { return bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(word))) }
	for _, file := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		n += bytes.Count(bytes.ToLower(b), []byte(strings.ToLower(word)))
	}
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	rows, err := db.QueryContext(t.Context(), "SELECT body FROM blob WHERE substr(body, 1, 2) = x'1f8b'")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var packed []byte
		require.NoError(t, rows.Scan(&packed))
		r, err := gzip.NewReader(bytes.NewReader(packed))
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		if has(b) {
			n++
		}
	}
	require.NoError(t, rows.Err())
	return n
}

// What the sample company knows of somebody who left is erased, and nothing in the
// file names them but what the command says is left.
func TestErasingSomebodyOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newCompany(t)
	c.scan(0)
	path := strings.TrimPrefix(c.dsn, "sqlite:")
	key := &program{now: func() time.Time { return sample.Day.Add(time.Hour) }, env: func(string) string { return "" }}
	s, err := store.Open(ctx, c.dsn, store.Options{Clock: key.now, Version: "test", Key: key.logKeyIn("", c.dsn)})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for _, word := range []string{"pavel@acme-robotics.example", "Pavel Horak"} {
		require.Positive(t, inTheFile(t, path, word), word)
	}
	ask := store.Erasure{Reason: "request 17", By: evidence.Actor{Name: "Ada Obi"}, ApprovedBy: evidence.Actor{Name: "Grace"}, Also: []string{"Pavel Horak"}}
	ask.Resource = "personio/16"
	_, err = s.Erase(ctx, ask)
	require.ErrorContains(t, err, "it is still there")
	sources, err := s.Planned(ctx, key.now())
	require.NoError(t, err)
	for _, name := range sources { // nothing is looked at any more
		require.NoError(t, s.CommitPlan(ctx, evidence.Plan{Source: name, At: key.now()}))
	}

	// The list of employments first: the account at the identity provider is told to
	// be left, by its id.
	done, err := s.Erase(ctx, ask)
	require.NoError(t, err)
	require.Positive(t, done.Bodies)
	require.Contains(t, fmt.Sprint(done.Left), "a0e1f2c4-0007-4000-8000-000000000001")
	ask.Resource, ask.Provider = "a0e1f2c4-0007-4000-8000-000000000001", "aws"
	ask.Also = []string{"Pavel Horak", "pavel@acme-robotics.example"}
	done, err = s.Erase(ctx, ask)
	require.NoError(t, err)
	require.Positive(t, done.Bodies)
	require.Positive(t, done.Answers, "the provider's answer has the user too")
	_, err = s.Compact(ctx)
	require.NoError(t, err)
	where := map[string]store.Left{}
	for _, left := range done.Left {
		require.NotEmpty(t, left.Why)
		where[left.Where] = left
	}
	require.Positive(t, done.Names)
	for _, word := range []string{"pavel@acme-robotics.example", "Pavel Horak"} {
		require.Zero(t, inTheFile(t, path, word), "%s: %v", word, done.Left)
	}
	// The id is what is left, and each kind of place that has it is told.
	require.Positive(t, inTheFile(t, path, ask.Resource))
	require.Contains(t, where, "ids of resources")
	require.Contains(t, where, "subjects of what people recorded", "the record of this very erasure")
	require.Equal(t, []string{"Group b7d2e3f5-0003-4000-8000-000000000002"}, where["facts of other resources"].Examples, "whose member it was")
	require.Len(t, where, 3)
	v, err := s.Verify(ctx, store.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, v.Problems)
}

// Replay over a store in which somebody was erased says what is missing, which is no
// difference.
func TestReplayGoesOnWhereSomebodyWasErased(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newCompany(t)
	c.scan(0)
	now := func() time.Time { return sample.Day.Add(time.Hour) }
	s, err := store.Open(ctx, c.dsn, store.Options{Clock: now, Version: "test", Key: (&program{now: now, env: func(string) string { return "" }}).logKeyIn("", c.dsn)})
	require.NoError(t, err)
	sources, err := s.Planned(ctx, now())
	require.NoError(t, err)
	for _, name := range sources {
		require.NoError(t, s.CommitPlan(ctx, evidence.Plan{Source: name, At: now()}))
	}
	_, err = s.Erase(ctx, store.Erasure{Resource: "personio/16", Reason: "request 17", By: evidence.Actor{Name: "Ada Obi"}, ApprovedBy: evidence.Actor{Name: "Grace"}})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	code, out, stderr := c.replayed()
	require.Equal(t, exitIncomplete, code, "%s %v", stderr, out.Differences)
	require.Empty(t, out.Differences)
	require.Equal(t, 1, out.Assessments)
	require.Zero(t, out.Reproduced)
	require.Len(t, out.Unproved, 1)
	require.Contains(t, out.Unproved[0].Why, "some of what it judged is not kept any more: files.employment: what was known of 1 of its resources was pruned on ")
	require.Contains(t, out.Unproved[0].Why, "erased, record e")
}
