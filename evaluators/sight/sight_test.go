package sight_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func regional(region string, maxAge time.Duration) evidence.FeedState {
	return evidence.FeedState{
		ID:          evidence.FeedID{Collector: "rds", Scope: evidence.Scope{Provider: "aws", Account: "1", Region: region}},
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.rds.db_instance"}}, MaxAge: maxAge,
		Last: &evidence.Pull{StartedAt: now}, Complete: map[string]time.Time{"aws.rds.db_instance": now},
	}
}

func TestFact(t *testing.T) {
	t.Parallel()
	fact := func(region string, age time.Duration) *evidence.Fact {
		return &evidence.Fact{Resource: evidence.Resource{Provider: "aws", Account: "1", Region: region, Type: "aws.rds.db_instance"}, Seen: now.Add(-age)}
	}
	v := sight.Of(evidence.Snapshot{At: now, Feeds: []evidence.FeedState{regional("eu", time.Hour), regional("us", 48*time.Hour)}})
	for name, c := range map[string]struct {
		fact *evidence.Fact
		lost bool
	}{
		"the feed of the fact's region sets the age":  {fact("us", 24*time.Hour), false},
		"that of another region does not":             {fact("eu", 24*time.Hour), true},
		"of several that could own it, the strictest": {fact("mars", 24*time.Hour), true},
		"a fresh one is fresh for all":                {fact("mars", time.Minute), false},
		"a clock set back a little ages nothing":      {fact("eu", -time.Minute), false},
		"what is seen long after now has no age":      {fact("eu", -2*time.Hour), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, lost := v.Fact(c.fact)
			require.Equal(t, c.lost, lost)
		})
	}

	t.Run("without a maximum age nothing grows stale", func(t *testing.T) {
		t.Parallel()
		v := sight.Of(evidence.Snapshot{At: now, Feeds: []evidence.FeedState{regional("eu", 0)}})
		_, lost := v.Fact(fact("eu", 1000*time.Hour))
		require.False(t, lost)
	})
}

func TestKind(t *testing.T) {
	t.Parallel()
	broken := regional("us", time.Hour)
	broken.Last = &evidence.Pull{StartedAt: now, Holes: []evidence.Hole{{Reason: evidence.Denied}}}
	v := sight.Of(evidence.Snapshot{At: now, Feeds: []evidence.FeedState{regional("eu", time.Hour), broken}})
	require.Len(t, v.Kind("aws", "1", "Datastore"), 1, "one region of two")
	require.Equal(t, evidence.NotCollected, v.Kind("aws", "1", "User")[0].Reason)
	require.Equal(t, evidence.NotCollected, v.Kind("aws", "2", "Datastore")[0].Reason)
	whole := sight.Of(evidence.Snapshot{At: now, Feeds: []evidence.FeedState{regional("eu", time.Hour)}})
	require.Empty(t, whole.Kind("aws", "1", "Datastore"))
}

func TestHoles(t *testing.T) {
	t.Parallel()
	f := &evidence.Fact{Holes: []evidence.Hole{{Field: "mfa", Reason: evidence.Denied}, {Field: "mfa.strong", Reason: evidence.Disabled}, {Field: "admin", Reason: evidence.Throttled}}}
	require.Len(t, sight.Holes(f, "mfa.strong"), 2)
	require.Len(t, sight.Holes(f, "mfa.enabled"), 1)
	require.Equal(t, []evidence.Hole{{Field: "status", Reason: evidence.NotCollected}}, sight.Holes(f, "status"))
}
