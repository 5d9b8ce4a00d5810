package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func user(id string, status *string, admin *bool) evidence.Fact {
	return fact("User", "github.member", id, &evidence.User{Status: status, Admin: admin})
}

func TestAdministrators(t *testing.T) {
	t.Parallel()
	org := fact("Account", "github.organization", "acme", &evidence.Account{})
	active, gone := new("active"), new("deactivated")
	count := func(t *testing.T, s evidence.Snapshot) (*int64, evidence.Fact) {
		t.Helper()
		f := derive.All(s)[0]
		return f.Body.(*evidence.Account).Administrators, f
	}

	t.Run("active administrators are counted", func(t *testing.T) {
		t.Parallel()
		stranger := user("x", active, new(true))
		stranger.Resource.Account = "other"
		n, _ := count(t, world(org, user("a", active, new(true)), user("b", active, new(false)), user("c", gone, new(true)), user("d", gone, nil), user("e", nil, new(false)), stranger))
		require.Equal(t, int64(1), *n)
	})

	t.Run("nobody is a number too", func(t *testing.T) {
		t.Parallel()
		s := world(org)
		s.Feeds = append(s.Feeds, feed("User", "github.member"))
		n, _ := count(t, s)
		require.Equal(t, int64(0), *n)
	})

	for name, s := range map[string]evidence.Snapshot{
		"no list of users":                     world(org),
		"one who might be an administrator":    world(org, user("a", active, new(true)), user("b", active, nil)),
		"an administrator who might be active": world(org, user("a", active, new(true)), user("b", nil, new(true))),
		"a list not seen to its end": func() evidence.Snapshot {
			s := world(org, user("a", active, new(true)))
			s.Feeds[1].Last.Holes = []evidence.Hole{{Type: "github.member", Reason: evidence.Truncated}}
			return s
		}(),
		"another list of users not seen": func() evidence.Snapshot {
			s := world(org, user("a", active, new(true)))
			s.Feeds = append(s.Feeds, feed("User", "github.outside_collaborator", evidence.Hole{Reason: evidence.Denied}))
			return s
		}(),
		"a user seen too long ago": func() evidence.Snapshot {
			u := user("a", active, new(true))
			u.Seen = now.Add(-25 * time.Hour)
			return world(org, u)
		}(),
	} {
		t.Run("with "+name+" the number is not known, and says why", func(t *testing.T) {
			t.Parallel()
			n, f := count(t, s)
			require.Nil(t, n)
			_, ok := f.Hole("administrators")
			require.True(t, ok)
		})
	}

	t.Run("many unseen users are one hole", func(t *testing.T) {
		t.Parallel()
		facts := []evidence.Fact{org}
		for i := range 50 {
			facts = append(facts, user(string(rune('A'+i)), active, nil))
		}
		_, f := count(t, world(facts...))
		require.Len(t, f.Holes, 1)
		require.Contains(t, f.Holes[0].Detail, "of 50 users")
	})
}
