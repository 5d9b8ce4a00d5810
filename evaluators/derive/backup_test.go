package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

const europe, america = "eu-west-1", "us-east-1"

func in(region string, f evidence.Fact) evidence.Fact {
	f.Resource.Region = region
	return f
}

// regional are lists of one type in regions, each a feed of its own.
func regional(kind evidence.Kind, typ string, regions ...string) []evidence.FeedState {
	var feeds []evidence.FeedState
	for _, region := range regions {
		f := feed(kind, typ)
		f.ID.Scope.Region = region
		feeds = append(feeds, f)
	}
	return feeds
}

func lost(feeds []evidence.FeedState) []evidence.FeedState {
	for i := range feeds {
		feeds[i].Last = &evidence.Pull{StartedAt: now, Holes: []evidence.Hole{{Reason: evidence.Denied}}}
	}
	return feeds
}

func TestLastBackup(t *testing.T) {
	t.Parallel()
	const id = "arn:aws:s3:::data"
	at := time.Date(2026, 11, 16, 2, 0, 0, 0, time.UTC)
	bucket := in(europe, fact("Datastore", "aws.s3.bucket", id, &evidence.Datastore{}))
	copied := in(europe, fact("ProtectedResource", "aws.backup.protected_resource", id, &evidence.ProtectedResource{LastBackup: &evidence.Moment{At: at}}))
	look := func(feeds []evidence.FeedState, facts ...evidence.Fact) (*evidence.Moment, evidence.Fact) {
		f := derive.All(evidence.Snapshot{At: now, Facts: append([]evidence.Fact{bucket}, facts...), Feeds: feeds})[0]
		return f.Body.(*evidence.Datastore).LastBackup, f
	}
	lists := func(regions ...string) []evidence.FeedState {
		return regional("ProtectedResource", "aws.backup.protected_resource", regions...)
	}

	t.Run("the copy in the store's own region counts", func(t *testing.T) {
		t.Parallel()
		got, _ := look(lists(europe, america), copied)
		require.Equal(t, &evidence.Moment{At: at}, got)
		got, _ = look(lists(europe, america), in(america, copied))
		require.Equal(t, &evidence.Moment{Never: true}, got)
	})
	t.Run("another region that could not be listed takes nothing away", func(t *testing.T) {
		t.Parallel()
		got, _ := look(append(lists(europe), lost(lists(america))...))
		require.Equal(t, &evidence.Moment{Never: true}, got)
	})
	for name, feeds := range map[string][]evidence.FeedState{
		"a region that could not be listed": append(lists(america), lost(lists(europe))...),
		"a region nobody looks into":        lists(america),
		"no look at any":                    nil,
	} {
		t.Run(name+" is no proof that there is no copy", func(t *testing.T) {
			t.Parallel()
			got, f := look(feeds)
			require.Nil(t, got)
			_, told := f.Hole("last_backup")
			require.True(t, told)
		})
	}
	t.Run("a copy whose time was not seen is unseen", func(t *testing.T) {
		t.Parallel()
		blind := copied
		blind.Body = &evidence.ProtectedResource{}
		got, _ := look(lists(europe), blind)
		require.Nil(t, got)
	})
}

func TestBackupService(t *testing.T) {
	t.Parallel()
	service := in(europe, fact("BackupService", "aws.backup.region", "backup", &evidence.BackupService{}))
	database := func(typ, engine string) evidence.Fact {
		return in(europe, fact("Datastore", typ, typ+engine, &evidence.Datastore{RDS: &evidence.RDSInstance{Engine: &engine}}))
	}
	look := func(t *testing.T, s evidence.Snapshot) (*bool, map[string]*bool) {
		t.Helper()
		b := derive.All(s)[0].Body.(*evidence.BackupService)
		use := map[string]*bool{}
		for _, d := range b.Data {
			use[d.Type] = d.InUse
		}
		return b.HoldsData, use
	}

	t.Run("databases are told apart by their engine", func(t *testing.T) {
		t.Parallel()
		holds, use := look(t, world(service, database("aws.rds.db_cluster", "aurora-mysql"), database("aws.rds.db_instance", "aurora-mysql")))
		require.True(t, *holds)
		require.True(t, *use["Aurora"])
		require.False(t, *use["RDS"])
		require.False(t, *use["DocumentDB"])
		_, use = look(t, world(service, database("aws.rds.db_cluster", "postgres"), database("aws.rds.db_instance", "postgres")))
		require.True(t, *use["RDS"])
		require.False(t, *use["Aurora"])
	})
	t.Run("what no feed lists is neither in use nor not", func(t *testing.T) {
		t.Parallel()
		_, use := look(t, world(service, in(europe, fact("Datastore", "aws.s3.bucket", "b", &evidence.Datastore{}))))
		require.True(t, *use["S3"])
		require.Nil(t, use["EBS"])
	})
	t.Run("data in another region is not held here", func(t *testing.T) {
		t.Parallel()
		holds, _ := look(t, world(service, in(america, fact("Datastore", "aws.s3.bucket", "b", &evidence.Datastore{}))))
		require.False(t, *holds)
	})
	t.Run("one store is enough, and none takes whole lists", func(t *testing.T) {
		t.Parallel()
		s := world(service, in(europe, fact("Datastore", "aws.s3.bucket", "b", &evidence.Datastore{})))
		s.Feeds = append(s.Feeds, lost(regional("Datastore", "aws.dynamodb.table", europe))...)
		holds, use := look(t, s)
		require.True(t, *holds)
		require.Nil(t, use["DynamoDB"])
		s.Facts = s.Facts[:1]
		holds, _ = look(t, s)
		require.Nil(t, holds)
	})
}
