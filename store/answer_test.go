package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func answerOf(operation string, items ...string) evidence.Answer {
	a := evidence.Answer{
		Request: evidence.AnswerRequest{Operation: operation, Method: "POST", Host: "iam.amazonaws.com", Path: "/"},
		Status:  200, Rest: json.RawMessage(`{"Users":[]}`), Removed: []string{"RequestId volatile"}, Size: 100,
	}
	for _, item := range items {
		a.Items = append(a.Items, json.RawMessage(fmt.Sprintf(`{"UserName":%q}`, item)))
	}
	return a
}

var daily = AnswerPolicy{Keep: 24 * time.Hour, Budget: 1 << 20}

func (c *testClock) pull() evidence.Pull {
	p := pullOf(c.Now(), usersFeed, userPopulation)
	p.Answers = &evidence.AnswerRecord{Captured: 1, Bytes: 100}
	return p
}

func TestAnswersAreKeptWhenFactsChangeAndOnceAnInterval(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	commit := func(answers []evidence.Answer, facts ...evidence.Fact) {
		t.Helper()
		require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), facts, answers, daily))
		clock.Add(time.Hour)
	}
	sets := func() int64 { return number(t, s, "SELECT COUNT(*) FROM answer_set") }
	rows := func() int64 { return number(t, s, "SELECT COUNT(*) FROM answer") }
	blobs := func() int64 { return number(t, s, "SELECT COUNT(*) FROM blob") }

	commit([]evidence.Answer{answerOf("iam:ListUsers", "ada", "grace")}, user("ada", true), user("grace", true))
	require.EqualValues(t, 1, sets(), "a feed's first")
	require.EqualValues(t, 1, rows())

	before := blobs()
	commit([]evidence.Answer{answerOf("iam:ListUsers", "ada", "grace")}, user("ada", true), user("grace", true))
	require.EqualValues(t, 1, sets(), "nothing changed, and it is not time")
	require.LessOrEqual(t, blobs(), before+1, "the pull's record")

	commit([]evidence.Answer{answerOf("iam:ListUsers", "ada", "grace", "linus")}, user("ada", true), user("grace", true), user("linus", true))
	require.EqualValues(t, 2, sets(), "a fact changed")
	require.EqualValues(t, 2, rows())
	kept := blobs()
	clock.Add(24 * time.Hour)
	commit([]evidence.Answer{answerOf("iam:ListUsers", "ada", "grace", "linus")}, user("ada", true), user("grace", true), user("linus", true))
	require.EqualValues(t, 3, sets(), "it was time")
	require.EqualValues(t, 2, rows(), "an answer that is as it was costs no row")
	require.LessOrEqual(t, blobs(), kept+1, "nor a body: the pull's record only")

	last, err := s.AnswersBehind(t.Context(), usersFeed, "p4", user("linus", true).Resource)
	require.NoError(t, err)
	require.Equal(t, "p4", last.Pull)
	require.Equal(t, "interval", last.Why)
	require.Equal(t, "p3", last.FactPull)
	want := answerOf("iam:ListUsers", "ada", "grace", "linus")
	want.Size = 0 // is kept only for what is not
	require.Equal(t, []evidence.Answer{want}, last.Answers)

	first, err := s.AnswersBehind(t.Context(), usersFeed, "p2", user("linus", true).Resource)
	require.NoError(t, err)
	require.Equal(t, "p1", first.Pull, "the pull since found the same")
	require.Len(t, first.Answers[0].Items, 2)
	require.Empty(t, first.FactPull)

	clock.Add(24 * time.Hour)
	commit([]evidence.Answer{answerOf("iam:ListMFADevices")}, user("ada", true), user("grace", true), user("linus", true))
	gone, err := s.AnswersBehind(t.Context(), usersFeed, "p5", user("linus", true).Resource)
	require.NoError(t, err)
	require.Len(t, gone.Answers, 1, "what is not asked any more is not answered")
	require.Equal(t, "iam:ListMFADevices", gone.Answers[0].Request.Operation)
}

