package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/store"
)

// BenchmarkReplay replays three days of 10,000 resources of the sample company's
// kinds in two accounts of each provider: pulled every six hours, as by default,
// assessed every hour, one resource in a hundred changed a day, of every kind. Year
// is how long 8,760 such assessments would take.
func BenchmarkReplay(b *testing.B) {
	const accounts, days, resources = 2, 3, 10_000
	c := largeCompany(b, 1, accounts, resources)
	c.mend(b)
	c.store = filepath.Join(b.TempDir(), "year.db")
	ctx := b.Context()
	s, err := store.Open(ctx, "sqlite:"+c.store, store.Options{Clock: func() time.Time { return c.now }, Ephemeral: true})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	pulled := 0
	for hour := range days * 24 {
		c.now = sample.Day.Add(time.Duration(hour) * time.Hour)
		if hour%6 == 0 {
			c.resources = 0
			plan := evidence.Plan{Source: copiesSource, Provider: "aws", At: c.now, Principal: "benchmark"}
			for n := range accounts {
				for _, f := range c.seen.Feeds {
					f.ID.Scope.Account = elsewhere(f.ID.Scope.Account, n)
					plan.Feeds = append(plan.Feeds, evidence.PlannedFeed{ID: f.ID, Populations: f.Populations})
				}
			}
			require.NoError(b, s.CommitPlan(ctx, plan))
			for n := range accounts {
				for _, f := range c.seen.Feeds {
					pull := *f.Last
					pull.Source, pull.ID, pull.StartedAt, pull.FinishedAt = copiesSource, "", c.now, c.now
					pull.Scope.Account = elsewhere(f.ID.Scope.Account, n)
					facts := c.brought(pull, f.ID.Scope.Account)
					for i := range facts {
						if (c.resources+i)%400 < pulled { // a quarter of a percent more at every pull
							facts[i].Resource.Name += "'"
						}
					}
					c.resources += len(facts)
					require.NoError(b, s.CommitPull(ctx, pull, facts))
				}
			}
			pulled++
		}
		c.assess(b, s)
	}
	shipped, err := catalogue.Load()
	require.NoError(b, err)
	for b.Loop() {
		began, before := time.Now(), processor(b)
		r := &daemon.Replayer{Store: s, Shipped: shipped, Version: "benchmark", Clock: func() time.Time { return c.now }}
		out, err := r.Replay(ctx, sample.Day, c.now)
		require.NoError(b, err)
		require.Empty(b, out.Differences)
		require.Equal(b, days*24, out.Reproduced)
		per := (processor(b) - before).Seconds() / float64(out.Reproduced)
		b.ReportMetric(time.Since(began).Seconds(), "wall_s")
		b.ReportMetric(per*1000, "cpu_ms/assessment")
		b.ReportMetric(per*8760/60, "year_cpu_min")
		b.ReportMetric(float64(out.Rejudged)*100/float64(out.Resources), "judged_%")
		b.ReportMetric(float64(c.resources), "resources")
		b.ReportMetric(float64(out.Verdicts)/float64(out.Reproduced), "verdicts/assessment")
	}
}
