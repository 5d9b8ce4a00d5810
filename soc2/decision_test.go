package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	bucket := evidence.Resource{Provider: "aws", Account: "1", Kind: "Datastore", Type: "aws.s3.bucket", ID: "arn:aws:s3:::site", Name: "site"}
	failing := soc2.Finding{Control: "datastores-are-not-public", Check: "public", Outcome: soc2.Fail, Resource: bucket}
	passing := failing
	passing.Outcome = soc2.Pass
	unseen := failing
	unseen.Outcome, unseen.Resource = soc2.Unobserved, evidence.Scope{Provider: "aws", Account: "1"}.Resource("aws.s3.bucket")
	accept := soc2.Decision{ID: "RA-1", Kind: soc2.Accept, Control: failing.Control, Select: soc2.Selector{Name: "si*"}, Approver: "grace", Expires: now.Add(time.Hour)}

	t.Run("an acceptance marks the fail and leaves it a fail", func(t *testing.T) {
		t.Parallel()
		fs := []soc2.Finding{failing}
		soc2.Decide(fs, []soc2.Decision{accept}, now)
		require.Equal(t, soc2.Fail, fs[0].Outcome)
		require.Equal(t, "RA-1", fs[0].Acceptance.ID)
	})
	t.Run("an expired acceptance does nothing, from the very second", func(t *testing.T) {
		t.Parallel()
		fs := []soc2.Finding{failing}
		soc2.Decide(fs, []soc2.Decision{accept}, accept.Expires)
		require.Nil(t, fs[0].Acceptance)
	})
	t.Run("one that nobody approved does nothing, however his name is written", func(t *testing.T) {
		t.Parallel()
		for _, nobody := range []string{"", " ", "\u200b"} {
			alone := accept
			alone.Approver = nobody
			fs := []soc2.Finding{failing}
			soc2.Decide(fs, []soc2.Decision{alone}, now)
			require.Nil(t, fs[0].Acceptance, "%q", nobody)
		}
	})
	t.Run("what passes or was not seen cannot be accepted", func(t *testing.T) {
		t.Parallel()
		all := accept
		all.Select = soc2.Selector{}
		fs := []soc2.Finding{passing, unseen}
		soc2.Decide(fs, []soc2.Decision{all}, now)
		require.Nil(t, fs[0].Acceptance)
		require.Nil(t, fs[1].Acceptance)
	})
	t.Run("a scope that was not seen cannot be excluded", func(t *testing.T) {
		t.Parallel()
		exclude := accept
		exclude.Kind, exclude.Select = soc2.Exclude, soc2.Selector{}
		fs := []soc2.Finding{failing, unseen}
		soc2.Decide(fs, []soc2.Decision{exclude}, now)
		require.Equal(t, "RA-1", fs[0].ExcludedBy)
		require.Empty(t, fs[1].ExcludedBy)
	})
	t.Run("another control, account or name is left alone", func(t *testing.T) {
		t.Parallel()
		for _, other := range []soc2.Decision{
			{Kind: soc2.Accept, Approver: "grace", Control: "other", Expires: now.Add(1)},
			{Kind: soc2.Accept, Approver: "grace", Control: failing.Control, Select: soc2.Selector{Account: "2"}, Expires: now.Add(1)},
			{Kind: soc2.Accept, Approver: "grace", Control: failing.Control, Select: soc2.Selector{Name: "sites"}, Expires: now.Add(1)},
		} {
			fs := []soc2.Finding{failing}
			soc2.Decide(fs, []soc2.Decision{other}, now)
			require.Nil(t, fs[0].Acceptance)
		}
	})
}
