package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Whatever is pruned or erased of a history, nobody disappears from a population,
// nothing becomes more certain than it was, and what is missing is said.
func TestWhatIsMissingNarrowsNoPopulation(t *testing.T) {
	t.Parallel()
	const detail = `what was known of it was erased on 2026-04-04 by the rule "erased, record e7.0" (commit 7)`
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"users", "admin-grants", "leavers"}).Draw(rt, "population")
		kind, err := soc2.PopulationOf(name)
		require.NoError(rt, err)
		l := soc2.ListHistory{
			Source: "s", Feed: evidence.FeedID{Collector: "c", Scope: evidence.Scope{Provider: "aws", Account: "1"}},
			Of: evidence.Population{Kind: kind.Kind, Type: "aws.thing"}, PlannedAt: dawn,
		}
		looks := rapid.IntRange(1, 6).Draw(rt, "looks")
		for n := range looks {
			start := at(10 * (n + 1))
			l.Looks = append(l.Looks, soc2.ListLook{Seq: int64(n + 1), Pull: "p", StartedAt: start, FinishedAt: start.Add(time.Minute), Complete: true})
		}
		hour := rapid.IntRange(0, 80)
		for _, id := range []string{"ada", "bob", "eve"} {
			key := evidence.Key{Provider: "aws", Account: "1", Kind: kind.Kind, ID: id}
			there := false
			for n := range looks {
				v := soc2.Version{Seq: int64(n + 1), Key: key, Fact: evidence.Fact{Digest: id, Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: kind.Kind, Type: "aws.thing", ID: id}}}
				switch rapid.IntRange(0, 3).Draw(rt, "what") {
				case 0:
					if !there {
						continue
					}
					v.Gone, v.Fact, there = true, evidence.Fact{}, false
				case 1:
					continue
				default:
					there = true
					if name == "leavers" {
						v.Fact.Body = &evidence.Employment{EndsAt: &evidence.Moment{At: at(hour.Draw(rt, "ends"))}}
					} else {
						admin := rapid.Bool().Draw(rt, "admin")
						v.Fact.Body = &evidence.User{Admin: &admin}
					}
				}
				l.Versions = append(l.Versions, v)
			}
		}
		from := at(hour.Draw(rt, "from"))
		query := soc2.PopulationQuery{Of: kind, From: from, To: from.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "for")) * time.Hour)}
		whole := soc2.PopulationFrom(soc2.History{KnownAt: at(200), Lists: []soc2.ListHistory{l}}, query)
		missing := false
		for i := range l.Versions {
			v := &l.Versions[i]
			if v.Gone || !rapid.Bool().Draw(rt, "erased") {
				continue
			}
			v.Fact.Body, v.Missing = nil, &evidence.Hole{Reason: evidence.Erased, Detail: detail}
			missing = true
		}
		left := soc2.PopulationFrom(soc2.History{KnownAt: at(200), Lists: []soc2.ListHistory{l}}, query)
		was := map[string]soc2.PopulationItem{}
		for _, item := range whole.Items {
			was[item.Key] = item
		}
		now := map[string]soc2.PopulationItem{}
		for _, item := range left.Items {
			now[item.Key] = item
			if before, known := was[item.Key]; item.Certain {
				require.True(rt, known && before.Certain, "%s is certain, and was not: %+v", item.Key, item)
			} else if !known || before.Certain {
				require.Contains(rt, item.Why, detail)
			}
		}
		for key := range was {
			require.Contains(rt, now, key, "nobody disappears")
		}
		if !missing {
			require.Equal(rt, whole, left)
		}
		for _, h := range left.Lists[0].Holes {
			if h.Reason == evidence.Erased {
				require.Contains(rt, h.Detail, "of its resources: "+detail)
				require.False(rt, left.Complete)
			}
		}
	})
}

// An erased employee may have left in the period: possible, with the reason.
func TestAnErasedLeaver(t *testing.T) {
	t.Parallel()
	kind, err := soc2.PopulationOf("leavers")
	require.NoError(t, err)
	key := evidence.Key{Provider: "hr", Account: "acme", Kind: "Employment", ID: "e-1"}
	l := soc2.ListHistory{
		Of: evidence.Population{Kind: "Employment", Type: "hr.employment"}, PlannedAt: dawn,
		Looks: []soc2.ListLook{{Seq: 1, Pull: "p1", StartedAt: at(1), FinishedAt: at(1), Complete: true}, {Seq: 2, Pull: "p2", StartedAt: at(50), FinishedAt: at(50), Complete: true}},
		Versions: []soc2.Version{
			{Seq: 1, Key: key, Fact: evidence.Fact{Digest: "d", Resource: evidence.Resource{Kind: "Employment", ID: "e-1"}}, Missing: &evidence.Hole{Reason: evidence.Erased, Detail: "it was erased"}},
			{Seq: 2, Key: key, Gone: true},
		},
	}
	p := soc2.PopulationFrom(soc2.History{KnownAt: at(200), Lists: []soc2.ListHistory{l}}, soc2.PopulationQuery{Of: kind, From: at(10), To: at(100)})
	require.Len(t, p.Items, 1)
	require.False(t, p.Items[0].Certain)
	require.Equal(t, "when, or whether, is not known any more: it was erased", p.Items[0].Why)
	require.Equal(t, "it was erased", p.Items[0].Missing)
	require.Equal(t, "d", p.Items[0].Fact)
	require.False(t, p.Complete)
	require.Equal(t, evidence.Erased, p.Lists[0].Holes[0].Reason)
	require.Equal(t, at(10), p.Lists[0].Holes[0].From)
	require.Equal(t, at(50), p.Lists[0].Holes[0].To)
}
