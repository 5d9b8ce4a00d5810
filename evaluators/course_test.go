package evaluators

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evaluators/blind"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// versions are the facts of the shipped cases, those of one resource together: a
// resource that goes from one to another is changed as the catalogue cares about.
func versions(t *testing.T) (all map[evidence.Key][]evidence.Fact, keys []evidence.Key, times []time.Time) {
	t.Helper()
	all = map[evidence.Key][]evidence.Fact{}
	for _, c := range shippedCases(t, soc2.Outcomes...) {
		times = append(times, c.Now)
		for _, f := range c.facts {
			b, err := f.Encode()
			require.NoError(t, err)
			f.Digest = evidence.Digest(b)
			key := f.Resource.Key()
			if !slices.ContainsFunc(all[key], func(o evidence.Fact) bool { return o.Digest == f.Digest }) {
				all[key] = append(all[key], f)
			}
		}
	}
	return all, slices.SortedFunc(maps.Keys(all), evidence.Key.Compare), times
}

// lifetime is what a view is made of, changed step by step.
type lifetime struct {
	at    time.Time
	facts map[evidence.Key]evidence.Fact
	feeds []evidence.FeedState
}

func (l lifetime) view() evidence.View {
	s := evidence.Snapshot{At: l.at, Feeds: slices.Clone(l.feeds)}
	for _, key := range slices.SortedFunc(maps.Keys(l.facts), evidence.Key.Compare) {
		s.Facts = append(s.Facts, l.facts[key])
	}
	return s.View()
}

// Whatever happens between two views, a course gives of the next what a stream
// does, to the last field.
func TestCourseIsAStream(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	engine, err := New(cat, nil)
	require.NoError(t, err)
	all, keys, times := versions(t)
	spared, everything := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		l := lifetime{at: rapid.SampledFrom(times).Draw(r, "begins"), facts: map[evidence.Key]evidence.Fact{}}
		planned := map[string]bool{}
		put := func(key evidence.Key) {
			f := rapid.SampledFrom(all[key]).Draw(r, "version")
			f.Seen = l.at.Add(-rapid.SampledFrom([]time.Duration{0, time.Hour, 30 * time.Hour}).Draw(r, "seen"))
			if rapid.IntRange(0, 4).Draw(r, "blind") == 0 {
				if fields := blind.Fields(f); len(fields) > 0 {
					g, err := blind.Without(f, rapid.SampledFrom(fields).Draw(r, "field"))
					require.NoError(t, err)
					b, err := g.Encode()
					require.NoError(t, err)
					g.Digest, f = evidence.Digest(b), g
				}
			}
			l.facts[key] = f
			place := f.Resource.Account + " " + f.Resource.Type
			if !planned[place] {
				planned[place] = true
				l.feeds = append(l.feeds, casePopulation{Type: f.Resource.Type, Kind: f.Resource.Kind, Account: f.Resource.Account}.feed(l.at))
			}
		}
		for range 60 {
			put(rapid.SampledFrom(keys).Draw(r, "key"))
		}
		course := engine.Course()
		for range 3 {
			view := l.view()
			want := map[evidence.Key][]soc2.Judged{}
			var order []evidence.Key
			require.NoError(t, engine.Stream(t.Context(), view, func(j *Judged) error {
				copied := soc2.Judged{Resource: j.Resource, Holes: j.Holes, Findings: slices.Clone(j.Findings)}
				want[j.Resource.Key()] = append(want[j.Resource.Key()], copied)
				order = append(order, j.Resource.Key())
				return nil
			}))
			judged, err := course.Stream(t.Context(), view, func(j *soc2.Judged) error {
				require.NotEmpty(t, order)
				require.Equal(t, order[0], j.Resource.Key())
				order = order[1:]
				require.Len(t, j.Findings, len(want[j.Resource.Key()][0].Findings), fmt.Sprint(j.Resource))
				for i, f := range want[j.Resource.Key()][0].Findings {
					require.Equal(t, f, j.Findings[i])
				}
				require.Equal(t, want[j.Resource.Key()][0].Holes, j.Holes)
				want[j.Resource.Key()] = want[j.Resource.Key()][1:]
				for i := range j.Findings {
					j.Findings[i].ExcludedBy = "a mark of whoever is given it"
				}
				return nil
			})
			require.NoError(t, err)
			require.Empty(t, order)
			spared, everything = spared+len(l.facts)-judged, everything+len(l.facts)

			// What happens until the next.
			l.at = l.at.Add(rapid.SampledFrom([]time.Duration{time.Hour, time.Microsecond, 13 * time.Hour, 10 * 24 * time.Hour, 40 * 24 * time.Hour, -time.Hour}).Draw(r, "clock"))
			for range rapid.IntRange(0, 2).Draw(r, "changes") {
				if rapid.Bool().Draw(r, "goes") {
					delete(l.facts, rapid.SampledFrom(slices.SortedFunc(maps.Keys(l.facts), evidence.Key.Compare)).Draw(r, "gone"))
				} else {
					put(rapid.SampledFrom(keys).Draw(r, "changed"))
				}
			}
			l.feeds = slices.Clone(l.feeds)
			faults := rapid.IntRange(0, 2).Draw(r, "faults") == 0
			confirmed := rapid.IntRange(0, 3).Draw(r, "looked again") > 0
			for i := range l.feeds {
				f := &l.feeds[i]
				typ := f.Populations[0].Type
				chance := -1
				if faults {
					chance = rapid.IntRange(0, 30).Draw(r, "feed")
				}
				switch {
				case chance == 0:
					f.Last = &evidence.Pull{StartedAt: l.at, Holes: []evidence.Hole{{Type: typ, Reason: rapid.SampledFrom(evidence.Reasons).Draw(r, "reason")}}}
				case chance == 1:
					f.Last, f.Complete = nil, nil
				case confirmed:
					f.Last, f.Complete = &evidence.Pull{StartedAt: l.at}, map[string]time.Time{typ: l.at}
					for key, fact := range l.facts {
						if fact.Resource.Type == typ && fact.Resource.Account == f.ID.Scope.Account {
							fact.Seen = l.at
							l.facts[key] = fact
						}
					}
				}
			}
		}
	})
	require.Greater(t, spared, everything/20, "a course that judges everything again shows nothing")
	t.Logf("%d of %d facts were spared", spared, everything)
}

