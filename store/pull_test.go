package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestCommitPull(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	usersAndKeys := planned(usersFeed, userPopulation, keyPopulation)

	// look commits a pull of the users feed a minute later and gives its time.
	look := func(t *testing.T, s *Store, clock *testClock, change func(evidence.Pull) evidence.Pull, facts ...evidence.Fact) time.Time {
		t.Helper()
		at := clock.Add(time.Minute)
		require.NoError(t, s.CommitPull(ctx, change(pullOf(at, usersFeed, userPopulation, keyPopulation)), facts))
		return at
	}
	complete := func(p evidence.Pull) evidence.Pull { return p }
	noUsers := func(p evidence.Pull) evidence.Pull { return denied(p, userPopulation.Type) }
	noKeys := func(p evidence.Pull) evidence.Pull { return denied(p, keyPopulation.Type) }
	nothing := func(p evidence.Pull) evidence.Pull { return denied(p, "") }

	begin := func(t *testing.T) (*Store, *testClock) {
		t.Helper()
		s, clock := setup(t)
		require.NoError(t, s.CommitPlan(ctx, plan(noon, usersAndKeys)))
		return s, clock
	}

	t.Run("an unchanged resource costs no row", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true), user("kofi", false))
		look(t, s, clock, complete, user("kofi", false), user("ada", true))
		require.EqualValues(t, 2, number(t, s, "SELECT COUNT(*) FROM fact_change"))
	})

	t.Run("a changed resource is a row more, and the newest counts", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		at := look(t, s, clock, complete, user("ada", false))
		require.Equal(t, map[string]bool{"ada": false}, users(t, snapshot(t, s, at)))
		require.EqualValues(t, 2, number(t, s, "SELECT COUNT(*) FROM fact_change"))
	})

	t.Run("a complete pull that does not see a resource removes it", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true), user("kofi", false))
		at := look(t, s, clock, complete, user("ada", true))
		require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, at)))
	})

	t.Run("a partial pull updates what it saw and leaves the rest", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true), user("kofi", false))
		at := look(t, s, clock, noUsers, user("ada", false), user("marie", true))
		require.Equal(t, map[string]bool{"ada": false, "kofi": false, "marie": true}, users(t, snapshot(t, s, at)))
	})

	t.Run("a hole in one population removes nothing of it and lets another lose", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		at := look(t, s, clock, noKeys)
		require.Empty(t, snapshot(t, s, at).Facts, "the list of users was whole and empty")
	})

	t.Run("a failed pull removes nothing", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		at := look(t, s, clock, nothing)
		require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, at)))
	})

	t.Run("a failed pull that names no populations speaks of all the feed had", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		at := look(t, s, clock, func(p evidence.Pull) evidence.Pull { p.Populations = nil; return denied(p, "") })
		snap := snapshot(t, s, at)
		require.Equal(t, map[string]bool{"ada": true}, users(t, snap))
		require.Equal(t, at.Add(-time.Second), snap.Feeds[0].Since[userPopulation.Type])
	})

	t.Run("a resource that comes back is a row more", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		look(t, s, clock, complete)
		at := look(t, s, clock, complete, user("ada", true))
		require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, at)))
		require.EqualValues(t, 3, number(t, s, "SELECT COUNT(*) FROM fact_change"))
		require.EqualValues(t, 1, number(t, s, "SELECT COUNT(*) FROM resource"))
	})

	t.Run("a resource that is renamed has not disappeared", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		renamed := user("ada", true)
		renamed.Resource.Name = "Ada L. 🦊"
		at := look(t, s, clock, complete, renamed)
		snap := snapshot(t, s, at)
		require.Len(t, snap.Facts, 1)
		require.Equal(t, "Ada L. 🦊", snap.Facts[0].Resource.Name)
		require.EqualValues(t, 0, number(t, s, "SELECT COUNT(*) FROM fact_change WHERE blob IS NULL"))
	})

	t.Run("only the feed that owns a resource can remove it", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		other := usersFeed
		other.Scope.Region = "eu-west-1"
		require.NoError(t, s.CommitPlan(ctx, plan(clock.Now(), usersAndKeys, planned(other, userPopulation))))
		look(t, s, clock, complete, user("ada", true), user("kofi", false))
		at := clock.Add(time.Minute)
		require.NoError(t, s.CommitPull(ctx, pullOf(at, other, userPopulation), []evidence.Fact{user("ada", false)}))
		require.Equal(t, map[string]bool{"ada": false, "kofi": false}, users(t, snapshot(t, s, at)), "the newer look counts")

		at = clock.Add(time.Minute)
		require.NoError(t, s.CommitPull(ctx, pullOf(at, other, userPopulation), nil))
		require.Equal(t, map[string]bool{"ada": true, "kofi": false}, users(t, snapshot(t, s, at)), "the first feed still sees it")
	})

	t.Run("a resource that moves between populations is there once, as it was seen last", func(t *testing.T) {
		t.Parallel()
		s, clock := setup(t)
		members := evidence.Population{Kind: "User", Type: "github.member"}
		outside := evidence.Population{Kind: "User", Type: "github.outside_collaborator"}
		require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, members, outside))))
		as := func(p evidence.Population, mfa bool) evidence.Fact {
			f := user("ada", mfa)
			f.Resource.Type = p.Type
			return f
		}
		require.NoError(t, s.CommitPull(ctx, pullOf(clock.Add(time.Minute), usersFeed, members, outside), []evidence.Fact{as(members, true)}))
		at := clock.Add(time.Minute)
		partial := denied(pullOf(at, usersFeed, members, outside), members.Type)
		require.NoError(t, s.CommitPull(ctx, partial, []evidence.Fact{as(outside, false)}))
		require.Equal(t, map[string]bool{"ada": false}, users(t, snapshot(t, s, at)))

		at = clock.Add(time.Minute)
		partial = denied(pullOf(at, usersFeed, members, outside), outside.Type)
		require.NoError(t, s.CommitPull(ctx, partial, []evidence.Fact{as(members, true)}))
		require.Equal(t, map[string]bool{"ada": true}, users(t, snapshot(t, s, at)), "confirmed last as a member")
	})

	t.Run("an empty estate, complete, is empty and seen", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		at := look(t, s, clock, complete)
		snap := snapshot(t, s, at)
		require.Empty(t, snap.Facts)
		_, hole := snap.Feeds[0].HoleAt(userPopulation.Type, at)
		require.False(t, hole)
	})

	t.Run("names and ids in any script and bodies of ten megabytes come back as they were", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		big := user("ada/Ωmega-日本-\u202e-'; DROP TABLE blob;--", true)
		big.Body.(*evidence.User).Roles = []string{strings.Repeat("é", 5<<20)}
		at := look(t, s, clock, complete, big)
		snap := snapshot(t, s, at)
		require.Len(t, snap.Facts, 1)
		require.Equal(t, big.Resource, snap.Facts[0].Resource)
		require.Equal(t, evidence.Digest([]byte(big.Body.(*evidence.User).Roles[0])), evidence.Digest([]byte(snap.Facts[0].Body.(*evidence.User).Roles[0])))
	})

	t.Run("equal bodies are stored once", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		look(t, s, clock, complete, user("ada", true))
		look(t, s, clock, complete, user("ada", false))
		look(t, s, clock, complete, user("ada", true))
		require.EqualValues(t, 2, number(t, s, "SELECT COUNT(DISTINCT blob) FROM fact_change"))
		require.EqualValues(t, 3, number(t, s, "SELECT COUNT(*) FROM fact_change"))
	})

	t.Run("a cancelled commit leaves nothing", func(t *testing.T) {
		t.Parallel()
		s, clock := begin(t)
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		err := s.CommitPull(cancelled, pullOf(clock.Add(time.Minute), usersFeed, userPopulation), []evidence.Fact{user("ada", true)})
		require.ErrorIs(t, err, context.Canceled)
		require.EqualValues(t, 0, number(t, s, "SELECT COUNT(*) FROM pull"))
	})
}

