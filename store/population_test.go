package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// What the store gives is what a population is made of: who came, who went, and
// between which pulls.
func TestHistoryOfAKind(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	usersAndKeys := planned(usersFeed, userPopulation, keyPopulation)
	other := evidence.FeedID{Collector: "aws_iam_users", Scope: evidence.Scope{Provider: "aws", Account: "444455556666"}}
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, usersAndKeys, planned(other, userPopulation))))
	pull := func(after time.Duration, hole string, facts ...evidence.Fact) time.Time {
		at := clock.Add(after)
		p := pullOf(at, usersFeed, userPopulation, keyPopulation)
		if hole != "" {
			p = denied(p, hole)
		}
		require.NoError(t, s.CommitPull(ctx, p, facts))
		return at.Add(-time.Second) // its start
	}
	day := 24 * time.Hour
	first := pull(time.Minute, "", user("ada", true), user("kofi", true))
	second := pull(day, "", user("ada", false), user("kofi", true), user("marie", true))
	missed := pull(day, userPopulation.Type, user("ada", false))
	third := pull(day, "", user("ada", false), user("marie", true))
	clock.Add(day)

	h, err := s.History(ctx, HistoryQuery{Kind: "User", From: noon.Add(time.Hour), To: third.Add(time.Hour), MaxAge: 25 * time.Hour})
	require.NoError(t, err)
	require.Len(t, h.Lists, 2, "the list that was planned and never pulled is one of them")
	require.Empty(t, h.Lists[1].Looks)
	require.Equal(t, []bool{true, true, false, true}, []bool{
		h.Lists[0].Looks[0].Complete, h.Lists[0].Looks[1].Complete, h.Lists[0].Looks[2].Complete, h.Lists[0].Looks[3].Complete,
	})
	require.Equal(t, 25*time.Hour, h.Lists[0].MaxAge)
	require.Equal(t, source, h.Lists[0].Source)

	users, err := soc2.PopulationOf("users")
	require.NoError(t, err)
	p := soc2.PopulationFrom(h, soc2.PopulationQuery{Of: users, From: noon.Add(time.Hour), To: third.Add(time.Hour)})
	found := map[string]soc2.PopulationItem{}
	for _, item := range p.Items {
		found[item.Resource.ID] = item
	}
	require.Len(t, found, 3)
	require.Nil(t, found["ada"].Began, "there before the period")
	require.Equal(t, "p3", found["ada"].Pull, "the fact as it was at the end, not at the beginning")
	require.Equal(t, &soc2.Bounds{After: &first, By: second.Add(time.Second)}, found["marie"].Began)
	require.Equal(t, &soc2.Bounds{After: &second, By: third.Add(time.Second)}, found["kofi"].Ended, "the pull that missed him proves nothing")
	require.False(t, p.Complete)
	require.Equal(t, []soc2.ListHole{{
		From: missed, To: third, Reason: evidence.Denied, Operation: "iam:ListUsers", Detail: "AccessDenied",
	}}, p.Lists[0].Holes)
	require.Len(t, p.Lists[1].Holes, 1)
	require.Equal(t, "before the first pull", p.Lists[1].Holes[0].Detail)
	require.Equal(t, soc2.Seconds(2*day), p.Lists[0].LongestInterval)

	t.Run("a list that no plan has any more says since when", func(t *testing.T) {
		at := clock.Add(time.Hour)
		require.NoError(t, s.CommitPlan(ctx, plan(at, usersAndKeys)))
		h, err := s.History(ctx, HistoryQuery{Kind: "User", From: noon, To: at})
		require.NoError(t, err)
		require.Nil(t, h.Lists[0].DroppedAt)
		require.Equal(t, &at, h.Lists[1].DroppedAt)
		p := soc2.PopulationFrom(h, soc2.PopulationQuery{Of: users, From: noon.Add(time.Hour), To: at.Add(time.Hour)})
		require.Len(t, p.Lists[1].Holes, 1)
		require.Equal(t, at, p.Lists[1].Holes[0].To, "it was planned all the time, and never pulled")
		p = soc2.PopulationFrom(h, soc2.PopulationQuery{Of: users, From: at, To: at.Add(time.Hour)})
		require.Len(t, p.Lists, 1)
	})
}
