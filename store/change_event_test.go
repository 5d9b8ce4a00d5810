package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestLoggedChanges(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	events := evidence.Population{Kind: "ChangeEvent", Type: "aws.cloudtrail.event"}
	event := func(id string, about *evidence.ChangedResource) evidence.Fact {
		effect, at := evidence.ChangeBegan, noon
		return evidence.Fact{
			Resource: evidence.Resource{Provider: "aws", Account: usersFeed.Scope.Account, Kind: "ChangeEvent", Type: events.Type, ID: id},
			Body:     &evidence.ChangeEvent{At: &at, Effect: &effect, About: about},
		}
	}
	ada := &evidence.ChangedResource{Kind: "User", Type: "aws.iam.user", Name: "ada"}
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, events), []evidence.Fact{event("1", ada), event("2", nil), event("3", ada)}))
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, events), []evidence.Fact{event("2", nil), event("3", ada)}))
	all, err := s.LoggedChanges(ctx)
	require.NoError(t, err)
	require.Len(t, all, 1, "one is too old by now, and one does not say what it is about")
	require.Equal(t, "3", all[0].ID)
	require.Equal(t, "aws", all[0].Provider)
}

func TestChangedBetween(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	var starts, ends []time.Time
	pull := func(incomplete bool, facts ...evidence.Fact) {
		at := clock.Add(time.Hour)
		p := pullOf(at, usersFeed, userPopulation)
		if incomplete {
			p = denied(p, "")
		}
		starts, ends = append(starts, p.StartedAt), append(ends, p.FinishedAt)
		require.NoError(t, s.CommitPull(ctx, p, facts))
	}
	key := user("ada", true).Resource.Key()
	pull(false, user("ada", true))  // 1
	pull(false, user("ada", true))  // 2
	pull(true)                      // 3
	pull(false, user("ada", false)) // 4
	pull(false, user("ada", true))  // 5
	_, _, known, err := s.ChangedBetween(ctx, key, 2)
	require.NoError(t, err)
	require.False(t, known, "nobody looked before the first pull")
	from, to, known, err := s.ChangedBetween(ctx, key, 4)
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, []time.Time{starts[1], ends[3]}, []time.Time{from, to})
	_, to, _, err = s.ChangedBetween(ctx, key, 9)
	require.NoError(t, err)
	require.Equal(t, ends[4], to)
	key.ID = "nobody"
	_, _, known, err = s.ChangedBetween(ctx, key, 9)
	require.NoError(t, err)
	require.False(t, known)
}
