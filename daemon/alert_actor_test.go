package daemon_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/store"
)

// judgedAt is a store in which the last assessment before any time was made at one.
type judgedAt struct {
	*store.Store
	at time.Time
}

func (j judgedAt) AssessedBefore(context.Context, time.Time) (time.Time, error) { return j.at, nil }

// A bucket was private at 9, was opened by somebody in between, and is public at 12.
func TestActorOfAnAlert(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	now := day
	hour := func(h float64) time.Time { return day.Add(time.Duration(h * float64(time.Hour))) }
	s, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "controlwatch.db"), store.Options{Clock: func() time.Time { return now }, Version: "test", Ephemeral: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })

	seq := int64(0)
	commit := func(at float64, collector string, of evidence.Population, facts ...evidence.Fact) {
		t.Helper()
		now = hour(at).Add(time.Minute)
		require.NoError(t, s.CommitPull(ctx, evidence.Pull{
			Source: "aws/1", Collector: collector, Scope: evidence.Scope{Provider: "aws", Account: "1"}, Populations: []evidence.Population{of},
			StartedAt: hour(at), FinishedAt: hour(at).Add(time.Minute),
		}, facts))
		seq++
	}
	buckets := evidence.Population{Kind: "Datastore", Type: "aws.s3.bucket"}
	events := evidence.Population{Kind: "ChangeEvent", Type: "aws.cloudtrail.event"}
	resource := evidence.Resource{Provider: "aws", Account: "1", Region: "eu-west-1", Kind: "Datastore", Type: "aws.s3.bucket", ID: "arn:aws:s3:::b", Name: "b"}
	bucket := func(versioned bool) evidence.Fact {
		return evidence.Fact{Resource: resource, Body: &evidence.Datastore{Versioning: &versioned}}
	}
	event := func(id string, at float64, bucket, who string) evidence.Fact {
		when, effect, operation := hour(at), evidence.ChangeChanged, "s3:PutBucketVersioning"
		return evidence.Fact{
			Resource: evidence.Resource{Provider: "aws", Account: "1", Region: "eu-west-1", Kind: "ChangeEvent", Type: "aws.cloudtrail.event", ID: id},
			Body: &evidence.ChangeEvent{
				At: &when, Operation: &operation, Effect: &effect, By: &evidence.ChangeActor{Name: who, How: "user"},
				About: &evidence.ChangedResource{Kind: "Datastore", Type: "aws.s3.bucket", Region: "eu-west-1", ID: "arn:aws:s3:::" + bucket},
			},
		}
	}
	a := alert.Alert{Class: alert.Failing, Resource: resource, StartsAt: hour(12.1)}
	ask := func(judged float64, seq int64) alert.ChangedBy {
		t.Helper()
		by, err := daemon.ChangedBy(ctx, judgedAt{s, hour(judged)}, a, seq)
		require.NoError(t, err)
		return by
	}
	all := []evidence.Fact{event("1", 8, "b", "too early"), event("2", 10, "b", "ada"), event("4", 11, "c", "another's"), event("5", 12.5, "b", "too late")}

	commit(9, "buckets", buckets, bucket(true))
	commit(10.5, "events", events, all[0], all[1])
	require.Zero(t, ask(11.2, seq), "it is as it was when it was judged good: something else made it fail")
	commit(12, "buckets", buckets, bucket(false))
	at := seq
	require.Equal(t, alert.ChangedBy{Who: "ada", Operation: "s3:PutBucketVersioning", At: hour(10), Source: "CloudTrail"}, ask(11.2, at))

	t.Log("entries that come later, and what the bucket becomes after that")
	commit(13, "events", events, append(all, event("3", 10.2, "b", "kofi"))...)
	commit(14, "buckets", buckets, bucket(true))
	require.Equal(t, alert.ChangedBy{Who: "kofi", Operation: "s3:PutBucketVersioning", At: hour(10.2), Source: "CloudTrail", Others: 1}, ask(11.2, at))

	t.Log("a bucket that nobody looked at before")
	a.Resource.ID, a.Resource.Name = "arn:aws:s3:::c", "c"
	require.Zero(t, ask(11.2, at))
}
