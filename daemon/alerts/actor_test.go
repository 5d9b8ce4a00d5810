package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestWhoDidIt(t *testing.T) {
	t.Parallel()
	ada := alert.ChangedBy{Who: "ada", Operation: "s3:PutBucketPolicy", At: noon, Source: "CloudTrail"}
	setup := func(t *testing.T) *company {
		t.Helper()
		c := newCompany(t, everything("ops"), bucket("private", "1", "b", soc2.Pass))
		require.Len(t, c.send(), 1, "what is there")
		c.set(bucket("private", "1", "b", soc2.Fail))
		return c
	}
	t.Run("known at once", func(t *testing.T) {
		t.Parallel()
		c := setup(t)
		c.changedBy = func(a *alert.Alert, seq int64) alert.ChangedBy {
			require.Equal(t, "b", a.Resource.ID)
			require.Equal(t, c.seq, seq)
			return ada
		}
		c.assess()
		require.Equal(t, ada, c.send()[0].Alerts[0].ChangedBy)
		c.changedBy = func(*alert.Alert, int64) alert.ChangedBy { t.Fatal("it is known already"); return ada }
		c.assess()
		require.Empty(t, c.send())
	})
	t.Run("known before anybody was told: the notice is made anew", func(t *testing.T) {
		t.Parallel()
		c := setup(t)
		c.changedBy = func(*alert.Alert, int64) alert.ChangedBy { return alert.ChangedBy{} }
		c.assess()
		c.changedBy = func(*alert.Alert, int64) alert.ChangedBy { return ada }
		c.assess()
		sent := c.send()
		require.Len(t, sent, 1)
		require.Equal(t, ada, sent[0].Alerts[0].ChangedBy)
	})
	t.Run("known after: nobody is told twice, and the end says it", func(t *testing.T) {
		t.Parallel()
		c := setup(t)
		c.changedBy = func(*alert.Alert, int64) alert.ChangedBy { return alert.ChangedBy{} }
		c.assess()
		require.Zero(t, c.send()[0].Alerts[0].ChangedBy)
		c.changedBy = func(*alert.Alert, int64) alert.ChangedBy { return ada }
		c.assess()
		require.Empty(t, c.send())
		c.set(bucket("private", "1", "b", soc2.Pass))
		c.assess()
		sent := c.send()
		require.Len(t, sent, 1)
		require.Equal(t, alert.Resolved, sent[0].Status)
		require.Equal(t, ada, sent[0].Alerts[0].ChangedBy)
	})
	t.Run("not asked for what the catalogue did, for what is out of sight, nor a day later", func(t *testing.T) {
		t.Parallel()
		c := newCompany(t, everything("ops"), bucket("private", "1", "b", soc2.Pass), bucket("private", "1", "unseen", soc2.Pass), bucket("private", "1", "late", soc2.Pass))
		asked := map[string]int{}
		c.changedBy = func(a *alert.Alert, _ int64) alert.ChangedBy { asked[a.Resource.ID]++; return alert.ChangedBy{} }
		c.set(bucket("private", "1", "unseen", soc2.Unobserved), bucket("private", "1", "late", soc2.Fail))
		c.assess()
		c.now = c.now.Add(25 * time.Hour)
		c.judge = "another"
		judged := bucket("private", "1", "b", soc2.Fail)
		judged.Inputs = "b" + soc2.Pass.String()
		c.set(judged)
		c.assess()
		require.Equal(t, map[string]int{"late": 1}, asked)
	})
}
