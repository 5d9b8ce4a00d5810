package evaluators

import (
	"context"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/blind"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// sightless runs a case again with less to see: each collected field of each
// fact not observed, all of them, each fact stale, each population not seen to
// its end, and each fact beside the judged one missing from such a population.
// Seeing less may make a verdict unobserved; it never makes another of it.
func (c testCase) sightless(ctx context.Context, engine *Engine, full soc2.Outcome) ([]string, error) {
	var wrong []string
	variants, err := c.variants()
	if err != nil {
		return nil, err
	}
	for _, v := range variants {
		got, err := c.judged(ctx, engine, v.snap)
		if err != nil {
			return nil, fmt.Errorf("with %s: %w", v.lost, err)
		}
		if got.outcome != full && got.outcome != soc2.Unobserved {
			wrong = append(wrong, fmt.Sprintf("with %s it turns from %s into %s: what is not seen must make it unobserved", v.lost, full, got.outcome))
		}
	}
	return wrong, nil
}

// variant is a case with something lost.
type variant struct {
	lost string
	snap evidence.Snapshot
}

func (c testCase) variants() ([]variant, error) {
	full := c.world()
	var all []variant
	var failed error
	with := func(lost string, i int, f evidence.Fact, err error) {
		if err != nil {
			failed = err
			return
		}
		snap := full
		snap.Facts = slices.Clone(full.Facts)
		snap.Facts[i] = f
		all = append(all, variant{lost, snap})
	}
	everything := full
	everything.Facts = slices.Clone(full.Facts)
	for i, f := range full.Facts {
		for _, path := range blind.Fields(f) {
			g, err := blind.Without(f, path)
			with(fmt.Sprintf("%s of %s not observed", path, f.Resource.ID), i, g, err)
		}
		nothing, err := blind.WithoutAll(f)
		with(fmt.Sprintf("no field of %s observed", f.Resource.ID), i, nothing, err)
		everything.Facts[i] = nothing
		f.Seen = c.Now.Add(-2 * caseMaxAge)
		with(f.Resource.ID+" stale", i, f, nil)
	}
	all = append(all, variant{"no field of any fact observed", everything})
	for i, feed := range full.Feeds {
		all = append(all, variant{feed.Populations[0].Type + " not seen to its end", without(full, i, nil)})
	}
	for i, f := range full.Facts[min(1, len(full.Facts)):] {
		feed := slices.IndexFunc(full.Feeds, func(s evidence.FeedState) bool {
			return s.Populations[0].Type == f.Resource.Type && s.ID.Scope.Account == f.Resource.Account
		})
		lost := i + 1
		all = append(all, variant{f.Resource.ID + " missing from a list not seen to its end", without(full, feed, &lost)})
	}
	return all, failed
}

// without loses one population's end, and perhaps one fact.
func without(full evidence.Snapshot, feed int, fact *int) evidence.Snapshot {
	snap := full
	snap.Feeds = slices.Clone(full.Feeds)
	last := *snap.Feeds[feed].Last
	last.Holes = []evidence.Hole{{Type: snap.Feeds[feed].Populations[0].Type, Reason: evidence.Truncated}}
	snap.Feeds[feed].Last = &last
	if fact != nil {
		snap.Facts = slices.Delete(slices.Clone(full.Facts), *fact, *fact+1)
	}
	return snap
}