func TestCommitPullRefuses(t *testing.T) {
	t.Parallel()
	pull := pullOf(noon, usersFeed, userPopulation)
	with := func(change func(*evidence.Pull)) evidence.Pull { p := pull; change(&p); return p }
	fact := func(change func(*evidence.Fact)) []evidence.Fact {
		f := user("ada", true)
		change(&f)
		return []evidence.Fact{f}
	}

	for name, c := range map[string]struct {
		pull  evidence.Pull
		facts []evidence.Fact
		want  string
	}{
		"a pull without a time": {
			pull: with(func(p *evidence.Pull) { p.StartedAt = time.Time{} }), want: "it lacks the time it started or finished",
		},
		"a pull without a source": {
			pull: with(func(p *evidence.Pull) { p.Source = "" }), want: "it lacks its source, collector or provider",
		},
		"a pull that says nothing": {
			pull: with(func(p *evidence.Pull) { p.Populations = nil }), want: "it names no population and no hole, so it says nothing",
		},
		"a population named twice": {
			pull: with(func(p *evidence.Pull) { p.Populations = append(p.Populations, p.Populations...) }),
			want: "it names the population aws.iam.user twice",
		},
		"a hole that would cover nothing": {
			pull: denied(pull, "aws.iam.usr"), want: "it has a hole in aws.iam.usr, which is not one of its populations",
		},
		"a fact of a population the collector does not own": {
			pull: pull, facts: fact(func(f *evidence.Fact) { f.Resource.Type = "aws.s3.bucket" }),
			want: `aws.s3.bucket "ada": aws_iam_users does not own this type with kind "User"`,
		},
		"a fact without an id": {
			pull: pull, facts: fact(func(f *evidence.Fact) { f.Resource.ID = "" }), want: `aws.iam.user "": it has no id`,
		},
		"a fact whose body could not be read back": {
			pull: pull, facts: fact(func(f *evidence.Fact) { f.Body = evidence.User{} }),
			want: `aws.iam.user "ada": its body is evidence.User, expected *evidence.User`,
		},
		"a fact without a body": {
			pull: pull, facts: fact(func(f *evidence.Fact) { f.Body = nil }),
			want: `aws.iam.user "ada": its body is <nil>, expected *evidence.User`,
		},
		"a resource that is there twice": {
			pull: pull, facts: []evidence.Fact{user("ada", true), user("ada", false)}, want: `aws.iam.user "ada": it is there twice`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := setup(t)
			err := s.CommitPull(t.Context(), c.pull, c.facts)
			require.EqualError(t, err, "commit pull of aws_iam_users over aws/111122223333: "+c.want)
			require.EqualValues(t, 0, number(t, s, "SELECT COUNT(*) FROM commit_log"))
		})
	}
}
