package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/soc2"
)

// longStore is the closed file of a store with something in every table.
func longStore(t testing.TB) (path string, key KeySource) {
	t.Helper()
	ctx := t.Context()
	path, key = filepath.Join(t.TempDir(), "controlwatch.db"), keyOf(t)
	clock := &testClock{now: noon}
	s, err := Open(ctx, "sqlite:"+path, Options{Clock: clock.Now, Version: "test", Key: key})
	require.NoError(t, err)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	catalogue := Record{Kind: "catalogue", Digest: evidence.Digest([]byte("controls")), Bytes: []byte("controls")}
	for n := range 6 {
		facts := []evidence.Fact{user("ada", n%2 == 0), user("bob", n%3 == 0)}
		answers := []evidence.Answer{answerOf("iam:ListUsers", []string{"ada", "bob"}[:1+n%2]...)}
		require.NoError(t, s.CommitAnswered(ctx, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), facts[:1+n%2], answers, daily))
		a := assessment(clock.Add(time.Minute), finding("ada", []soc2.Outcome{soc2.Pass, soc2.Fail}[n%2]))
		assess(t, s, a, catalogue)
		_, err := s.Sign(ctx)
		require.NoError(t, err)
	}
	_, err = s.commit(ctx, kindEntry, "note and prune", func(ctx context.Context, c *commit) error {
		var record int64
		require.NoError(t, c.row(ctx, "SELECT MIN(record) FROM pull").Scan(&record))
		require.NoError(t, c.bury(ctx, []int64{record}, "a test's"))
		return c.entry(ctx, 0, Entry{Kind: "note", Subject: "ada", Actor: evidence.Actor{Name: "Grace"}, Body: []byte(`{"n":1}`), Files: []Attachment{[]byte("a file"), []byte("another")}})
	})
	require.NoError(t, err)
	_, err = s.Sign(ctx)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	return path, key
}

