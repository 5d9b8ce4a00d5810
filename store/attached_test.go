package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func attested(t *testing.T, s *Store, subject string, files ...string) string {
	t.Helper()
	e := Entry{Kind: "attestation", Subject: subject, Actor: evidence.Program, Body: []byte("{}")}
	for _, f := range files {
		e.Files = append(e.Files, Attachment(f))
	}
	ids, err := s.Append(t.Context(), e)
	require.NoError(t, err)
	return ids[0]
}

func TestAttachedFiles(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("are read back as they were, in their order", func(t *testing.T) {
		t.Parallel()
		s, _ := signed(t)
		id := attested(t, s, "a", "one", "two", "one")
		files, err := s.Attached(ctx, id)
		require.NoError(t, err)
		require.Equal(t, []Attached{
			{SHA256: evidence.Digest([]byte("one")), Size: 3}, {SHA256: evidence.Digest([]byte("two")), Size: 3}, {SHA256: evidence.Digest([]byte("one")), Size: 3},
		}, files)
		body, err := s.AttachedBytes(ctx, files[1].SHA256)
		require.NoError(t, err)
		require.Equal(t, "two", string(body))
		verifiedOpen(t, s)
	})
	t.Run("of none and of nothing are none", func(t *testing.T) {
		t.Parallel()
		s, _ := signed(t)
		files, err := s.Attached(ctx, attested(t, s, "a"))
		require.NoError(t, err)
		require.Empty(t, files)
		_, err = s.Attached(ctx, "e1.0x")
		require.ErrorContains(t, err, "that is no id of a record")
		_, err = s.AttachedBytes(ctx, evidence.Digest([]byte("{}"))) // a body of something else
		require.ErrorContains(t, err, "no such file is attached")
	})
	t.Run("an empty one is refused, and nothing is recorded", func(t *testing.T) {
		t.Parallel()
		s, _ := signed(t)
		_, err := s.Append(ctx, Entry{Kind: "attestation", Actor: evidence.Program, Body: []byte("{}"), Files: []Attachment{[]byte("a"), nil}})
		require.ErrorContains(t, err, "file 2 is empty")
		for _, err := range s.Entries(ctx, "attestation") {
			require.NoError(t, err)
			require.Fail(t, "it was recorded")
		}
	})
	t.Run("one that was altered is found by verify and refused", func(t *testing.T) {
		t.Parallel()
		s, _ := signed(t)
		attested(t, s, "a", "the minutes of the board")
		digest := evidence.Digest([]byte("the minutes of the board"))
		_, err := s.writer.ExecContext(ctx, "DROP TRIGGER blob_no_update")
		require.NoError(t, err)
		_, err = s.writer.ExecContext(ctx, "UPDATE blob SET body = $1 WHERE body = $2", []byte("the minutes of a hoard"), []byte("the minutes of the board"))
		require.NoError(t, err)
		_, err = s.AttachedBytes(ctx, digest)
		require.ErrorContains(t, err, "altered")
		v, err := s.Verify(ctx, VerifyOptions{})
		require.NoError(t, err)
		require.Len(t, v.Problems, 1)
		require.Contains(t, v.Problems[0].Record, "a file that was attached")
	})
	t.Run("a row that was added or whose digest was exchanged is found by verify", func(t *testing.T) {
		t.Parallel()
		s, _ := signed(t)
		attested(t, s, "a", "one")
		attested(t, s, "b", "two")
		_, err := s.writer.ExecContext(ctx, "DROP TRIGGER attached_no_update")
		require.NoError(t, err)
		_, err = s.writer.ExecContext(ctx, "UPDATE attached SET body = (SELECT MAX(body) FROM attached)")
		require.NoError(t, err)
		v, err := s.Verify(ctx, VerifyOptions{})
		require.NoError(t, err)
		require.NotEmpty(t, v.Problems)
	})
}

// A file is pruned when a newer record about the same took its record's place longer
// ago than evidence is kept, and not before: whatever its age.
func TestAttachedFilesArePruned(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	old := attested(t, s, "a", "of a, replaced long ago", "a second of it")
	alone := attested(t, s, "b", "of b, never replaced")
	shared := attested(t, s, "c", "of c and d")
	attested(t, s, "d", "of c and d")
	clock.Add(10 * 24 * time.Hour)
	attested(t, s, "a", "of a, newer")
	attested(t, s, "c", "of c, newer")
	clock.Add(50 * 24 * time.Hour)
	attested(t, s, "a", "of a, newest")
	prune := func() Pruning {
		done, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 60 * 24 * time.Hour}})
		require.NoError(t, err)
		return done
	}
	clock.Add(9 * 24 * time.Hour)
	require.Zero(t, prune().Bodies)
	clock.Add(2 * 24 * time.Hour)
	require.Equal(t, map[string]int64{"attached files": 2}, prune().Of)
	verifiedOpen(t, s)

	files, err := s.Attached(ctx, old)
	require.NoError(t, err)
	require.Len(t, files, 2)
	for _, f := range files {
		require.NotNil(t, f.Pruned)
		require.Equal(t, "keep 60d", f.Pruned.Rule)
		_, err := s.AttachedBytes(ctx, f.SHA256)
		require.ErrorContains(t, err, "pruned on")
	}
	for _, id := range []string{alone, shared} {
		files, err := s.Attached(ctx, id)
		require.NoError(t, err)
		require.Nil(t, files[0].Pruned)
	}
	again := attested(t, s, "e", "a second of it") // pruned bytes come back with a record that has them
	files, err = s.Attached(ctx, again)
	require.NoError(t, err)
	require.Nil(t, files[0].Pruned)
	verifiedOpen(t, s)
}

// A file in a folder that is another than when its attestation was first read is told.
func TestVerifyTellsOfAFileThatWasChangedAfterItWasAttested(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	population := evidence.Population{Kind: "Attestation", Type: "attestations.attestation"}
	feed := evidence.FeedID{Collector: "attestations", Scope: evidence.Scope{Provider: "attestations", Account: "organization"}}
	pull := func(digest string) {
		at := clock.Add(time.Hour)
		fact := evidence.Fact{
			Resource: evidence.Resource{Provider: "attestations", Account: "organization", Kind: "Attestation", Type: population.Type, ID: "x/2026-01-01", Name: "x"},
			Body:     &evidence.Attestation{Control: "x", Result: evidence.Met, PerformedAt: at, PerformedBy: "Ada", Files: []evidence.File{{Path: "a.pdf", SHA256: digest, Size: 1}}},
		}
		require.NoError(t, s.CommitPull(ctx, pullOf(at, feed, population), []evidence.Fact{fact}))
	}
	require.NoError(t, s.CommitPlan(ctx, plan(clock.Now(), planned(feed, population))))
	pull("aa")
	pull("aa")
	v, err := s.Verify(ctx, VerifyOptions{})
	require.NoError(t, err)
	for _, w := range v.Warnings {
		require.NotContains(t, w, "after it was attested")
	}
	pull("bb")
	v, err = s.Verify(ctx, VerifyOptions{})
	require.NoError(t, err)
	require.Contains(t, v.Warnings[len(v.Warnings)-1], "the file a.pdf of attestation x/2026-01-01 was changed after it was attested")
}
