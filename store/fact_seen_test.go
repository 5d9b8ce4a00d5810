package store

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

// TestSeen commits any sequence of pulls, whole and partial, under a clock that is
// set back now and then, beside a model that knows for each user which pull was the
// last to read it and which one first had it as it is. What is read from the history says the same.
func TestSeen(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		feed := usersFeed
		feed.Scope.Shard = rapid.StringMatching("[a-z0-9]{24}").Draw(rt, "source")
		p := plan(clock.Add(time.Minute), planned(feed, userPopulation))
		p.Source = feed.Scope.Shard
		require.NoError(rt, s.CommitPlan(ctx, p))
		maxAge := time.Duration(rapid.IntRange(0, 24).Draw(rt, "maximum age")) * time.Hour

		type known struct {
			mfa         bool
			seen, since time.Time
		}
		model := map[string]known{}
		type moment struct {
			upTo  int64
			known map[string]known
		}
		var past []moment
		check := func(m moment, reel *Reel) {
			v, err := s.view(ctx, &View{at: clock.Now(), sources: map[string]time.Duration{p.Source: maxAge}, upTo: m.upTo, judged: 0, reel: reel})
			require.NoError(rt, err)
			defer func() { require.NoError(rt, v.Close()) }()
			if reel != nil {
				require.NoError(rt, reel.forward(ctx, v))
			}
			n := 0
			for f, err := range v.facts(ctx, everyKind) {
				require.NoError(rt, err)
				n++
				want := m.known[f.Resource.ID]
				require.Equal(rt, want.since, f.Holes[0].Since, "since when it is as it is")
				late := want.seen.Sub(f.Seen)
				require.True(rt, late == 0 || late > 0 && late < maxAge/2, "%s was last read %s, not %s", f.Resource.ID, want.seen, f.Seen)
			}
			require.Len(rt, m.known, n)
		}
		ids := rapid.SampledFrom([]string{"ada", "grace", "linus"})
		for range rapid.IntRange(1, 10).Draw(rt, "pulls") {
			at := clock.Add(time.Duration(rapid.IntRange(-60, 240).Draw(rt, "minutes")) * time.Minute)
			pull := pullOf(at, feed, userPopulation)
			before := model
			model = map[string]known{}
			if !rapid.Bool().Draw(rt, "whole") {
				pull = denied(pull, "")
				maps.Copy(model, before)
			}
			var facts []evidence.Fact
			for id, mfa := range rapid.MapOf(ids, rapid.Bool()).Draw(rt, "read") {
				u := known{mfa: mfa, seen: pull.StartedAt, since: pull.StartedAt}
				if was, known := before[id]; known && was.mfa == mfa {
					u.since = was.since
				}
				model[id] = u
				f := user(id, mfa)
				f.Holes = []evidence.Hole{{Field: "status", Reason: evidence.Denied}}
				facts = append(facts, f)
			}
			require.NoError(rt, s.CommitAnswered(ctx, pull, facts, nil, AnswerPolicy{MaxAge: maxAge}))
			upTo := number(t, s, "SELECT MAX(seq) FROM commit_log")
			past = append(past, moment{upTo, model})
			check(past[len(past)-1], nil)
		}
		reel := s.Reel()
		for _, m := range past {
			check(m, nil)  // from the history
			check(m, reel) // as replay reads it
		}
	})
	requireVerified(t, s, VerifyOptions{})
}

// To be read again is no change: not to what is told of the answers behind a fact,
// nor to a history of its kind.
func TestReadAgainIsNoChange(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	policy := AnswerPolicy{Keep: 24 * time.Hour, Budget: DefaultAnswerBudget, MaxAge: time.Hour}
	var first, last string
	for range 5 {
		pull := denied(pullOf(clock.Add(time.Hour), usersFeed, userPopulation), "")
		require.NoError(t, s.CommitAnswered(ctx, pull, []evidence.Fact{user("ada", true)}, []evidence.Answer{answerOf("iam:ListUsers", `{"a":1}`)}, policy))
		if last = pullID(number(t, s, "SELECT MAX(seq) FROM pull")); first == "" {
			first = last
		}
	}
	require.Equal(t, int64(5), number(t, s, "SELECT COUNT(*) FROM fact_change"))
	behind, err := s.AnswersBehind(ctx, usersFeed, last, user("ada", true).Resource)
	require.NoError(t, err)
	require.Equal(t, first, behind.FactPull)
	require.False(t, behind.Newer, "the answers kept then are those of the fact")
	h, err := s.History(ctx, HistoryQuery{Kind: "User", From: noon, To: clock.Now()})
	require.NoError(t, err)
	require.Len(t, h.Lists[0].Versions, 1)
	require.Len(t, h.Lists[0].Looks, 5)
}