func verified(t *testing.T, path string, o VerifyOptions) *Verification {
	t.Helper()
	s, err := OpenReading(t.Context(), "sqlite:"+path, Options{Clock: (&testClock{now: noon}).Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	v, err := s.Verify(t.Context(), o)
	require.NoError(t, err)
	return v
}

// tamper changes a file as somebody would who has it in hand.
func tamper(t *testing.T, path string, queries ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	var triggers []string
	rows, err := db.QueryContext(t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
	require.NoError(t, err)
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		triggers = append(triggers, "DROP TRIGGER "+name)
	}
	require.NoError(t, rows.Err())
	require.NoError(t, rows.Close())
	for _, q := range append(triggers, queries...) {
		_, err := db.ExecContext(t.Context(), q)
		require.NoError(t, err, q)
	}
}

func TestVerifyFindsNothingInWhatWasLeftAlone(t *testing.T) {
	t.Parallel()
	path, key := longStore(t)
	signer, err := key(t.Context(), "")
	require.NoError(t, err)
	for _, o := range []VerifyOptions{{}, {Fast: true}, {Since: noon.Add(5 * time.Minute)}, {Keys: []string{signer.Public()}}} {
		v := verified(t, path, o)
		require.Empty(t, v.Problems)
		require.Empty(t, v.Warnings)
		require.EqualValues(t, 15, v.Commits, "the key, the plan, six pulls and assessments, a note")
		require.EqualValues(t, 15, v.Leaves)
		require.EqualValues(t, 7, v.Checkpoints)
		require.EqualValues(t, 15, v.Signed)
		require.Equal(t, signer.Name(), v.Origin)
		require.Equal(t, len(o.Keys) > 0, v.Pinned)
		require.NotEmpty(t, v.Root)
		require.Equal(t, !o.Fast, v.Lines > 0 && v.Bodies >= 0)
	}
}

func TestVerifyNamesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	original, key := longStore(t)
	stranger, _, err := checkpoint.Generate("controlwatch/ffffffffffffffff")
	require.NoError(t, err)
	signer, err := key(t.Context(), "")
	require.NoError(t, err)
	forger, _, err := checkpoint.Generate(signer.Name())
	require.NoError(t, err)
	for name, c := range map[string]struct {
		do      []string
		options VerifyOptions
		commit  int64
		says    string
	}{
		"a verdict": {
			do:     []string{"UPDATE drift SET outcome_to = 'pass' WHERE outcome_to = 'fail'"},
			commit: 6, says: "commit 6, an assessment at 2026-03-31T12:04:00Z: part 1 of it (1 of commit, 1 of assessment, 1 of finding_state, 1 of drift, 1 of assessment_inputs) is not what was logged as leaf 5",
		},
		"a fact": {
			do:     []string{"UPDATE fact_change SET blob = (SELECT MIN(blob) FROM fact_change) WHERE seq = 5"},
			commit: 5, says: "commit 5, the pull of aws_iam_users over aws/111122223333 by acme-aws at 2026-03-31T12:03:00Z: part 1 of it",
		},
		"a body":             {do: []string{"UPDATE blob SET body = 'x' WHERE id = (SELECT MIN(blob) FROM fact_change)"}, commit: 3, says: "the fact in commit 3, the pull of aws_iam_users"},
		"a commit taken out": {do: []string{"DELETE FROM answer WHERE seq = 9", "DELETE FROM answer_set WHERE seq = 9", "DELETE FROM pull_population WHERE seq = 9", "DELETE FROM fact_change WHERE seq = 9", "DELETE FROM pull WHERE seq = 9", "DELETE FROM commit_log WHERE seq = 9"}, commit: 9, says: "commit 9: it is missing"},
		"a commit put in":    {do: []string{"INSERT INTO commit_log VALUES (16, 1774958400000000, 0, 'plan', 'test')"}, commit: 16, says: "its rows (1 of commit) were never logged"},
		"two rows swapped": {
			do:     []string{"UPDATE commit_log SET at = (SELECT SUM(at) FROM commit_log WHERE seq IN (7, 8)) - at WHERE seq IN (7, 8)"},
			commit: 7, says: "is not what was logged",
		},
		"a leaf taken out": {do: []string{"DELETE FROM log_leaf WHERE leaf = 4"}, commit: 6, says: "leaf 4: it is missing"},
		"a hash":           {do: []string{"UPDATE log_hash SET hash = zeroblob(32) WHERE id = 2"}, commit: 2, says: "hash 2 of the log, above leaf 1: it is not that of the hashes below it"},
		"a checkpoint of nobody's": {
			do:     []string{"UPDATE checkpoint SET note = replace(note, '" + signer.Name() + "', '" + stranger.Name() + "') WHERE seq = 4"},
			commit: 4, says: "checkpoint over 4 leaves, after commit 4: it is signed by none of the keys that are trusted by then",
		},
		"a checkpoint edited": {do: []string{"UPDATE checkpoint SET note = replace(note, char(10) || '4' || char(10), char(10) || '5' || char(10)) WHERE seq = 4"}, commit: 4, says: "invalid signature"},
		"every checkpoint taken away": {
			do: []string{"DELETE FROM checkpoint"}, options: VerifyOptions{Fast: true}, commit: 4, says: "6 assessments from it on have no checkpoint that holds",
		},
		"no signature of the key given": {
			do: []string{"DELETE FROM checkpoint", "DELETE FROM entry"}, options: VerifyOptions{Fast: true, Keys: []string{signer.Public()}}, says: "it has no checkpoint that the given key signed",
		},
		"the log emptied": {
			do: []string{"DELETE FROM log_leaf", "DELETE FROM log_hash", "DELETE FROM checkpoint"}, options: VerifyOptions{Fast: true}, commit: 1, says: "nothing is in the log",
		},
		"an item of an answer": {do: []string{"DELETE FROM blob WHERE CAST(body AS TEXT) = '{\"UserName\":\"bob\"}'"}, commit: 5, says: "an item of an answer is missing"},
		"the current facts":    {do: []string{"DELETE FROM fact_current WHERE resource = 1"}, commit: 13, says: "a fact of the history is missing from the current ones"},
		"another key from outside": {
			options: VerifyOptions{Keys: []string{forger.Public()}}, commit: 4, says: "it is signed by none of the keys",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "controlwatch.db")
			copyFile(t, original, path)
			tamper(t, path, c.do...)
			v := verified(t, path, c.options)
			first, found := v.First()
			require.True(t, found)
			require.Equal(t, c.commit, first.Commit, "%v", v.Problems)
			require.Contains(t, first.Error(), c.says)
			require.NotEmpty(t, first.Untrusted)
		})
	}
}

