package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/soc2"
)

// signed is a store whose log is signed.
func signed(t *testing.T) (*Store, *testClock) {
	t.Helper()
	clock := &testClock{now: noon}
	return open(t, filepath.Join(t.TempDir(), "controlwatch.db"), Options{Clock: clock.Now, Version: "test", Key: keyOf(t)}), clock
}

func keyOf(t testing.TB) KeySource {
	t.Helper()
	key, _, err := checkpoint.Generate("")
	require.NoError(t, err)
	return func(context.Context, string) (Signer, error) { return key, nil }
}

// The lines are written by hand from docs/evidence-log.md, the tree is another
// program's.
func TestTheLogIsWhatItsDescriptionSays(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, _ := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), []evidence.Fact{user("ada", true)}))

	var data []string
	require.NoError(t, s.read(ctx, "", func(tx session) error {
		return leaves(ctx, tx, 1, 2, everyTable, func(l leaf) error {
			data = append(data, string(l.data))
			return nil
		})
	}))
	digest := func(blob int) (text string) {
		require.NoError(t, s.readers.QueryRowContext(ctx, "SELECT lower(hex(digest)) FROM blob WHERE id = $1", blob).Scan(&text))
		return text
	}
	require.Equal(t, []string{
		`{"at":1774958400000000,"epoch":0,"kind":"plan","row":"commit","seq":1,"version":"test"}` + "\n" +
			`{"at":1774958400000000,"record":"` + digest(1) + `","row":"plan","seq":1,"source":"acme-aws"}` + "\n",
		`{"at":1774958400000000,"epoch":0,"kind":"pull","row":"commit","seq":2,"version":"test"}` + "\n" +
			`{"account":"111122223333","collector":"aws_iam_users","finished_at":1774958400000000,"provider":"aws","record":"` + digest(2) +
			`","region":"","row":"pull","seq":2,"shard":"","source":"acme-aws","started_at":1774958399000000}` + "\n" +
			`{"complete":1,"kind":"User","row":"pull_population","seq":2,"type":"aws.iam.user"}` + "\n" +
			`{"account":"111122223333","fact":"` + digest(3) +
			`","gone":0,"kind":"User","provider":"aws","ref":"ada","region":"","row":"fact_change","seq":2,"type":"aws.iam.user"}` + "\n",
	}, data)

	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, d := range data {
		require.NoError(t, r.Append(rfc6962.DefaultHasher.HashLeaf([]byte(d)), nil))
	}
	want, err := r.GetRootHash(nil)
	require.NoError(t, err)
	require.NoError(t, s.read(ctx, "", func(tx session) error {
		tree, err := openTree(ctx, tx)
		require.NoError(t, err)
		require.EqualValues(t, 2, tree.size)
		root, err := tree.root(ctx, 2)
		require.Equal(t, want, root[:])
		return err
	}))
}

func TestALeafHoldsAThousandLinesAtMost(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, _ := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitPull(ctx, pullOf(noon, usersFeed, userPopulation), numbered("u", 2998, true)))
	var lines []int
	require.NoError(t, s.read(ctx, "", func(tx session) error {
		return leaves(ctx, tx, 2, 2, everyTable, func(l leaf) error {
			require.Equal(t, len(lines), l.part)
			lines = append(lines, l.lines)
			return nil
		})
	}))
	require.Equal(t, []int{1000, 1000, 1000, 1}, lines, "three lines of the pull and one for each user")
	require.EqualValues(t, 5, number(t, s, "SELECT COUNT(*) FROM log_leaf"))
}

