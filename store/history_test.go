package store

import (
	"maps"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
)

const currentRows = "SELECT population, resource, seq, blob FROM fact_current ORDER BY population, resource"

// TestHistory commits any sequence of pulls, whole and partial, beside a model
// that is a map, and compares the two after every commit and, at the end, as of
// every commit. Each sequence has a source and a feed of its own in one store.
func TestHistory(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		name, feed := "run-"+strconv.Itoa(runs), usersFeed
		feed.Scope.Shard = name
		p := plan(clock.Add(time.Minute), planned(feed, userPopulation))
		p.Source = name
		require.NoError(rt, s.CommitPlan(ctx, p))

		model := map[string]bool{}
		past := map[time.Time]map[string]bool{}
		ids := rapid.SampledFrom([]string{"ada", "grace", "linus", "marie", "kofi"})
		for range rapid.IntRange(1, 8).Draw(rt, "pulls") {
			seen := rapid.MapOf(ids, rapid.Bool()).Draw(rt, "seen")
			pull := pullOf(clock.Add(time.Minute), feed, userPopulation)
			if rapid.Bool().Draw(rt, "whole") {
				model = map[string]bool{}
			} else {
				pull = denied(pull, "")
			}
			maps.Copy(model, seen)
			var facts []evidence.Fact
			for id, mfa := range seen {
				facts = append(facts, user(id, mfa))
			}
			require.NoError(rt, s.CommitPull(ctx, pull, facts))
			past[clock.Now()] = maps.Clone(model)
			requireUsers(rt, s, name, clock.Now(), model)
		}
		for at, want := range past {
			requireUsers(rt, s, name, at, want)
		}
	})
	require.NoError(t, s.Check(ctx))
	before := dump(t, s, currentRows)
	require.NoError(t, s.Rebuild(ctx))
	require.Equal(t, before, dump(t, s, currentRows))
}

func requireUsers(t *rapid.T, s *Store, name string, at time.Time, want map[string]bool) {
	snap, err := s.Snapshot(t.Context(), at, map[string]time.Duration{name: 0})
	require.NoError(t, err)
	got := map[string]bool{}
	for _, f := range snap.Facts {
		got[f.Resource.ID] = *f.Body.(*evidence.User).MFA.Enabled
	}
	require.Equal(t, want, got, "as of %s", at)
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := setup(t)
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(1), usersFeed, userPopulation), numbered("u", 20, true)))
	require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(1), usersFeed, userPopulation), numbered("u", 10, false)))
	whole := dump(t, s, currentRows)

	_, err := s.writer.ExecContext(ctx, "UPDATE fact_current SET seq = 1 WHERE resource = 1")
	require.NoError(t, err)
	_, err = s.writer.ExecContext(ctx, "DELETE FROM fact_current WHERE resource = 2")
	require.NoError(t, err)
	require.ErrorContains(t, s.Check(ctx), "3 rows of fact_current do not follow from fact_change")

	require.NoError(t, s.Rebuild(ctx))
	require.Equal(t, whole, dump(t, s, currentRows))
	require.NoError(t, s.Check(ctx))
}
