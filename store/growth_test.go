package store

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// allowance is what looking at and judging 10,000 unchanged resources again may add.
const allowance = 64 << 10

// sizeOf is the size of the file with everything folded in. SQLite grows it by
// whole pages only, so this is exact to 4 KiB and the same on every machine.
func sizeOf(tb testing.TB, s *Store) int64 {
	tb.Helper()
	_, err := s.writer.ExecContext(tb.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	require.NoError(tb, err)
	size, err := s.SizeBytes()
	require.NoError(tb, err)
	return size
}

// estate commits the resources, judges some checks on each and gives the
// functions that look and judge again.
func estate(tb testing.TB, resources, checks int) (s *Store, look, judgeAll func()) {
	tb.Helper()
	ctx := tb.Context()
	s, clock := setup(tb)
	require.NoError(tb, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	facts := numbered("arn:aws:iam::111122223333:user/", resources, true)
	look = func() {
		require.NoError(tb, s.CommitPlan(ctx, plan(clock.Add(time.Hour), planned(usersFeed, userPopulation))))
		require.NoError(tb, s.CommitPull(ctx, pullOf(clock.Now(), usersFeed, userPopulation), facts))
	}
	judgeAll = func() {
		snap := snapshot(tb, s, clock.Add(time.Minute))
		a := assessment(clock.Now())
		a.Findings = nil
		for _, f := range snap.Facts {
			for check := range checks {
				a.Findings = append(a.Findings, soc2.Finding{
					Control: "users-have-mfa", Check: "check-" + strconv.Itoa(check), Outcome: soc2.Pass,
					Severity: soc2.High, Resource: f.Resource, Inputs: f.Digest,
				})
			}
		}
		a.Feeds = snap.Feeds
		assess(tb, s, a, Record{Kind: "catalogue", Digest: evidence.Digest([]byte("c")), Bytes: []byte("c")})
	}
	look()
	judgeAll()
	return s, look, judgeAll
}

func TestGrowth(t *testing.T) {
	t.Parallel()
	s, look, judgeAll := estate(t, 10_000, 1)
	before := sizeOf(t, s)

	t.Run("10,000 unchanged resources judged again add less than 64 KiB", func(t *testing.T) {
		judgeAll()
		require.Less(t, sizeOf(t, s)-before, int64(allowance))
		require.EqualValues(t, 10_000, number(t, s, "SELECT COUNT(*) FROM finding_state"))
	})

	t.Run("so does looking at them again", func(t *testing.T) {
		look()
		require.Less(t, sizeOf(t, s)-before, int64(allowance))
		require.EqualValues(t, 10_000, number(t, s, "SELECT COUNT(*) FROM fact_change"))
	})
}
