package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Each scene of the demo shows in the judgement of what it is about, and what is
// mended is as it was.
func TestScenes(t *testing.T) {
	t.Parallel()
	at := map[time.Duration]report.Scan{}
	for _, since := range append([]time.Duration{0}, afterEach()...) {
		life, err := sample.Life(func() time.Duration { return since })
		require.NoError(t, err)
		c := newCompany(t)
		c.base = life
		at[since] = c.scan(since)
	}
	outcome := func(since time.Duration, check, name string) soc2.Outcome {
		for _, f := range at[since].Findings {
			if f.Check == check && f.Resource.Name == name {
				return f.Outcome
			}
		}
		return soc2.NotApplicable // nothing was judged
	}
	times := afterEach()
	for i, want := range []struct{ branch, marie, database soc2.Outcome }{
		{soc2.Pass, soc2.Pass, soc2.Fail},
		{soc2.Fail, soc2.Pass, soc2.Fail},
		{soc2.Fail, soc2.Fail, soc2.Fail},
		{soc2.Fail, soc2.Fail, soc2.NotApplicable},
		{soc2.Pass, soc2.Fail, soc2.NotApplicable},
	} {
		since := time.Duration(0)
		if i > 0 {
			since = times[i-1]
		}
		require.Equal(t, want.branch, outcome(since, "branch-has-a-rule", "acme-robotics/cloud-api:main"), "%s: branch", since)
		require.Equal(t, want.marie, outcome(since, "directory-user-has-strong-factor", "marie@acme-robotics.example"), "%s: marie", since)
		require.Equal(t, want.database, outcome(since, "database-is-encrypted", "reporting"), "%s: database", since)
	}
}

func afterEach() []time.Duration {
	var all []time.Duration
	for _, s := range sample.Scenes {
		all = append(all, s.After)
	}
	return all
}
