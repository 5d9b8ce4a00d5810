package soc2_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func logged(id string, hour int, effect, resource, name, by string) soc2.LoggedChange {
	when, operation := at(hour), "iam:"+effect
	c := soc2.LoggedChange{Provider: "aws", Account: "1", ID: id, ChangeEvent: evidence.ChangeEvent{
		At: &when, Operation: &operation, Effect: &effect,
		About: &evidence.ChangedResource{Kind: "User", Type: "aws.iam.user", ID: resource, Name: name},
	}}
	if by != "" {
		c.By = &evidence.ChangeActor{Name: by, How: "user"}
	}
	return c
}

func iamUser(id, name string) evidence.Resource {
	return evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: id, Name: name}
}

func ids(changes []soc2.LoggedChange) (out []string) {
	for _, c := range changes {
		out = append(out, c.ID)
	}
	return out
}

func TestChangesOfAReusedName(t *testing.T) {
	t.Parallel()
	all := []soc2.LoggedChange{
		logged("e5", 50, "changed", "", "ada", "kofi"),
		logged("e1", 10, "changed", "", "ada", "kofi"),
		logged("e2", 20, "ended", "", "ada", "kofi"),
		logged("e3", 30, "changed", "", "ada", "nobody knows whose"),
		logged("e4", 40, "began", "U2", "ada", "grace"),
		logged("other", 45, "changed", "", "linus", "grace"),
	}
	require.Equal(t, []string{"e4", "e5"}, ids(soc2.ChangesOf(all, iamUser("U2", "ada"), at(60))))
	require.Equal(t, []string{"e1", "e2"}, ids(soc2.ChangesOf(all, iamUser("U1", "ada"), at(60))))
	require.Equal(t, []string{"e1"}, ids(soc2.ChangesOf(all, iamUser("U1", "ada"), at(15))))

	elsewhere := iamUser("U1", "ada")
	elsewhere.Account = "2"
	require.Empty(t, soc2.ChangesOf(all, elsewhere, at(60)))

	t.Log("a provider that names by name only: the newest that began is the one that is there")
	repo := []soc2.LoggedChange{
		logged("r1", 1, "began", "", "acme/x", "ada"), logged("r2", 2, "changed", "", "acme/x", "ada"), logged("r3", 3, "ended", "", "acme/x", "ada"),
		logged("r4", 4, "began", "", "acme/x", "kofi"), logged("r5", 5, "changed", "", "acme/x", "kofi"),
	}
	require.Equal(t, []string{"r4", "r5"}, ids(soc2.ChangesOf(repo, iamUser("7", "acme/x"), at(6))))
	require.Equal(t, []string{"r1", "r2"}, ids(soc2.ChangesOf(repo, iamUser("5", "acme/x"), at(2))))

	t.Log("an id of one thing only, of whatever kind")
	policy := logged("p", 5, "changed", "00p1", "", "ada")
	policy.About.Kind, policy.About.Type = "", ""
	require.Equal(t, []string{"p"}, ids(soc2.ChangesOf([]soc2.LoggedChange{policy}, iamUser("00p1", "Default Policy"), at(6))))
	require.Empty(t, soc2.ChangesOf([]soc2.LoggedChange{policy}, iamUser("00p2", "Default Policy"), at(6)))
}

func TestLastChange(t *testing.T) {
	t.Parallel()
	all := []soc2.LoggedChange{
		logged("e1", 10, "changed", "", "ada", "kofi"), logged("e2", 20, "changed", "", "ada", "grace"), logged("e3", 25, "changed", "", "ada", "grace"),
		logged("e4", 27, "changed", "", "ada", ""), logged("e5", 40, "changed", "", "ada", "too late"),
	}
	last, actors := soc2.LastChange(all, iamUser("U1", "ada"), at(9), at(30))
	require.Equal(t, "e4", last.ID)
	require.Nil(t, last.By)
	require.Equal(t, 3, actors)
	last, actors = soc2.LastChange(all, iamUser("U1", "ada"), at(15), at(26))
	require.Equal(t, "grace", last.By.Name)
	require.Equal(t, 1, actors)
	_, actors = soc2.LastChange(all, iamUser("U1", "ada"), at(30), at(35))
	require.Zero(t, actors)
}

// Whatever happened to a name, an entry is never told of two resources that had it
// one after the other, and in whatever order the entries came nothing changes.
func TestNoEntryIsOfTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []soc2.LoggedChange
		truth := map[string]string{} // whose an entry is
		holder, next := "U0", 1
		for hour := range rapid.IntRange(1, 12).Draw(t, "hours") {
			id := "e" + string(rune('a'+hour))
			effect := "changed"
			switch {
			case holder == "":
				holder, effect = "U"+string(rune('0'+next)), "began"
				next++
			case rapid.IntRange(0, 2).Draw(t, "end") == 0:
				effect = "ended"
			}
			truth[id] = holder
			c := logged(id, hour, effect, "", "ada", "x")
			if effect == "began" {
				c.About.ID = holder
			}
			if effect == "ended" {
				holder = ""
			}
			all = append(all, c)
		}
		shuffled := rapid.Permutation(slices.Clone(all)).Draw(t, "order")
		for n := range next {
			r := iamUser("U"+string(rune('0'+n)), "ada")
			about := soc2.ChangesOf(shuffled, r, at(99))
			require.Equal(t, ids(soc2.ChangesOf(all, r, at(99))), ids(about))
			var want []string
			for _, c := range all {
				if truth[c.ID] == r.ID {
					want = append(want, c.ID)
				}
			}
			require.Equal(t, want, ids(about))
		}
	})
}

func TestLoggedChangeOf(t *testing.T) {
	t.Parallel()
	now, effect := time.Now(), "changed"
	about := &evidence.ChangedResource{Kind: "User", Type: "t", ID: "1"}
	for name, body := range map[string]any{
		"of another kind": &evidence.User{}, "no time": &evidence.ChangeEvent{Effect: &effect, About: about},
		"no effect": &evidence.ChangeEvent{At: &now, About: about}, "about nothing": &evidence.ChangeEvent{At: &now, Effect: &effect},
	} {
		_, ok := soc2.LoggedChangeOf(evidence.Fact{Body: body})
		require.False(t, ok, name)
	}
	_, ok := soc2.LoggedChangeOf(evidence.Fact{Body: &evidence.ChangeEvent{At: &now, Effect: &effect, About: about}})
	require.True(t, ok)
}
