package derive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func employment(id, email, status string, accounts ...string) evidence.Fact {
	return fact("Employment", "files.employment", id, &evidence.Employment{
		Email: &email, Status: &status, EndsAt: &evidence.Moment{Never: true}, Accounts: append([]string{}, accounts...),
	})
}

func login(typ, name string, u evidence.User) evidence.Fact {
	f := fact("User", typ, typ+"/"+name, &u)
	f.Resource.Name = name
	return f
}

func TestAccountsOfAPersonOverProviders(t *testing.T) {
	t.Parallel()
	facts := derive.All(world(
		employment("1", "Ada@acme.example ", "active", "github/ada", "AWS/"+account+"/ada"),
		employment("2", "grace@acme.example", "leave"),
		login("github.member", "Ada", evidence.User{Status: new("active"), Admin: new(true)}),
		login("aws.iam.user", "ada", evidence.User{Status: new("active"), Rights: full()}),
		login("okta.user", "ada@acme.example", evidence.User{Status: new("deactivated"), Email: new("ada@acme.example"), Roles: []string{"SUPER_ADMIN"}}),
		login("aws.iam.user", "grace@acme.example", evidence.User{Status: new("active"), Rights: &evidence.PolicyRights{Attached: []evidence.AttachedPolicy{}, Inline: []evidence.InlinePolicy{}, Groups: []string{}}}),
		fact("Group", "okta.group", "everyone", &evidence.Group{Roles: []string{}, Members: []string{}}),
	))
	ada, grace := facts[0].Body.(*evidence.Employment), facts[1].Body.(*evidence.Employment)
	require.Equal(t, []string{"aws.iam.user/ada", "github.member/Ada"}, ada.OpenAccounts)
	require.Equal(t, new(true), ada.KeepsAccess)
	require.Equal(t, []string{"aws", "github"}, ada.PrivilegedAt, "the closed account in the directory is none")
	require.Equal(t, []string{"aws.iam.user/grace@acme.example"}, grace.OpenAccounts)
	require.Equal(t, []string{}, grace.PrivilegedAt)
	for i, person := range map[int]string{2: "ada@acme.example", 3: "ada@acme.example", 4: "ada@acme.example", 5: "grace@acme.example"} {
		u := facts[i].Body.(*evidence.User)
		require.Equal(t, &person, u.Person)
		require.Equal(t, new(true), u.PersonActive)
	}
}

// full may do everything.
func full() *evidence.PolicyRights {
	all := evidence.PolicyStatement{Effect: "Allow", Action: []string{"*"}, Resource: []string{"*"}}
	return &evidence.PolicyRights{
		Attached: []evidence.AttachedPolicy{}, Groups: []string{}, Boundary: new(""),
		Inline: []evidence.InlinePolicy{{Name: "all", Document: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{all}}}},
	}
}

// What could not be joined is never taken for nobody's, whichever list lacks it.
func TestNobodysAccountTakesEveryList(t *testing.T) {
	t.Parallel()
	person := func(facts ...evidence.Fact) *string {
		return derive.All(world(facts...))[0].Body.(*evidence.User).Person
	}
	yuki := login("github.member", "yuki", evidence.User{Status: new("active")})
	unlisted := employment("1", "ada@acme.example", "active")
	unlisted.Body.(*evidence.Employment).Accounts = nil
	stale := employment("1", "ada@acme.example", "active")
	stale.Seen = now.Add(-48 * time.Hour)
	require.Equal(t, new(""), person(yuki, employment("1", "ada@acme.example", "active")))
	require.Nil(t, person(yuki), "no list of people")
	require.Nil(t, person(yuki, unlisted), "accounts of somebody were not told")
	require.Nil(t, person(yuki, stale), "somebody's were told long ago")
	require.Equal(t, new("ada@acme.example, grace@acme.example"),
		person(yuki, employment("1", "ada@acme.example", "active", "github/yuki"), employment("2", "grace@acme.example", "active", "github/yuki")), "shared")

	cut := world(yuki, employment("1", "ada@acme.example", "active"))
	cut.Feeds[1] = feed("Employment", "files.employment", evidence.Hole{Reason: evidence.Truncated})
	u := derive.All(cut)[0]
	require.Nil(t, u.Body.(*evidence.User).PersonActive)
	require.Equal(t, evidence.Truncated, u.Holes[0].Reason)
}

// Every source that lists users counts, planned and never pulled too.
func TestLeaversTakeEverySource(t *testing.T) {
	t.Parallel()
	s := world(employment("1", "ada@acme.example", "ended"), login("okta.user", "ada", evidence.User{Status: new("deactivated"), Email: new("ada@acme.example")}))
	require.Equal(t, new(false), derive.All(s)[0].Body.(*evidence.Employment).KeepsAccess)
	never := feed("User", "github.member")
	never.Last = nil
	s.Feeds = append(s.Feeds, never)
	f := derive.All(s)[0]
	require.Nil(t, f.Body.(*evidence.Employment).KeepsAccess)
	require.Nil(t, f.Body.(*evidence.Employment).OpenAccounts)
	require.NotEmpty(t, f.Holes)
}

// Many accounts of nobody make few holes, and one person costs only their own.
func TestManyPeople(t *testing.T) {
	t.Parallel()
	var facts []evidence.Fact
	for i := range 3000 {
		e := employment(fmt.Sprint(i), fmt.Sprintf("p%d@acme.example", i), "ended")
		e.Body.(*evidence.Employment).Accounts = nil
		facts = append(facts, e, login("github.member", fmt.Sprintf("m%d", i), evidence.User{Status: new("active"), Admin: new(false)}))
	}
	for _, f := range derive.All(world(facts...)) {
		require.LessOrEqual(t, len(f.Holes), 8)
	}
}

// Losing sight of an address leaves open whether an account is the leaver's and
// whether the leaver came back.
func TestAddressesThatWereNotSeen(t *testing.T) {
	t.Parallel()
	leaver := employment("1", "ada@acme.example", "ended")
	leaver.Body.(*evidence.Employment).EndsAt = &evidence.Moment{At: now.Add(-48 * time.Hour)}
	derived := func(more ...evidence.Fact) *evidence.Employment {
		return derive.All(world(append([]evidence.Fact{leaver}, more...)...))[0].Body.(*evidence.Employment)
	}
	again := employment("2", "ada@acme.example", "active")
	nameless := employment("2", "ada@acme.example", "active")
	nameless.Body.(*evidence.Employment).Email = nil
	other := login("okta.user", "o", evidence.User{Status: new("active"), Email: new("grace@acme.example"), Roles: []string{}})
	unknown := login("okta.user", "o", evidence.User{Status: new("active"), Roles: []string{}})
	closed := login("okta.user", "o", evidence.User{Status: new("suspended"), Roles: []string{}})

	require.Equal(t, new(true), derived(again, other).Rehired)
	require.Equal(t, new(false), derived(other).Rehired)
	require.Nil(t, derived(nameless, other).Rehired)
	require.Equal(t, new(false), derived(other).KeepsAccess)
	require.Nil(t, derived(unknown).KeepsAccess)
	require.Nil(t, derived(unknown).OpenAccounts)
	require.Equal(t, new(false), derived(closed).KeepsAccess, "whosever it is")
}
