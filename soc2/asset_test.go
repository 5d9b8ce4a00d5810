package soc2_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func acme() soc2.Scope {
	return soc2.Scope{
		Teams: []soc2.Team{
			{ID: "payments", Title: "Payments team", Members: []string{"Ada"}},
			{ID: "platform", Members: []string{"grace@example.com"}},
		},
		Data: []soc2.DataClass{{ID: "cards", Level: "restricted"}, {ID: "website", Level: "public"}},
		Systems: []soc2.System{
			{
				ID: "payments", Owner: "payments", Environment: "production", Data: []string{"cards"},
				Select: []soc2.AssetSelector{
					{Selector: soc2.Selector{Provider: "aws", Account: "1"}, Tags: map[string]string{"service": "pay*"}},
					{Path: "acme/payments-*"},
				},
			},
			{ID: "cloud", Environment: "staging", Select: []soc2.AssetSelector{{Selector: soc2.Selector{Provider: "aws", Region: "eu-west-1"}}}},
		},
		Owners: []soc2.OwnerRule{
			{Controls: []string{"users-have-mfa"}, Owner: "nobody@example.com"},
			{System: "cloud", Owner: "platform"},
			{Owner: "marie@example.com"},
		},
	}
}

func bucket(tags map[string]string) evidence.Fact {
	return evidence.Fact{
		Resource: evidence.Resource{Provider: "aws", Account: "1", Region: "us-east-1", Kind: "Datastore", Type: "aws.s3.bucket", ID: "arn:aws:s3:::b", Name: "b"},
		Body:     &evidence.Datastore{Tags: tags},
	}
}

func TestAsset(t *testing.T) {
	t.Parallel()
	scope := acme()
	t.Run("a tag places it", func(t *testing.T) {
		t.Parallel()
		a := scope.Asset(bucket(map[string]string{"service": "payouts"}))
		require.Equal(t, []string{"payments"}, a.Systems)
		require.Equal(t, "payments", a.Owner)
		require.Equal(t, "system payments", a.OwnerBy)
		require.Equal(t, "production", a.Environment)
		require.Equal(t, []string{"cards"}, a.Data)
		require.Nil(t, a.Exposed, "nobody saw whether it is public")
		require.Nil(t, a.Privileged)
	})
	t.Run("tags that were not seen place nothing", func(t *testing.T) {
		t.Parallel()
		a := scope.Asset(bucket(nil))
		require.True(t, a.Unscoped())
		require.Equal(t, "marie@example.com", a.Owner, "who answers for all the rest")
		require.Equal(t, "rule", a.OwnerBy)
		require.Empty(t, a.Environment)
		require.Equal(t, []soc2.Missing{soc2.MissingSystem, soc2.MissingClassification}, a.Missing())
	})
	t.Run("several systems claim it", func(t *testing.T) {
		t.Parallel()
		f := bucket(map[string]string{"service": "payments"})
		f.Resource.Region = "eu-west-1"
		a := scope.Asset(f)
		require.Equal(t, []string{"payments", "cloud"}, a.Systems)
		require.Equal(t, "production", a.Environment, "the most serious of both")
	})
	t.Run("an owner's tag comes first, if it names somebody", func(t *testing.T) {
		t.Parallel()
		for value, want := range map[string]string{
			"PLATFORM": "platform", "payments team": "payments", "ada": "Ada", " eve@example.com ": "eve@example.com",
			"tbd": "payments", "": "payments", "@": "payments", "a@b@c.d": "payments", "root@localhost": "payments",
		} {
			a := scope.Asset(bucket(map[string]string{"service": "payments", "Team": value}))
			require.Equal(t, want, a.Owner, value)
		}
		a := scope.Asset(bucket(map[string]string{"Team": "platform", "owner": "payments"}))
		require.Equal(t, "tag owner", a.OwnerBy)
		renamed := scope
		renamed.Tags.Owner = []string{"squad"}
		a = renamed.Asset(bucket(map[string]string{"owner": "payments", "squad": "platform"}))
		require.Equal(t, "tag squad", a.OwnerBy)
	})
	t.Run("a record of the company names its owner", func(t *testing.T) {
		t.Parallel()
		a := scope.Asset(evidence.Fact{Resource: evidence.Resource{Kind: "Device"}, Body: &evidence.Device{Owner: new("ada")}})
		require.Equal(t, []string{"Ada", "its own record"}, []string{a.Owner, a.OwnerBy})
		a = scope.Asset(evidence.Fact{Resource: evidence.Resource{Kind: "User"}, Body: &evidence.User{Email: new("bot@example.com"), Person: new(""), Admin: new(true)}})
		require.Equal(t, "bot@example.com", a.Owner)
		require.True(t, *a.Privileged)
	})
	t.Run("an environment's tag never lowers what the system says", func(t *testing.T) {
		t.Parallel()
		a := scope.Asset(bucket(map[string]string{"service": "payments", "env": "dev"}))
		require.Equal(t, "production", a.Environment)
		require.Equal(t, "development", scope.Asset(bucket(map[string]string{"env": " Dev "})).Environment)
		require.Empty(t, scope.Asset(bucket(map[string]string{"env": "blue"})).Environment)
	})
	t.Run("a class's tag adds to what the system says", func(t *testing.T) {
		t.Parallel()
		a := scope.Asset(bucket(map[string]string{"service": "payments", "data-class": "Website, internal unknown"}))
		require.Equal(t, []string{"cards", "website", "internal"}, a.Data)
		require.Equal(t, "restricted", scope.Level(a.Data))
		require.Equal(t, []string{"cards"}, scope.Systems[0].Data, "the scope stays as it is")
		require.Empty(t, scope.Asset(bucket(map[string]string{"data-class": "customer"})).Data, "no class of that name")
		require.Empty(t, scope.Level(nil))
	})
	t.Run("a path takes everything in a repository", func(t *testing.T) {
		t.Parallel()
		in := func(kind evidence.Kind, name string, body any) bool {
			return !scope.Asset(evidence.Fact{Resource: evidence.Resource{Provider: "github", Kind: kind, Name: name}, Body: body}).Unscoped()
		}
		require.True(t, in("Repository", "acme/payments-api", &evidence.Repository{}))
		require.True(t, in("Workflow", "deploy", &evidence.Workflow{Repository: new("acme/payments-api")}))
		require.True(t, in("Secret", "acme/payments-api/db", &evidence.Secret{}))
		require.False(t, in("Repository", "acme/ledger", &evidence.Repository{}))
		require.False(t, in("Repository", "evil/acme/payments-api", &evidence.Repository{}))
		require.False(t, in("Repository", "acme", &evidence.Repository{}))
	})
	t.Run("the internet reaches it", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			body any
			want *bool
		}{
			"public":             {&evidence.Datastore{Public: new(true)}, new(true)},
			"not public":         {&evidence.Datastore{Public: new(false)}, new(false)},
			"a public address":   {&evidence.Workload{PublicAddress: new("203.0.113.1")}, new(true)},
			"no address":         {&evidence.Workload{PublicAddress: new("")}, new(false)},
			"nothing seen":       {&evidence.Workload{}, nil},
			"a public code":      {&evidence.Repository{Visibility: new("public")}, new(true)},
			"an opening":         {&evidence.NetworkRule{Openings: []evidence.Opening{{}, {Anyone: new(true)}}}, new(true)},
			"perhaps an opening": {&evidence.NetworkRule{Openings: []evidence.Opening{{}, {Anyone: new(false)}}}, nil},
			"rules not seen":     {&evidence.NetworkRule{}, nil},
			"attached nowhere":   {&evidence.NetworkRule{InterfaceTypes: []string{}, Openings: []evidence.Opening{{Anyone: new(true)}}}, new(false)},
			"cannot tell":        {&evidence.Training{}, nil},
		} {
			require.Equal(t, c.want, scope.Asset(evidence.Fact{Body: c.body}).Exposed, name)
		}
	})
}

