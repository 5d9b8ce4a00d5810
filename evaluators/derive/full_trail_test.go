package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func trail(id string, change func(*evidence.AuditTrail)) evidence.Fact {
	t := &evidence.AuditTrail{
		Active: new(true), Everywhere: new(true), Reads: new(true), Writes: new(true), DeliveryError: new(""),
		LastDelivered: &evidence.Moment{At: now.Add(-time.Hour)},
	}
	if change != nil {
		change(t)
	}
	return fact("AuditTrail", "aws.cloudtrail.trail", id, t)
}

func TestFullTrailDelivered(t *testing.T) {
	t.Parallel()
	acc := fact("Account", "aws.account", "acme", &evidence.Account{})
	delivered := func(s evidence.Snapshot) (*evidence.Moment, evidence.Fact) {
		f := derive.All(s)[0]
		return f.Body.(*evidence.Account).FullTrailDelivered, f
	}
	newest := func(tr *evidence.AuditTrail) { tr.LastDelivered = &evidence.Moment{At: now} }
	never := &evidence.Moment{Never: true}

	t.Run("it is the newest of those that leave nothing out", func(t *testing.T) {
		t.Parallel()
		m, _ := delivered(world(acc, trail("a", nil), trail("b", newest), trail("c", nil)))
		require.Equal(t, &evidence.Moment{At: now}, m)
	})
	t.Run("an account whose list of trails is empty has none", func(t *testing.T) {
		t.Parallel()
		s := world(acc)
		s.Feeds = append(s.Feeds, feed("AuditTrail", "aws.cloudtrail.trail"))
		m, _ := delivered(s)
		require.Equal(t, never, m)
	})
	for name, change := range map[string]func(*evidence.AuditTrail){
		"is stopped":                   func(tr *evidence.AuditTrail) { tr.Active = new(false) },
		"is of one region":             func(tr *evidence.AuditTrail) { tr.Everywhere = new(false) },
		"records no reads":             func(tr *evidence.AuditTrail) { tr.Reads = new(false) },
		"records no writes":            func(tr *evidence.AuditTrail) { tr.Writes = new(false) },
		"has an error with delivering": func(tr *evidence.AuditTrail) { tr.DeliveryError = new("NoSuchBucket") },
		"has never delivered":          func(tr *evidence.AuditTrail) { tr.LastDelivered = never },
	} {
		t.Run("a trail that "+name+" is none, whatever else of it was not seen", func(t *testing.T) {
			t.Parallel()
			m, _ := delivered(world(acc, trail("a", change)))
			require.Equal(t, never, m)
			m, _ = delivered(world(acc, trail("a", change), trail("b", nil)))
			require.Equal(t, &evidence.Moment{At: now.Add(-time.Hour)}, m)
		})
	}
	for name, change := range map[string]func(*evidence.AuditTrail){
		"active":         func(tr *evidence.AuditTrail) { tr.Active = nil },
		"everywhere":     func(tr *evidence.AuditTrail) { tr.Everywhere = nil },
		"reads":          func(tr *evidence.AuditTrail) { tr.Reads = nil },
		"writes":         func(tr *evidence.AuditTrail) { tr.Writes = nil },
		"delivery_error": func(tr *evidence.AuditTrail) { tr.DeliveryError = nil },
		"last_delivered": func(tr *evidence.AuditTrail) { tr.LastDelivered = nil },
	} {
		t.Run("a trail whose "+name+" was not seen could be the newest", func(t *testing.T) {
			t.Parallel()
			m, f := delivered(world(acc, trail("a", nil), trail("b", change)))
			require.Nil(t, m)
			h, ok := f.Hole("full_trail_delivered")
			require.True(t, ok)
			require.Contains(t, h.Detail, name)
		})
	}
	t.Run("without a list, with one cut short or of long ago it is not known", func(t *testing.T) {
		t.Parallel()
		cut := world(acc, trail("a", nil))
		cut.Feeds[1].Last.Holes = []evidence.Hole{{Type: "aws.cloudtrail.trail", Reason: evidence.Denied}}
		old := trail("a", nil)
		old.Seen = now.Add(-25 * time.Hour)
		for _, s := range []evidence.Snapshot{world(acc), cut, world(acc, old)} {
			m, f := delivered(s)
			require.Nil(t, m)
			_, ok := f.Hole("full_trail_delivered")
			require.True(t, ok)
		}
	})
}

func TestGlobalConfigurationRecorded(t *testing.T) {
	t.Parallel()
	acc := fact("Account", "aws.account", "acme", &evidence.Account{})
	recorder := func(id string, exists, recording, global *bool) evidence.Fact {
		return fact("ConfigurationRecorder", "aws.config.recorder", id, &evidence.ConfigurationRecorder{Exists: exists, Recording: recording, GlobalTypes: global})
	}
	is := func(s evidence.Snapshot) *bool {
		return derive.All(s)[0].Body.(*evidence.Account).GlobalConfigurationRecorded
	}
	yes, no := new(true), new(false)
	good := recorder("eu-west-1", yes, yes, yes)

	require.Equal(t, yes, is(world(acc, good, recorder("us-east-1", no, no, no))))
	require.Equal(t, yes, is(world(acc, good, recorder("us-east-1", nil, nil, nil))), "one is enough")
	require.Equal(t, no, is(world(acc, recorder("eu-west-1", yes, yes, no), recorder("us-east-1", yes, no, yes))))
	require.Nil(t, is(world(acc, recorder("eu-west-1", yes, yes, nil))))
	require.Nil(t, is(world(acc)))
	cut := world(acc, recorder("eu-west-1", no, no, no))
	cut.Feeds[1].Last.Holes = []evidence.Hole{{Type: "aws.config.recorder", Reason: evidence.Denied}}
	require.Nil(t, is(cut))
}
