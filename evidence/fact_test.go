package evidence_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestFactRoundTrip(t *testing.T) {
	t.Parallel()
	resource := evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: "AIDA1", Name: "zoë \u202e\n\"x\""}

	t.Run("unseen and empty stay different", func(t *testing.T) {
		t.Parallel()
		unseen := roundTrip(t, evidence.Fact{Resource: resource, Body: &evidence.User{}})
		require.Nil(t, unseen.Body.(*evidence.User).Roles)
		empty := roundTrip(t, evidence.Fact{Resource: resource, Body: &evidence.User{Roles: []string{}}})
		require.NotNil(t, empty.Body.(*evidence.User).Roles)
		require.Empty(t, empty.Body.(*evidence.User).Roles)
	})

	t.Run("equal facts encode to equal bytes whatever the order of their holes", func(t *testing.T) {
		t.Parallel()
		a := evidence.Fact{Resource: resource, Body: &evidence.User{}}
		b := a
		denied := &evidence.Unseen{Reason: evidence.Denied, Operation: "iam:ListMFADevices", Err: errors.New("no")}
		a.Miss("mfa", denied)
		a.Miss("admin", denied)
		b.Miss("admin", denied)
		b.Miss("mfa", denied)
		ab, err := a.Encode()
		require.NoError(t, err)
		bb, err := b.Encode()
		require.NoError(t, err)
		require.Equal(t, string(ab), string(bb))
	})

	t.Run("a kind from the future is an error, not an empty fact", func(t *testing.T) {
		t.Parallel()
		_, err := evidence.DecodeFact([]byte(`{"resource":{"kind":"Spaceship","id":"x"},"body":{}}`))
		require.ErrorContains(t, err, `kind "Spaceship" is unknown`)
	})
}

func roundTrip(t *testing.T, f evidence.Fact) evidence.Fact {
	t.Helper()
	b, err := f.Encode()
	require.NoError(t, err)
	back, err := evidence.DecodeFact(b)
	require.NoError(t, err)
	require.Equal(t, f.Resource, back.Resource)
	return back
}

func TestFactHole(t *testing.T) {
	t.Parallel()
	f := evidence.Fact{Holes: []evidence.Hole{{Field: "s3.policy", Reason: evidence.Denied}}}
	for path, covered := range map[string]bool{
		"s3.policy": true, "s3.policy.statements": true, "s3": true, "s3.policy_status": false, "encryption": false,
	} {
		_, ok := f.Hole(path)
		require.Equal(t, covered, ok, path)
	}
}

func TestVolatileDay(t *testing.T) {
	t.Parallel()
	require.True(t, evidence.VolatileDay(time.Time{}).Never)
	at := time.Date(2026, 3, 31, 23, 59, 0, 0, time.FixedZone("west", -8*3600))
	require.Equal(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), evidence.VolatileDay(at).At, "the UTC day")
}

func TestFeedState(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	state := evidence.FeedState{
		MaxAge: time.Hour,
		Last: &evidence.Pull{
			StartedAt:   start,
			Populations: []evidence.Population{{Kind: "User", Type: "aws.iam.user"}, {Kind: "AccessKey", Type: "aws.iam.access_key"}},
			Holes:       []evidence.Hole{{Type: "aws.iam.user", Reason: evidence.Denied}},
		},
		Complete: map[string]time.Time{"aws.iam.access_key": start},
	}
	t.Run("one population of a feed can be lost alone", func(t *testing.T) {
		t.Parallel()
		hole, ok := state.HoleAt("aws.iam.user", start)
		require.True(t, ok)
		require.Equal(t, evidence.Denied, hole.Reason)
		_, ok = state.HoleAt("aws.iam.access_key", start)
		require.False(t, ok)
	})
	t.Run("what was seen too long ago is stale", func(t *testing.T) {
		t.Parallel()
		hole, ok := state.HoleAt("aws.iam.access_key", start.Add(61*time.Minute))
		require.True(t, ok)
		require.Equal(t, evidence.Stale, hole.Reason)
		require.Equal(t, start.Add(time.Hour), hole.Since)
	})
	t.Run("what was seen at a time that is yet to come does not stay fresh until then", func(t *testing.T) {
		t.Parallel()
		_, ok := state.HoleAt("aws.iam.access_key", start.Add(-time.Minute))
		require.False(t, ok, "a clock that is put right by a little ages nothing")
		hole, ok := state.HoleAt("aws.iam.access_key", start.AddDate(-4, 0, 0))
		require.True(t, ok)
		require.Equal(t, evidence.Stale, hole.Reason)
		require.Contains(t, hole.Detail, "the clock was set back")
	})
	t.Run("a population that the newest pull does not name is a hole", func(t *testing.T) {
		t.Parallel()
		hole, ok := state.HoleAt("aws.iam.group", start)
		require.True(t, ok)
		require.Equal(t, evidence.NotCollected, hole.Reason)
	})
	t.Run("what was never pulled is a hole", func(t *testing.T) {
		t.Parallel()
		_, ok := evidence.FeedState{}.HoleAt("aws.iam.user", start)
		require.True(t, ok)
	})
	t.Run("a type no feed owns is not completely seen", func(t *testing.T) {
		t.Parallel()
		require.False(t, evidence.Snapshot{}.PopulationComplete("aws", "1", "aws.iam.user"))
	})
}