// What is derived from other facts is judged again when one of those is changed, is
// seen no more, or has gone.
func TestCourseLooksBesideTheFact(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	engine, err := New(cat, nil)
	require.NoError(t, err)
	tried := 0
	for _, c := range shippedCases(t, soc2.Pass, soc2.Fail) {
		if r := c.facts[0].Resource; len(c.facts) < 2 || !derive.Applies(r.Kind, r.Type) {
			continue
		}
		full := c.world()
		for i := range full.Facts {
			b, err := full.Facts[i].Encode()
			require.NoError(t, err)
			full.Facts[i].Digest = evidence.Digest(b)
		}
		var next []evidence.Snapshot
		for i := range full.Feeds {
			next = append(next, without(full, i, nil))
		}
		for i := 1; i < len(full.Facts); i++ {
			gone, stale := full, full
			gone.Facts = slices.Delete(slices.Clone(full.Facts), i, i+1)
			stale.Facts = slices.Clone(full.Facts)
			stale.Facts[i].Seen = c.Now.Add(-2 * caseMaxAge)
			next = append(next, gone, stale)
		}
		for _, snap := range next {
			tried++
			course := engine.Course()
			_, err := course.Stream(t.Context(), full.View(), func(*soc2.Judged) error { return nil })
			require.NoError(t, err)
			var want, got []soc2.Finding
			require.NoError(t, engine.Stream(t.Context(), snap.View(), func(j *Judged) error {
				want = append(want, j.Findings...)
				return nil
			}))
			_, err = course.Stream(t.Context(), snap.View(), func(j *soc2.Judged) error {
				got = append(got, j.Findings...)
				return nil
			})
			require.NoError(t, err)
			require.Len(t, got, len(want), c.Name)
			for i := range want { // one at a time: all of them would fill the screen
				require.Equal(t, want[i], got[i], c.Name)
			}
		}
	}
	require.Greater(t, tried, 500)
}
