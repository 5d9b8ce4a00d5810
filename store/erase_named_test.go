package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Answers and records of pulls that surely mean the person are emptied, what may
// mean them is told, and what is read of then goes on.
func TestErasingEmptiesAnswersAndRecordsOfPulls(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	const id, address = "user-4711-ada", "ada@example.com"
	ada := func() evidence.Fact {
		f := user(id, true)
		f.Resource.Name, f.Body.(*evidence.User).Email = "ada", new(string)
		*f.Body.(*evidence.User).Email = address
		return f
	}
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	pull := func(hole string, facts []evidence.Fact, items ...string) {
		t.Helper()
		clock.Add(2 * day)
		p := clock.pull()
		p.Principal = "admin"
		if hole != "" {
			p.Holes = []evidence.Hole{{Type: userPopulation.Type, Reason: evidence.ProviderError, Detail: hole}}
		}
		a := answerOf("iam:ListUsers", items...)
		one := answerOf("iam:ListMFADevices")
		one.Request.Query = map[string]string{"user": items[0]}
		require.NoError(t, s.CommitAnswered(ctx, p, facts, []evidence.Answer{a, one}, daily))
		assess(t, s, assessment(clock.Add(time.Minute), finding("bob", soc2.Pass)))
		_, err := s.Sign(ctx)
		require.NoError(t, err)
	}
	pull("", []evidence.Fact{ada(), user("bob", true)}, address, "bob")
	pull("cannot read "+strings.ToUpper(address)+" now", []evidence.Fact{ada(), user("bob", false)}, address, "bob")
	seen := clock.Now()
	pull("", []evidence.Fact{user("bob", true)}, "bob", "the ada compiler")

	ask := Erasure{Resource: id, Reason: "request 17", By: grace, ApprovedBy: evidence.Actor{Name: "Charles"}}
	done, err := s.Erase(ctx, ask)
	require.NoError(t, err)
	require.EqualValues(t, 1, done.Pulls, "the one whose message has the address, in capitals")
	require.EqualValues(t, 2, done.Answers, "the item, and the request that was made of the user")
	left := map[string]Left{}
	for _, l := range done.Left {
		left[l.Where] = l
	}
	require.Contains(t, left, "items of answers of a provider", "a short name may mean anything: it is told, and stays")
	require.NotContains(t, left, "records of pulls")
	verifiedOpen(t, s)

	// Then goes on being read.
	snap := snapshot(t, s, seen)
	require.Len(t, snap.Facts, 1)
	hole, ok := snap.Feeds[0].HoleAt(userPopulation.Type, seen)
	require.True(t, ok)
	require.Equal(t, evidence.Erased, hole.Reason)
	behind, err := s.AnswersBehind(ctx, usersFeed, "p5", user("bob", true).Resource)
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(behind.Answers), "1 of its items: pruned on ")
	h, err := s.History(ctx, HistoryQuery{Kind: "User", From: noon, To: clock.Now().Add(day)})
	require.NoError(t, err)
	kind, err := soc2.PopulationOf("users")
	require.NoError(t, err)
	p := soc2.PopulationFrom(h, soc2.PopulationQuery{Of: kind, From: noon, To: clock.Now().Add(day)})
	require.Len(t, p.Items, 2, "that there were two is known for ever")
	require.False(t, p.Complete)
	var reasons []evidence.Reason
	for _, hole := range p.Lists[0].Holes {
		reasons = append(reasons, hole.Reason)
	}
	require.Contains(t, reasons, evidence.Erased)
	period, err := s.Period(ctx, PeriodQuery{Window: soc2.Interval{From: noon, To: clock.Now()}, MaxAge: 3 * day})
	require.NoError(t, err)
	b, err := json.Marshal(period)
	require.NoError(t, err)
	require.Contains(t, string(b), `"erased`, "why sight was lost was erased, and is told to be")

	ask.Also = []string{"the ada compiler"}
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("bob", true)}))
	done, err = s.Erase(ctx, ask)
	require.NoError(t, err, "what people say goes too, though no fact is left")
	require.EqualValues(t, 1, done.Answers)
}

func TestAHoldCoversAnswersAndRecordsOfPulls(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitAnswered(ctx, clock.pull(), []evidence.Fact{user("user-4711", true), user("bob", true)}, []evidence.Answer{answerOf("iam:ListUsers", "user-4711", "bob")}, daily))
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(day), usersFeed, userPopulation), []evidence.Fact{user("bob", true)}))
	clock.Add(30 * day) // the answer was the last of its feed all that time
	hold, err := s.SetHold(ctx, soc2.Interval{From: clock.Now().Add(-day), To: clock.Now().Add(day)}, "a case", grace)
	require.NoError(t, err)
	ask := Erasure{Resource: "user-4711", Reason: "request 17", By: grace, ApprovedBy: evidence.Actor{Name: "Charles"}}
	_, err = s.Erase(ctx, ask)
	require.ErrorContains(t, err, "an answer of pull p3 that names it is held: hold "+hold)
	require.NoError(t, s.ReleaseHold(ctx, hold, "settled", evidence.Actor{Name: "Charles"}))
	clock.Add(time.Minute)
	done, err := s.Erase(ctx, ask)
	require.NoError(t, err)
	require.EqualValues(t, 1, done.Answers)
}

func TestWordsStandApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"user":"ada"}`: true, "ADA is here": true, "Canada": false, "adams": false, "x/ada/y": true, "ada1": false, "": false, "Ädada ada": true, "éada": false,
	} {
		require.Equal(t, want, in([]string{"ada"}, []byte(text)), text)
	}
	c := newCalled(Erasure{Resource: "17", Also: []string{" Zoë <x> "}})
	require.Empty(t, newCalled(Erasure{Resource: "ab"}).words)
	require.Empty(t, newCalled(Erasure{Resource: "12345"}).telling, "a number can be any number")
	quoted, err := json.Marshal("to Zoë <x>")
	require.NoError(t, err)
	require.True(t, in(c.telling, quoted), "as JSON writes it")
}
