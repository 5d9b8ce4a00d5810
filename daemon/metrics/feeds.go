package metrics

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
)

func (p *projector) clocks(states []evidence.FeedState) {
	for provider, offset := range report.ClockOffsets(states) {
		p.add(clockOffset, offset.Seconds(), provider)
	}
}

func (p *projector) feeds(states []evidence.FeedState, at time.Time) {
	type place struct{ provider, account, collector string }
	type reader struct{ provider, collector string } // in all accounts: for each it would be 4,000 series more at 50
	all, over, longest := map[place]*report.Coverage{}, map[reader]int{}, map[reader]time.Duration{}
	for _, s := range states {
		k := place{s.ID.Scope.Provider, s.ID.Scope.Account, s.ID.Collector}
		if all[k] == nil {
			all[k] = &report.Coverage{}
		}
		all[k].Add(s, at)
		r := reader{k.provider, k.collector}
		longest[r] = max(longest[r], all[k].Longest)
		if s.Last != nil && s.Last.Answers != nil && s.Last.Answers.OverBudget {
			over[r]++
		}
	}
	for k, f := range all {
		p.add(feedsPlanned, float64(f.Planned), k.provider, k.account, k.collector)
		p.add(feedsComplete, float64(f.Complete), k.provider, k.account, k.collector)
		success := seconds(f.Oldest)
		if f.Never {
			success = 0
		}
		p.add(pullSuccess, success, k.provider, k.account, k.collector)
	}
	for r, took := range longest {
		p.add(pullDuration, took.Seconds(), r.provider, r.collector)
		p.add(answersOverBudget, float64(over[r]), r.provider, r.collector)
	}
}