// Somebody who makes leaf and tree again after changing a row is found by the
// signatures; somebody who signs again as well is found by a key from outside.
func TestARewrittenLogIsFoundByItsSignatures(t *testing.T) {
	t.Parallel()
	path, key := longStore(t)
	signer, err := key(t.Context(), "")
	require.NoError(t, err)
	tamper(t, path, "UPDATE drift SET severity = 'low' WHERE seq = 6",
		"DELETE FROM log_hash", "DELETE FROM log_leaf")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	c := commit{session: newSession(tx), last: map[string]int64{}}
	require.NoError(t, c.logCommits(t.Context(), 1, 15, everyTable))
	require.NoError(t, tx.Commit())
	require.NoError(t, db.Close())

	v := verified(t, path, VerifyOptions{Fast: true})
	first, found := v.First()
	require.True(t, found)
	require.EqualValues(t, 6, first.Commit)
	require.Contains(t, first.What, "what it covers was changed after it was signed")
	require.Contains(t, first.Untrusted, "commits 5 to 6")

	forger, _, err := checkpoint.Generate(signer.Name())
	require.NoError(t, err)
	tamper(t, path, "DELETE FROM checkpoint", "DELETE FROM entry WHERE kind = 'log-key'", "DELETE FROM log_hash", "DELETE FROM log_leaf")
	s, err := Open(t.Context(), "sqlite:"+path, Options{Clock: (&testClock{now: noon}).Now, Key: func(context.Context, string) (Signer, error) { return forger, nil }})
	require.NoError(t, err)
	_, err = s.Sign(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.True(t, verified(t, path, VerifyOptions{}).OK(), "against the operator, the store alone proves nothing")
	require.False(t, verified(t, path, VerifyOptions{Keys: []string{signer.Public()}}).OK())
}

func TestAClockSetBackIsTold(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	clock.Add(-90 * time.Minute)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation, keyPopulation))))
	v, err := s.Verify(ctx, VerifyOptions{})
	require.NoError(t, err)
	require.True(t, v.OK())
	require.Contains(t, strings.Join(v.Warnings, "\n"), "the clock went back by 1h30m0s before commit 2 (plan), which says 2026-03-31T10:30:00Z")
}

var (
	mutatedStore = flag.String("mutate.store", "", "a store of your own for TestVerifyFindsEveryChange to change copies of, such as one that bench-year kept")
	mutations    = flag.Int("mutate.times", 200, "how often it does")
)

// TestVerifyFindsEveryChange changes the file in random ways. A change that leaves
// every table as it was (in free space, say) has no meaning to find.
func TestVerifyFindsEveryChange(t *testing.T) {
	t.Parallel()
	original := *mutatedStore
	if original == "" {
		original, _ = longStore(t)
	}
	before := everything(t, original)
	found := map[string]int{}
	for n := range *mutations {
		random := rand.New(rand.NewPCG(uint64(n), 7)) // a test that repeats
		path := filepath.Join(t.TempDir(), "controlwatch.db")
		copyFile(t, original, path)
		what := mutate(t, random, path)
		v, err := verifyAnyway(t, path)
		switch {
		case err != nil:
			found["cannot be opened or read"]++
		case !v.OK():
			found["named"]++
			first, _ := v.First()
			require.NotEmpty(t, first.Record, what)
		case len(v.Warnings) > 0 && strings.Contains(what, "checkpoint"):
			found["a checkpoint taken away"]++
		default:
			require.Equal(t, before, everything(t, path), "mutation %d was not found: %s", n, what)
			found["without meaning"]++
		}
		require.NoError(t, os.Remove(path))
	}
	require.Greater(t, found["named"], *mutations/2, found)
	t.Log(found)
}

