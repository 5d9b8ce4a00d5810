package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// An assessment gives its findings again as they were, whatever was pulled and
// assessed since, and they are those that its counters and its gaps speak of.
func TestFindingsAreGivenAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newCompany(t)
	c.scan(0)
	now := sample.Day.Add(time.Hour)
	s, err := store.Open(ctx, c.dsn, store.Options{Clock: func() time.Time { return now }, Ephemeral: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	assess := func() soc2.Assessment {
		j := sampleJudge.judge
		a, err := (&daemon.Assessor{
			History: s, Engine: j.engine, Catalogue: j.catalogue, Categories: []string{"Security"}, Sources: sourcesOf(t, c), Clock: func() time.Time { return now },
		}).Assess(ctx)
		require.NoError(t, err)
		return a
	}
	every := func(a soc2.Assessment) (all []soc2.Finding) {
		require.NoError(t, a.Every(func(f soc2.Finding) error {
			all = append(all, f)
			return nil
		}))
		soc2.SortFindings(all)
		return all
	}
	first := assess()
	before := every(first)
	outcomes, notPassing := map[soc2.Outcome]int{}, []soc2.Finding(nil)
	for _, f := range before {
		outcomes[f.Outcome]++
		if f.Outcome == soc2.Fail || f.Outcome == soc2.Unobserved {
			notPassing = append(notPassing, f)
		}
	}
	require.Equal(t, first.Outcomes, outcomes)
	require.Equal(t, first.Findings, notPassing)
	require.Equal(t, sample.Day, before[0].FirstSeen.UTC(), "remembered from the scan before")

	for _, f := range first.Feeds { // everything has gone, at the same time by the clock
		pull := *f.Last
		pull.ID, pull.StartedAt, pull.FinishedAt, pull.Holes = "", now, now, nil
		require.NoError(t, s.CommitPull(ctx, pull, []evidence.Fact{}))
	}
	second := assess()
	require.NotEqual(t, first.Outcomes, second.Outcomes)
	require.Equal(t, before, every(first))
}
