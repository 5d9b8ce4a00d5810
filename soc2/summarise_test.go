package soc2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var catalogue = soc2.Catalogue{
	Criteria: []soc2.Criterion{
		{ID: "CC6.1", Category: "Security", Residual: "Judge design."},
		{ID: "CC9.9", Category: "Security", Residual: "Judge it all."},
		{ID: "A1.2", Category: "Availability", Residual: "Judge capacity."},
	},
	Controls: []soc2.Control{{
		ID: "mfa", Likelihood: 4, Impact: 4, Checks: []soc2.Check{{ID: "console", Kind: "User"}},
		Criteria: []soc2.Mapping{{ID: "CC6.1", Strength: soc2.Direct, Residual: "Look at service accounts."}, {ID: "A1.2"}},
	}},
}

func summarise(fs ...soc2.Finding) *soc2.Assessment {
	a := &soc2.Assessment{Findings: fs}
	soc2.Summarise(a, catalogue, evidence.Snapshot{At: monday}, []string{"Security"})
	return a
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	excluded := finding(soc2.Fail, "1")
	excluded.ExcludedBy = "EX-1"
	accepted := finding(soc2.Fail, "1")
	accepted.Acceptance = &soc2.Acceptance{ID: "RA-1"}

	t.Run("states roll up from findings to controls to criteria", func(t *testing.T) {
		t.Parallel()
		a := summarise(finding(soc2.Pass, "1"), onScope())
		require.Equal(t, soc2.Unobserved, a.Controls[0].State)
		require.Equal(t, soc2.EvidenceIncomplete, a.Criteria[0].State)
		require.Equal(t, "Judge design. Look at service accounts.", a.Criteria[0].Residual)
		require.True(t, a.Incomplete())
		require.False(t, a.GapAt(soc2.Low))
	})
	t.Run("a criterion without a control is incomplete and says so", func(t *testing.T) {
		t.Parallel()
		a := summarise(finding(soc2.Pass, "1"))
		require.Equal(t, soc2.NoGapSeen, a.Criteria[0].State)
		require.Equal(t, soc2.EvidenceIncomplete, a.Criteria[1].State)
		require.Contains(t, a.Criteria[1].Residual, "No control")
	})
	t.Run("a category out of scope has no state of its own", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, soc2.OutOfScope, summarise(finding(soc2.Fail, "1")).Criteria[2].State)
	})
	t.Run("an excluded finding is counted as excluded and cannot make a control hold", func(t *testing.T) {
		t.Parallel()
		a := summarise(excluded)
		require.Equal(t, 1, a.Controls[0].Excluded)
		require.Equal(t, soc2.Unobserved, a.Controls[0].State)
		require.True(t, a.Incomplete())
		require.Zero(t, a.Outcomes[soc2.Fail])
	})
	t.Run("nor can it where the rest of the control is not applicable", func(t *testing.T) {
		t.Parallel()
		a := summarise(excluded, finding(soc2.NotApplicable, "2"))
		require.Equal(t, soc2.Unobserved, a.Controls[0].State, "there is something of the kind")
		unrelated := finding(soc2.NotApplicable, "1")
		unrelated.ExcludedBy = "EX-1"
		require.Equal(t, soc2.NotApplicable, summarise(unrelated, finding(soc2.NotApplicable, "2")).Controls[0].State)
	})
	t.Run("an accepted fail stays a fail and does not count as a gap to act on", func(t *testing.T) {
		t.Parallel()
		a := summarise(accepted)
		require.Equal(t, soc2.Fail, a.Controls[0].State)
		require.Equal(t, soc2.GapSeen, a.Criteria[0].State)
		require.Equal(t, 1, a.Controls[0].Accepted)
		require.False(t, a.GapAt(soc2.Low))
	})
	t.Run("the threshold is a floor", func(t *testing.T) {
		t.Parallel()
		a := summarise(finding(soc2.Fail, "1"))
		require.True(t, a.GapAt(soc2.High))
		require.False(t, a.GapAt(soc2.Critical))
	})
}

func TestSummariseHoles(t *testing.T) {
	t.Parallel()
	denied := evidence.Hole{Field: "mfa", Reason: evidence.Denied, Operation: "iam:ListMFADevices"}
	unread := finding(soc2.Unobserved, "1")
	derived := evidence.Hole{Field: "derived", Reason: evidence.Denied, Operation: denied.Operation}
	unread.Holes = []evidence.Hole{denied, derived, {Field: "status", Reason: evidence.NotCollected}}
	feed := assessment(0).Feeds[0]
	a := &soc2.Assessment{Findings: []soc2.Finding{unread}}
	soc2.Summarise(a, catalogue, evidence.Snapshot{
		At: monday, Feeds: []evidence.FeedState{feed},
		Facts: []evidence.Fact{{Resource: ada, Holes: []evidence.Hole{denied}}},
	}, []string{"Security"})
	require.Len(t, a.Holes, 3, "the feed that was never pulled, the denied field once and not again for what derives from it, the field nobody collects")
	require.Equal(t, evidence.NotCollected, a.Holes[0].Hole.Reason)
	require.Empty(t, a.Holes[0].Resource)
	require.Equal(t, "ada", a.Holes[1].Resource)
	require.Equal(t, "aws_iam_users", a.Holes[1].Collector)
	require.Equal(t, "status", a.Holes[2].Hole.Field)
}