func mutate(t *testing.T, random *rand.Rand, path string) string {
	t.Helper()
	if random.IntN(4) == 0 {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		at, bit := 100+random.IntN(len(text)-100), random.IntN(8)
		text[at] ^= 1 << bit
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return fmt.Sprintf("bit %d of byte %d", bit, at)
	}
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	names := func(query string, args ...any) (list []string) {
		rows, err := db.QueryContext(t.Context(), query, args...)
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var name string
			require.NoError(t, rows.Scan(&name))
			list = append(list, name)
		}
		require.NoError(t, rows.Err())
		return list
	}
	for _, trigger := range names("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
		_, err := db.ExecContext(t.Context(), "DROP TRIGGER "+trigger)
		require.NoError(t, err)
	}
	tables := names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' AND name NOT IN ('alert_state', 'outbox') ORDER BY name") // those are no evidence
	for {
		table := tables[random.IntN(len(tables))]
		rows, err := strconv.Atoi(names("SELECT COUNT(*) FROM " + table)[0])
		require.NoError(t, err)
		if rows == 0 {
			continue
		}
		pick := func() string {
			return names(fmt.Sprintf("SELECT rowid FROM %s LIMIT 1 OFFSET %d", table, random.IntN(rows)))[0]
		}
		row := pick()
		query := "DELETE FROM " + table + " WHERE rowid = " + row
		if random.IntN(3) > 0 {
			columns := names("SELECT name FROM pragma_table_info($1)", table)
			column := columns[random.IntN(len(columns))]
			other := pick()
			value := []string{
				"(SELECT " + column + " FROM " + table + " WHERE rowid = " + other + ")", "0", "1", "'pass'", "NULL", column + " + 1", "x'00'", "upper(" + column + ")",
			}[random.IntN(8)]
			query = "UPDATE " + table + " SET " + column + " = " + value + " WHERE rowid = " + row
		}
		if _, err := db.ExecContext(t.Context(), query); err == nil { // some values a table refuses
			return query
		}
	}
}

func verifyAnyway(t *testing.T, path string) (*Verification, error) {
	t.Helper()
	s, err := OpenReading(t.Context(), "sqlite:"+path, Options{Clock: (&testClock{now: noon}).Now})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Verify(t.Context(), VerifyOptions{})
}

// everything is the digest of all that the tables hold.
func everything(t testing.TB, path string) string {
	t.Helper()
	s, err := OpenReading(t.Context(), "sqlite:"+path, Options{Clock: (&testClock{now: noon}).Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	all := sha256.New()
	rows := json.NewEncoder(all)
	for _, table := range []string{
		"commit_log", "blob", "feed", "population", "plan", "pull", "pull_population", "resource", "fact_change", "fact_current",
		"answer_set", "answer", "record", "assessment", "finding_state", "drift", "entry", "attached", "log_leaf", "log_hash", "checkpoint", "tombstone", "resource_name", "assessment_inputs",
	} {
		require.NoError(t, rows.Encode(table))
		dumpEach(t, s, "SELECT * FROM "+table+" ORDER BY 1, 2", func(row []any) { require.NoError(t, rows.Encode(row)) })
	}
	return hex.EncodeToString(all.Sum(nil))
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, text, 0o600))
}

// What is logged must be read back by something: a table with commits that no
// query of the log reads would be outside of it.
func TestEveryTableOfCommitsIsLogged(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	logged := map[string]bool{}
	for _, l := range loggedTables {
		logged[l.written] = true
	}
	for table, why := range map[string]string{
		"fact_current": "follows from fact_change, verified apart", "log_leaf": "is the log", "checkpoint": "covers the log",
	} {
		require.False(t, logged[table], why)
		logged[table] = true
	}
	require.NoError(t, s.read(t.Context(), "list tables", func(tx session) error {
		return tx.each(t.Context(), func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			require.True(t, logged[name], "table %s has commits and no line in the log: add it to loggedTables", name)
			return err
		}, "SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.name = 'seq'")
	}))
}
