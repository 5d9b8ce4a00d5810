package store

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestSnapshot(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("a source that was never planned has no feeds", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		snap := snapshot(t, s, noon)
		require.Empty(t, snap.Feeds)
		require.Empty(t, snap.Facts)
		require.Equal(t, noon, snap.At)
	})

	t.Run("a planned feed that was never pulled is there, unseen", func(t *testing.T) {
		t.Parallel()
		s, _ := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
		feed := snapshot(t, s, noon).Feeds[0]
		require.Equal(t, source, feed.Source)
		require.Equal(t, usersFeed, feed.ID)
		require.Equal(t, []evidence.Population{userPopulation}, feed.Populations)
		require.Equal(t, 24*time.Hour, feed.MaxAge)
		require.Nil(t, feed.Last)
		hole, found := feed.HoleAt(userPopulation.Type, noon)
		require.True(t, found)
		require.Equal(t, evidence.NotCollected, hole.Reason)
	})

	t.Run("only what the given sources plan now is in it", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		other := usersFeed
		other.Scope.Account = "444455556666"
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation), planned(other, userPopulation))))
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(1), usersFeed, userPopulation), []evidence.Fact{user("ada", true)}))
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(1), other, userPopulation), []evidence.Fact{user("kofi", true)}))
		both := clock.Now()
		require.NoError(t, s.CommitPlan(ctx, plan(clock.Add(time.Minute), planned(other, userPopulation))))
		require.Equal(t, map[string]bool{"kofi": true}, users(t, snapshot(t, s, clock.Now())))
		require.Equal(t, map[string]bool{"ada": true, "kofi": true}, users(t, snapshot(t, s, both)), "as of then")

		snap, err := s.Snapshot(ctx, clock.Now(), map[string]time.Duration{"acme-okta": time.Hour})
		require.NoError(t, err)
		require.Empty(t, snap.Facts)
	})

	t.Run("a population the plan no longer has is left out", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, keyPopulation))))
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(1), usersFeed, userPopulation, keyPopulation), []evidence.Fact{user("ada", true)}))
		require.Empty(t, snapshot(t, s, clock.Now()).Facts)
	})

	t.Run("a feed of two sources is there once, with the stricter age", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		for _, name := range []string{"b", "a"} {
			p := plan(clock.Add(1), planned(usersFeed, userPopulation))
			p.Source = name
			require.NoError(t, s.CommitPlan(ctx, p))
		}
		snap, err := s.Snapshot(ctx, clock.Now(), map[string]time.Duration{"a": 0, "b": time.Hour})
		require.NoError(t, err)
		require.Len(t, snap.Feeds, 1)
		require.Equal(t, "a", snap.Feeds[0].Source)
		require.Equal(t, time.Hour, snap.Feeds[0].MaxAge)
	})

	t.Run("the newest pull comes back as it was", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
		total := 7
		pull := denied(pullOf(clock.Add(time.Minute), usersFeed, userPopulation), userPopulation.Type)
		pull.Principal, pull.PrincipalScopes, pull.Parameters = "arn:é", []string{"iam:List*"}, []string{"iam:ListUsers PathPrefix=/"}
		pull.Pages, pull.Items, pull.ProviderTotal, pull.ReconciledWith = 3, 5, &total, "organisation"
		pull.RequestIDs = evidence.RequestIDs{Count: 3, Digest: "d", Failed: []string{"r1"}}
		require.NoError(t, s.CommitPull(ctx, pull, nil))
		last := snapshot(t, s, clock.Now()).Feeds[0].Last
		pull.ID = "p2"
		pull.Holes[0].Since = pull.StartedAt
		require.Equal(t, pull, *last)
	})

	t.Run("says of each population when it was seen whole and since when it is not", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation, keyPopulation))))
		state := func(lost string) evidence.FeedState {
			pull := pullOf(clock.Add(time.Minute), usersFeed, userPopulation, keyPopulation)
			if lost != "whole" {
				pull = denied(pull, lost)
			}
			require.NoError(t, s.CommitPull(ctx, pull, nil))
			return snapshot(t, s, clock.Now()).Feeds[0]
		}
		start := func(n int) time.Time { return noon.Add(time.Duration(n)*time.Minute - time.Second) }
		const u, k = "aws.iam.user", "aws.iam.access_key"
		type times = map[string]time.Time

		f := state(u)
		require.Equal(t, times{k: start(1)}, f.Complete)
		require.Equal(t, times{u: start(1)}, f.Since)
		f = state(u)
		require.Equal(t, times{k: start(2)}, f.Complete)
		require.Equal(t, times{u: start(1)}, f.Since, "since the first time")
		require.Equal(t, start(1), f.Last.Holes[0].Since)
		f = state("")
		require.Equal(t, times{k: start(2)}, f.Complete)
		require.Equal(t, times{u: start(1), k: start(3)}, f.Since)
		require.Equal(t, start(1), f.Last.Holes[0].Since, "the earliest of all it covers")
		f = state("whole")
		require.Equal(t, times{u: start(4), k: start(4)}, f.Complete)
		require.Empty(t, f.Since)
		f = state(k)
		require.Equal(t, times{u: start(5), k: start(4)}, f.Complete)
		require.Equal(t, times{k: start(5)}, f.Since)
	})

	t.Run("a fact was seen when a pull last read it", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
		seen := func() map[string]time.Time {
			all := map[string]time.Time{}
			for _, f := range snapshot(t, s, clock.Now()).Facts {
				all[f.Resource.ID] = f.Seen
			}
			return all
		}
		first := pullOf(clock.Add(time.Minute), usersFeed, userPopulation)
		require.NoError(t, s.CommitPull(ctx, first, []evidence.Fact{user("ada", true), user("kofi", true)}))
		partial := denied(pullOf(clock.Add(time.Minute), usersFeed, userPopulation), "")
		require.NoError(t, s.CommitPull(ctx, partial, []evidence.Fact{user("ada", false), user("kofi", true)}))
		require.Equal(t, map[string]time.Time{"ada": partial.StartedAt, "kofi": partial.StartedAt}, seen())
		third := pullOf(clock.Add(time.Minute), usersFeed, userPopulation)
		require.NoError(t, s.CommitPull(ctx, third, []evidence.Fact{user("ada", false), user("kofi", true)}))
		require.Equal(t, map[string]time.Time{"ada": third.StartedAt, "kofi": third.StartedAt}, seen())
	})

	t.Run("a field hole has been there since the pull that brought it", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
		f := user("ada", true)
		f.Miss("mfa.strong", &evidence.Unseen{Reason: evidence.Denied, Operation: "iam:ListMFADevices", Err: errors.New("AccessDenied")})
		first := pullOf(clock.Add(time.Minute), usersFeed, userPopulation)
		require.NoError(t, s.CommitPull(ctx, first, []evidence.Fact{f}))
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{f}))
		got := snapshot(t, s, clock.Now()).Facts[0]
		require.Equal(t, []evidence.Hole{{
			Field: "mfa.strong", Reason: evidence.Denied, Operation: "iam:ListMFADevices", Detail: "AccessDenied", Since: first.StartedAt,
		}}, got.Holes)
		require.Len(t, got.Digest, 64)
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM fact_change"))
	})

	t.Run("an unchanged plan is stored once and dated each time", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		for range 3 {
			require.NoError(t, s.CommitPlan(ctx, plan(clock.Add(time.Minute), planned(usersFeed, userPopulation))))
		}
		require.EqualValues(t, 3, number(t, s, "SELECT COUNT(*) FROM plan"))
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM blob"))
		feeds, err := s.KnownFeeds(ctx, source)
		require.NoError(t, err)
		require.Equal(t, []evidence.FeedID{usersFeed}, feeds)
		feeds, err = s.KnownFeeds(ctx, "acme-okta")
		require.NoError(t, err)
		require.Empty(t, feeds)
	})
}

func TestSnapshotWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	look := func(mfa bool) {
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Now(), usersFeed, userPopulation), []evidence.Fact{user("ada", mfa)}))
	}
	look(false)
	clock.Add(2 * time.Hour)
	look(true) // by a clock that runs two hours ahead

	clock.Add(-time.Hour)
	require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, clock.Now())), "setting the clock back hides no commit")
	require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, clock.Now().Add(-time.Second))), "nor to a reader a moment behind the store's clock")

	look(false)
	require.Equal(t, map[string]bool{"ada": false}, users(t, snapshot(t, s, clock.Now())), "the newest by number counts, not by time")
	require.Equal(t, map[string]bool{"ada": false}, users(t, snapshot(t, s, noon.Add(30*time.Minute))), "as of before the clock went back")
	clock.Add(3 * time.Hour)
	require.Equal(t, map[string]bool{"ada": false}, users(t, snapshot(t, s, clock.Now())))
	require.NoError(t, s.Check(ctx))
}