func TestCheckpointsCoverWhatWasCommitted(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	first, err := s.Sign(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, first.Size, "the key itself")
	again, err := s.Sign(ctx)
	require.NoError(t, err)
	require.Equal(t, first, again, "nothing new, nothing signed")

	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	_, err = s.Append(ctx, Entry{Kind: "note", Actor: evidence.Program, Body: []byte(`{}`)})
	require.NoError(t, err)
	newest, err := s.NewestCheckpoint(ctx)
	require.NoError(t, err)
	require.Equal(t, first, newest, "the program's own records wait for the next")
	ids, err := s.Append(ctx, Entry{Kind: "note", Subject: "x", Actor: evidence.Actor{Name: "Ada"}, Body: []byte(`{"a":1}`)})
	require.NoError(t, err)
	require.Equal(t, []string{"e4.0"}, ids)
	newest, err = s.NewestCheckpoint(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 4, newest.Size)
	for e, err := range s.Entries(ctx, "note") {
		require.NoError(t, err)
		if e.ID == "e4.0" {
			require.Equal(t, Entry{ID: "e4.0", At: clock.Now(), Kind: "note", Subject: "x", Actor: evidence.Actor{Name: "Ada"}, Body: []byte(`{"a":1}`)}, e)
		}
	}

	keys, err := s.LogKeys(ctx)
	require.NoError(t, err)
	v, err := note.NewVerifier(keys[0].Public)
	require.NoError(t, err)
	read, _, err := checkpoint.Open(newest.Note, []note.Verifier{v})
	require.NoError(t, err)
	require.EqualValues(t, 4, read.Size)
}

func TestAnotherKeyMustBeHandedOverTo(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	clock := &testClock{now: noon}
	first := keyOf(t)
	s, err := Open(ctx, "sqlite:"+path, Options{Clock: clock.Now, Key: first})
	require.NoError(t, err)
	old, err := first(ctx, "")
	require.NoError(t, err)
	next, _, err := checkpoint.Generate(old.Name())
	require.NoError(t, err)
	stranger, _, err := checkpoint.Generate("another/log")
	require.NoError(t, err)
	_, err = s.Rotate(ctx, stranger, evidence.Program)
	require.ErrorContains(t, err, "its name is another/log, the log's is "+old.Name())
	c, err := s.Rotate(ctx, next, evidence.Actor{Name: "Ada"})
	require.NoError(t, err)
	for _, public := range []string{old.Public(), next.Public()} {
		v, err := note.NewVerifier(public)
		require.NoError(t, err)
		_, _, err = checkpoint.Open(c.Note, []note.Verifier{v})
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())

	_, err = Open(ctx, "sqlite:"+path, Options{Clock: clock.Now, Key: first})
	require.ErrorContains(t, err, `give that key, or hand over with "controlwatch key rotate"`)
	s = open(t, path, Options{Clock: clock.Now, Key: func(_ context.Context, origin string) (Signer, error) {
		require.Equal(t, old.Name(), origin)
		return next, nil
	}})
	keys, err := s.LogKeys(ctx)
	require.NoError(t, err)
	require.Equal(t, []LogKey{{Public: old.Public()}, {Public: next.Public()}}, keys)
}

func TestAStoreFromBeforeTheLogIsTakenUpWhole(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "controlwatch.db")
	clock := &testClock{now: noon}
	s, err := Open(ctx, "sqlite:"+path, Options{Clock: clock.Now})
	require.NoError(t, err)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	for n := range 300 {
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{user("ada", n%2 == 0)}))
	}
	assess(t, s, assessment(clock.Add(1), finding("ada", soc2.Pass)))
	before := dump(t, s, "SELECT hash FROM log_hash WHERE id > 580 AND id < 590")
	for _, query := range []string{"DROP TRIGGER log_leaf_no_delete", "DROP TRIGGER log_hash_no_delete", "DELETE FROM log_leaf", "DELETE FROM log_hash"} {
		_, err := s.writer.ExecContext(ctx, query)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())

	s = open(t, path, Options{Clock: clock.Now})
	require.Equal(t, before, dump(t, s, "SELECT hash FROM log_hash WHERE id > 580 AND id < 590"), "the same hashes as if there had always been a log")
	require.EqualValues(t, 303, number(t, s, "SELECT COUNT(*) FROM log_leaf"))
	require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM entry WHERE kind = 'log-began'"))
}
