package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Snapshot gives everything known at a time about what the given sources are
// planned to deliver. sources holds, by name, how old a pull may be.
//
// Only feeds of each source's newest plan are in it; a source that was never
// planned has none, so plans are committed even when discovery fails. A feed that
// two sources plan is there once, under the first name and the stricter age. Of a
// resource that several feeds see, the view that was confirmed last counts.
// Which commits count at a time is described at commitAt.
func (s *Store) Snapshot(ctx context.Context, at time.Time, sources map[string]time.Duration) (evidence.Snapshot, error) {
	snap := evidence.Snapshot{At: at}
	err := s.read(ctx, "read snapshot", func(tx session) error {
		upTo, err := s.commitAt(ctx, tx, at)
		if err != nil {
			return err
		}
		snap.Feeds, err = plannedFeeds(ctx, tx, sources, upTo)
		if err != nil {
			return err
		}
		reader, err := newFactReader(ctx, tx, upTo)
		if err != nil {
			return err
		}
		for i := range snap.Feeds {
			sights, err := fillState(ctx, tx, &snap.Feeds[i], upTo)
			if err != nil {
				return err
			}
			for _, sight := range sights {
				if err := reader.read(ctx, sight); err != nil {
					return err
				}
			}
		}
		snap.Facts = reader.facts
		return nil
	})
	if err != nil {
		return evidence.Snapshot{}, err
	}
	return snap, nil
}

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