// What was not seen may be in any system that could have something there.
func TestAssetOfScope(t *testing.T) {
	t.Parallel()
	scope := acme()
	a := scope.AssetOf(evidence.Scope{Provider: "aws", Account: "1", Region: "eu-west-1"}.Resource("aws.s3.bucket"))
	require.Equal(t, []string{"payments", "cloud"}, a.Systems)
	a = scope.AssetOf(evidence.Scope{Provider: "aws", Account: "2", Region: "us-east-1"}.Resource("aws.s3.bucket"))
	require.Equal(t, []string{"payments"}, a.Systems, "by its path anything can be in it")
	a = scope.AssetOf(evidence.Resource{Provider: "aws", Account: "1", Kind: "Datastore", Name: "b"})
	require.Empty(t, a.Systems, "whose tags nobody knows")
	a = scope.AssetOf(evidence.Resource{Kind: evidence.KindScope, ID: "scope:#"})
	require.Empty(t, a.Systems, "the company as a whole")
	require.Equal(t, "marie@example.com", a.Owner)
}

// A tag more never takes a thing out of a system, lowers its environment or takes a
// class of data from it.
func TestTagsOnlyAdd(t *testing.T) {
	t.Parallel()
	scope := acme()
	pair := rapid.SampledFrom([][2]string{
		{"service", "payments"},
		{"service", "x"},
		{"env", "dev"},
		{"env", "prod"},
		{"env", ""},
		{"data-class", "public"},
		{"data-class", "cards website"},
		{"owner", "platform"},
		{"team", "tbd"},
		{"other", "y"},
	})
	rapid.Check(t, func(t *rapid.T) {
		tags := map[string]string{}
		for _, p := range rapid.SliceOfN(pair, 0, 4).Draw(t, "tags") {
			tags[p[0]] = p[1]
		}
		before := scope.Asset(bucket(tags))
		more := maps.Clone(tags)
		if p := pair.Draw(t, "one more"); !slices.Contains(slices.Collect(maps.Keys(tags)), p[0]) {
			more[p[0]] = p[1]
		}
		after := scope.Asset(bucket(more))
		require.Subset(t, after.Systems, before.Systems)
		require.Subset(t, after.Data, before.Data)
		rank := map[string]int{"": 0, "development": 1, "staging": 2, "production": 3}
		require.GreaterOrEqual(t, rank[after.Environment], rank[before.Environment])
	})
}

func TestEveryKindIsAnAssetOrARecord(t *testing.T) {
	t.Parallel()
	seen := map[evidence.Kind]int{}
	for _, k := range soc2.AssetKinds {
		seen[k.Kind]++
	}
	for _, k := range soc2.RecordKinds {
		seen[k]++
	}
	for _, k := range evidence.Kinds {
		require.Equal(t, 1, seen[k.Kind], "%s must be in AssetKinds or in RecordKinds", k.Kind)
		delete(seen, k.Kind)
	}
	require.Empty(t, seen, "kinds there are not")
}