func TestAnUnchangedItemCostsNothing(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("somebody-with-a-name-%d-%s", i, strings.Repeat("x", i)))
	}
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", true)}, []evidence.Answer{answerOf("iam:ListUsers", names...)}, daily))
	first := number(t, s, "SELECT bytes FROM answer_set WHERE seq = 1")
	names[100] = "another"
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", false)}, []evidence.Answer{answerOf("iam:ListUsers", names...)}, daily))
	second := number(t, s, "SELECT bytes FROM answer_set WHERE seq = 2")
	require.Less(t, second, first, "one item and the list of digests")
	require.Equal(t, first+second, number(t, s, "SELECT total FROM answer_set WHERE seq = 2"))
}

func TestOverTheBudgetIsSaidAndFailsNothing(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	policy := AnswerPolicy{Keep: 24 * time.Hour, Budget: 3000}
	big := func(name string) []evidence.Answer {
		var items []string
		for i := range 50 {
			items = append(items, evidence.Digest(fmt.Appendf(nil, "%s %d", name, i)))
		}
		return []evidence.Answer{answerOf("iam:ListUsers", items...)}
	}
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", true)}, []evidence.Answer{answerOf("iam:ListUsers", "ada")}, policy))
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", false)}, big("a"), policy))
	require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM answer_set"))
	require.EqualValues(t, 2, number(t, s, "SELECT COUNT(*) FROM fact_change"), "the facts are kept")

	require.NoError(t, s.CommitPlan(t.Context(), plan(clock.Now(), planned(usersFeed, userPopulation))))
	snapshot, err := s.Snapshot(t.Context(), clock.Add(time.Hour), map[string]time.Duration{source: 24 * time.Hour})
	require.NoError(t, err)
	require.True(t, snapshot.Feeds[0].Last.Answers.OverBudget, "the record says so")
	behind, err := s.AnswersBehind(t.Context(), usersFeed, "p2", user("ada", true).Resource)
	require.NoError(t, err)
	require.True(t, behind.Newer, "the answers that are there are not those behind the fact")

	// Near the budget, what is stored already still costs nothing.
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", true)}, []evidence.Answer{answerOf("iam:ListUsers", "ada")}, policy))
	require.EqualValues(t, 2, number(t, s, "SELECT COUNT(*) FROM answer_set"))
	// Without a budget nothing is kept, and said.
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", false)}, big("b"), AnswerPolicy{Keep: time.Hour}))
	require.EqualValues(t, 2, number(t, s, "SELECT COUNT(*) FROM answer_set"))
}

func TestAnAlteredAnswerIsRefused(t *testing.T) {
	t.Parallel()
	s, clock := setup(t)
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", true)}, []evidence.Answer{answerOf("iam:ListUsers", "ada")}, daily))
	for _, statement := range []string{"UPDATE answer SET answer = NULL", "DELETE FROM answer", "UPDATE answer_set SET why = 'x'", "DELETE FROM answer_set"} {
		_, err := s.writer.ExecContext(t.Context(), statement)
		require.ErrorContains(t, err, "append-only")
	}
	_, err := s.writer.ExecContext(t.Context(), "DROP TRIGGER blob_no_update")
	require.NoError(t, err)
	_, err = s.writer.ExecContext(t.Context(), `UPDATE blob SET body = replace(CAST(body AS TEXT), 'ada', 'eve') WHERE CAST(body AS TEXT) = '{"UserName":"ada"}'`)
	require.NoError(t, err)
	_, err = s.AnswersBehind(t.Context(), usersFeed, "p1", user("ada", true).Resource)
	require.ErrorContains(t, err, "damaged or altered")
}

func TestPackingIsStableAndTurnsBack(t *testing.T) {
	t.Parallel()
	var used packing
	for _, body := range []string{"null", "{}", `"` + strings.Repeat("x", 5000) + `"`} {
		a, err := new(packing).body([]byte(body))
		require.NoError(t, err)
		b, err := used.body([]byte(body))
		require.NoError(t, err)
		require.True(t, bytes.Equal(a, b))
		require.LessOrEqual(t, len(a), len(body))
		back, err := unpackBody(a)
		require.NoError(t, err)
		require.Equal(t, body, string(back))
	}
	_, err := unpackBody([]byte{0x1f, 0x8b, 1})
	require.Error(t, err)
}
