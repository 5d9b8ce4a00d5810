package store

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// answersKept is how many bytes the bodies of answers take, counted from the bodies.
func answersKept(tb testing.TB, s *Store) (total int64) {
	tb.Helper()
	counted := map[string]bool{}
	add := func(digest []byte, size int) {
		if name := hex.EncodeToString(digest); !counted[name] {
			counted[name] = true
			total += int64(size)
		}
	}
	require.NoError(tb, s.read(tb.Context(), "", func(tx session) error {
		return tx.each(tb.Context(), func(rows *sql.Rows) error {
			var digest, body []byte
			var document bool
			if err := rows.Scan(&digest, &body, &document); err != nil {
				return err
			}
			add(digest, len(body))
			if !document {
				return nil
			}
			items, err := itemsOf(body)
			for _, item := range items {
				raw, err := hex.DecodeString(item)
				require.NoError(tb, err)
				var size int
				require.NoError(tb, tx.row(tb.Context(), "SELECT length(body) FROM blob WHERE digest = $1", raw).Scan(&size))
				add(raw, size)
			}
			return err
		}, `SELECT b.digest, b.body, a.answer IS b.id FROM answer a JOIN blob b ON b.id IN (a.request, a.answer)`)
	}))
	return total
}

// Random answers are pruned with random holds: what was answered at a time that is
// kept reads as before, and the budget counts what there is.
func TestPruneAnswers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	runs, pruned := 0, int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		clock := &testClock{now: noon}
		s, err := Open(ctx, "sqlite:"+filepath.Join(dir, strconv.Itoa(runs)+".db"), Options{Clock: clock.Now, Version: "test", Ephemeral: true, Key: keyOf(t)})
		require.NoError(rt, err)
		defer func() { require.NoError(rt, s.Close()) }()
		require.NoError(rt, s.CommitPlan(ctx, plan(clock.Add(time.Hour), planned(usersFeed, userPopulation))))
		policy := AnswerPolicy{Keep: day, Budget: 1 << 20}
		behind := func(pull string) string {
			b, err := s.AnswersBehind(ctx, usersFeed, pull, user("ada", true).Resource)
			require.NoError(rt, err)
			return fmt.Sprintf("%+v", b)
		}
		var pulls []string
		var looked []time.Time
		for n := range rapid.IntRange(2, 10).Draw(rt, "pulls") {
			var answers []evidence.Answer
			for _, operation := range []string{"iam:ListUsers", "iam:ListMFADevices"} {
				if rapid.IntRange(0, 4).Draw(rt, "asked") > 0 {
					answers = append(answers, answerOf(operation, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ada", "bob", "eve", "joe"}), 0, 3, rapid.ID).Draw(rt, "items")...))
				}
			}
			clock.Add(rapid.SampledFrom([]time.Duration{day, 20 * day, 60 * day}).Draw(rt, "step"))
			require.NoError(rt, s.CommitAnswered(ctx, clock.pull(), []evidence.Fact{user("ada", n%2 == 0)}, answers, policy))
			pulls = append(pulls, "p"+strconv.FormatInt(number(t, s, "SELECT MAX(seq) FROM pull"), 10))
			looked = append(looked, clock.Now())
		}
		kept := []soc2.Interval{{From: clock.Now().Add(-90 * day), To: clock.Now().Add(time.Hour)}}
		if rapid.Bool().Draw(rt, "hold") {
			from := noon.Add(time.Duration(rapid.IntRange(-5, 300).Draw(rt, "from")) * day)
			w := soc2.Interval{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "days")) * day)}
			_, err := s.SetHold(ctx, w, "a case", grace)
			require.NoError(rt, err)
			kept = append(kept, w)
		}
		before := map[string]string{}
		for _, p := range pulls {
			before[p] = behind(p)
		}
		done, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
		require.NoError(rt, err)
		pruned += done.Of[prunedAnswers]
		for i, p := range pulls {
			now := behind(p) // what is pruned reads as gone, never as an error
			for _, w := range kept {
				until := clock.Now().Add(time.Hour)
				if i+1 < len(looked) {
					until = looked[i+1]
				}
				if !until.Before(w.From) && looked[i].Before(w.To) { // valid at some moment of it
					require.Equal(rt, before[p], now, "as of %s", p)
				}
			}
			if now != before[p] {
				require.Contains(rt, now, `pruned on `)
			}
		}
		var take int64
		require.NoError(rt, s.read(ctx, "", func(tx session) (err error) {
			take, err = tx.answersTake(ctx)
			return err
		}))
		require.Equal(rt, answersKept(t, s), take, "the budget counts what is kept")
		v := verifiedOpen(t, s)
		require.NotContains(rt, fmt.Sprint(v.Warnings), "pruned")

		// What was pruned comes back whole when it is answered again.
		again := []evidence.Answer{answerOf("iam:ListUsers", "ada", "bob", "eve", "joe")}
		clock.Add(2 * day)
		require.NoError(rt, s.CommitAnswered(ctx, clock.pull(), []evidence.Fact{user("ada", true)}, again, policy))
		b, err := s.AnswersBehind(ctx, usersFeed, "p"+strconv.FormatInt(number(t, s, "SELECT MAX(seq) FROM pull"), 10), user("ada", true).Resource)
		require.NoError(rt, err)
		require.Len(rt, b.Answers, 1)
		require.Empty(rt, b.Answers[0].Gone)
		require.Len(rt, b.Answers[0].Items, 4)
		require.Equal(rt, answersKept(t, s), number(t, s, "SELECT total FROM answer_set ORDER BY seq DESC LIMIT 1"))
		v = verifiedOpen(t, s)
		require.NotContains(rt, fmt.Sprint(v.Warnings), "pruned", "that they are there is explained")
	})
	require.Positive(t, pruned)
}

