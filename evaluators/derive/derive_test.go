package derive_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

//go:fix inline

const account = "111122223333"

func fact(kind evidence.Kind, typ, id string, body any) evidence.Fact {
	provider := typ[:indexDot(typ)]
	return evidence.Fact{
		Resource: evidence.Resource{Provider: provider, Account: account, Kind: kind, Type: typ, ID: id},
		Body:     body, Seen: now,
	}
}

func indexDot(s string) int {
	for i := range s {
		if s[i] == '.' {
			return i
		}
	}
	return len(s)
}

// world is a snapshot in which every type of the facts is completely seen.
func world(facts ...evidence.Fact) evidence.Snapshot {
	s := evidence.Snapshot{At: now, Facts: facts}
	seen := map[string]bool{}
	for _, f := range facts {
		if !seen[f.Resource.Type] {
			seen[f.Resource.Type] = true
			s.Feeds = append(s.Feeds, feed(f.Resource.Kind, f.Resource.Type))
		}
	}
	return s
}

func feed(kind evidence.Kind, typ string, holes ...evidence.Hole) evidence.FeedState {
	return evidence.FeedState{
		ID:          evidence.FeedID{Collector: typ, Scope: evidence.Scope{Provider: typ[:indexDot(typ)], Account: account}},
		Populations: []evidence.Population{{Kind: kind, Type: typ}}, MaxAge: 24 * time.Hour,
		Last: &evidence.Pull{StartedAt: now, Holes: holes}, Complete: map[string]time.Time{typ: now},
	}
}

func TestAll(t *testing.T) {
	t.Parallel()

	t.Run("what is stored in a derived field is no evidence", func(t *testing.T) {
		t.Parallel()
		stored := world(
			fact("Datastore", "aws.s3.bucket", "b", &evidence.Datastore{Public: new(false), TLSOnly: new(true)}),
			fact("Datastore", "gcp.storage.bucket", "g", &evidence.Datastore{Public: new(false), TLSOnly: new(true)}),
			fact("BranchRule", "github.branch", "r", &evidence.BranchRule{Effective: &evidence.Protection{}, Rulesets: &evidence.Protection{}}),
			fact("Account", "aws.account", "a", &evidence.Account{Administrators: new(int64(1))}),
			fact("NetworkRule", "aws.ec2.security_group", "s", &evidence.NetworkRule{Openings: []evidence.Opening{}}),
			fact("Workload", "aws.lambda.function", "f", &evidence.Workload{Public: new(false)}),
			fact("Datastore", "aws.ec2.snapshot", "d", &evidence.Datastore{Public: new(false)}),
		)
		for _, f := range derive.All(stored) {
			v := reflect.ValueOf(f.Body).Elem()
			for i := range v.NumField() {
				if field := v.Type().Field(i); field.Tag.Get("derived") == "true" {
					require.True(t, v.Field(i).IsNil(), "%s.%s", f.Resource.Kind, field.Name)
				}
			}
			require.NotEmpty(t, f.Holes, "%s: a derived nil carries its reason", f.Resource.ID)
		}
	})

	t.Run("the snapshot is left as it is", func(t *testing.T) {
		t.Parallel()
		s := world(fact("Datastore", "aws.rds.db_instance", "d", &evidence.Datastore{RDS: &evidence.RDSInstance{PubliclyAccessible: new(true)}}))
		before, err := s.Facts[0].Encode()
		require.NoError(t, err)
		got := derive.All(s)
		require.True(t, *got[0].Body.(*evidence.Datastore).Public)
		after, err := s.Facts[0].Encode()
		require.NoError(t, err)
		require.Equal(t, string(before), string(after))
	})

	t.Run("every kind with derived fields has a rule", func(t *testing.T) {
		t.Parallel()
		for _, k := range evidence.Kinds {
			derived := false
			for field := range k.Type().Fields() {
				derived = derived || field.Tag.Get("derived") == "true"
			}
			require.Equal(t, derived, derive.Applies(k.Kind, ""), k.Kind)
		}
	})
}
