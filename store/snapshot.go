package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// plannedFeeds are the feeds of the sources' newest plans, without what they delivered.
func plannedFeeds(ctx context.Context, tx session, sources map[string]time.Duration, upTo int64) ([]evidence.FeedState, error) {
	var feeds []evidence.FeedState
	at := map[evidence.FeedID]int{}
	for _, source := range sortedNames(sources) {
		plan, err := planAt(ctx, tx, source, upTo)
		if err != nil {
			return nil, err
		}
		for _, f := range plan.Feeds {
			i, twice := at[f.ID]
			if !twice {
				at[f.ID] = len(feeds)
				feeds = append(feeds, evidence.FeedState{
					Source: source, ID: f.ID, Populations: slices.Clone(f.Populations), MaxAge: sources[source],
				})
				continue
			}
			feeds[i].MaxAge = stricter(feeds[i].MaxAge, sources[source])
			for _, p := range f.Populations {
				if !slices.Contains(feeds[i].Populations, p) {
					feeds[i].Populations = append(feeds[i].Populations, p)
				}
			}
		}
	}
	slices.SortFunc(feeds, func(a, b evidence.FeedState) int {
		x, y := a.ID.Scope, b.ID.Scope
		return cmp.Or(
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID.Collector, b.ID.Collector),
			cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.Account, y.Account),
			cmp.Compare(x.Region, y.Region), cmp.Compare(x.Shard, y.Shard),
		)
	})
	return feeds, nil
}

func sortedNames(sources map[string]time.Duration) []string {
	names := make([]string, 0, len(sources))
	for name := range sources {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// stricter is the smaller age; an age of zero is no limit.
func stricter(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