// A budget that is used up is free again once answers were pruned.
func TestPruningFreesTheBudget(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	policy := AnswerPolicy{Keep: day, Budget: 6000}
	big := func(name string) []evidence.Answer {
		return []evidence.Answer{answerOf("iam:ListUsers", name, name+strings.Repeat(evidence.Digest([]byte(name)), 40))}
	}
	over := func() bool {
		var p evidence.Pull
		p, err := s.PullOf(ctx, "p"+strconv.FormatInt(number(t, s, "SELECT MAX(seq) FROM pull"), 10))
		require.NoError(t, err)
		return p.Answers.OverBudget
	}
	n := 0
	for !overAfter(t, s, clock, policy, big(strconv.Itoa(n)), n, over) {
		n++
		require.Less(t, n, 100)
	}
	require.Positive(t, n)
	require.True(t, overAfter(t, s, clock, policy, big("x"), n+1, over))
	clock.Add(91 * day)
	monthLater := func() {
		require.NoError(t, s.CommitAnswered(ctx, clock.pull(), []evidence.Fact{user("ada", n%2 == 1)}, []evidence.Answer{answerOf("iam:ListUsers", "ada")}, AnswerPolicy{Keep: day, Budget: 1 << 20}))
	}
	monthLater()
	clock.Add(8 * day) // a clock that leapt is not believed at once
	monthLater()
	clock.Add(91 * day)
	require.NoError(t, s.CommitAnswered(ctx, clock.pull(), []evidence.Fact{user("ada", n%2 == 0)}, nil, policy))
	clock.Add(8 * day)
	done, err := s.Prune(ctx, PruneOptions{Retention: Retention{Keep: 90 * day}})
	require.NoError(t, err)
	require.Positive(t, done.Of[prunedItems])
	require.False(t, overAfter(t, s, clock, policy, big("y"), n, over), "what was pruned is free again")
	verifiedOpen(t, s)
}

func overAfter(t *testing.T, s *Store, clock *testClock, policy AnswerPolicy, answers []evidence.Answer, n int, over func() bool) bool {
	t.Helper()
	clock.Add(time.Hour)
	require.NoError(t, s.CommitAnswered(t.Context(), clock.pull(), []evidence.Fact{user("ada", n%2 == 0)}, answers, policy))
	return over()
}
