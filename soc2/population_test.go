package soc2_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var dawn = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// at is an hour of 2026.
func at(hour int) time.Time { return dawn.Add(time.Duration(hour) * time.Hour) }

// estate is the truth about users, and a list that looked at it every few hours.
type estate struct {
	list soc2.ListHistory
	has  map[string]string // by id, the digest that was stored last
	seq  int64
}

func newEstate() *estate {
	return &estate{has: map[string]string{}, list: soc2.ListHistory{
		Source: "acme", Of: evidence.Population{Kind: "User", Type: "aws.iam.user"},
		Feed: evidence.FeedID{Collector: "users", Scope: evidence.Scope{Provider: "aws", Account: "1"}},
	}}
}

// look is a pull that takes no time and stores what changed, as the store does.
func (e *estate) look(when time.Time, complete bool, users map[string]*bool) {
	e.seq++
	l := soc2.ListLook{Seq: e.seq, Pull: fmt.Sprintf("p%d", e.seq), StartedAt: when, FinishedAt: when, Complete: complete}
	l.Record = &evidence.Pull{}
	if !complete {
		l.Record.Holes = []evidence.Hole{{Type: "aws.iam.user", Reason: evidence.Denied}}
	}
	e.list.Looks = append(e.list.Looks, l)
	for id, admin := range users {
		digest := fmt.Sprint(id, "unknown")
		if admin != nil {
			digest = fmt.Sprint(id, *admin)
		}
		if e.has[id] != digest {
			e.has[id] = digest
			f := evidence.Fact{Resource: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: id}, Body: &evidence.User{Admin: admin}, Digest: digest}
			e.list.Versions = append(e.list.Versions, soc2.Version{Seq: e.seq, Key: f.Resource.Key(), Fact: f})
		}
	}
	for id := range e.has {
		if _, seen := users[id]; !seen && complete {
			delete(e.has, id)
			e.list.Versions = append(e.list.Versions, soc2.Version{Seq: e.seq, Key: evidence.Key{Provider: "aws", Account: "1", Kind: "User", ID: id}, Gone: true})
		}
	}
}

func (e *estate) history(now time.Time) soc2.History {
	slices.SortStableFunc(e.list.Versions, func(a, b soc2.Version) int { return a.Key.Compare(b.Key) })
	return soc2.History{KnownAt: now, Lists: []soc2.ListHistory{e.list}}
}

func population(t require.TestingT, name string, h soc2.History, from, to time.Time) (soc2.Population, map[string]soc2.PopulationItem) {
	of, err := soc2.PopulationOf(name)
	require.NoError(t, err)
	p := soc2.PopulationFrom(h, soc2.PopulationQuery{Of: of, From: from, To: to})
	items := map[string]soc2.PopulationItem{}
	for _, item := range p.Items {
		items[item.Resource.ID+item.Part] = item
	}
	require.Len(t, items, len(p.Items), "nothing is there twice")
	return p, items
}

// Whatever the lists saw of the truth, a population never leaves out what was seen
// in the period, and calls nothing certain that was not there.
func TestPopulationAgainstTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const hours = 60
		names := []string{"ada", "grace", "kofi"}
		truth := map[string][]bool{} // by hour
		for _, name := range names {
			there := rapid.Bool().Draw(t, name)
			for range hours {
				if rapid.IntRange(0, 9).Draw(t, "turn") == 0 {
					there = !there
				}
				truth[name] = append(truth[name], there)
			}
		}
		e := newEstate()
		for hour := range hours {
			switch rapid.IntRange(0, 3).Draw(t, "look") {
			case 0: // complete
				seen := map[string]*bool{}
				for _, name := range names {
					if truth[name][hour] {
						seen[name] = nil
					}
				}
				e.look(at(hour), true, seen)
			case 1: // misses some of them
				seen := map[string]*bool{}
				for _, name := range names[:rapid.IntRange(0, 2).Draw(t, "saw")] {
					if truth[name][hour] {
						seen[name] = nil
					}
				}
				e.look(at(hour), false, seen)
			}
		}
		from := rapid.IntRange(0, hours-1).Draw(t, "from")
		to := rapid.IntRange(from+1, hours).Draw(t, "to")
		p, items := population(t, "users", e.history(at(hours)), at(from), at(to))
		for _, l := range e.list.Looks {
			hour := int(l.StartedAt.Sub(dawn).Hours())
			if !l.Complete || hour < from || hour >= to {
				continue
			}
			for _, name := range names {
				if truth[name][hour] {
					require.Contains(t, items, name, "it was seen at hour %d", hour)
					require.True(t, items[name].Certain, "it was seen at hour %d", hour)
				}
			}
		}
		for name, item := range items {
			was := func(when time.Time) bool { return truth[name][int(when.Sub(dawn).Hours())] }
			if item.Certain {
				seen := func(in func(time.Time) bool) bool {
					return slices.ContainsFunc(e.list.Looks, func(l soc2.ListLook) bool { return in(l.StartedAt) && was(l.StartedAt) })
				}
				before := func(when time.Time) bool { return when.Before(p.From) }
				after := func(when time.Time) bool { return !when.Before(p.To) }
				require.True(t, seen(func(when time.Time) bool { return !before(when) && !after(when) }) || seen(before) && seen(after),
					"%s is certain, and was seen neither in the period nor before and after it", name)
			}
			if b := item.Began; b != nil {
				require.True(t, was(b.By), "it was there when it is said to have begun by")
				require.False(t, b.After != nil && was(*b.After), "it was not there when it is said to have begun after")
			}
			if b := item.Ended; b != nil {
				require.True(t, was(*b.After), "it was there when it is said to have ended after")
				require.False(t, was(b.By), "it was not there when it is said to have ended by")
			}
			require.NotNil(t, item.CountedAt)
			require.False(t, item.CountedAt.Before(p.From))
			require.True(t, item.CountedAt.Before(p.To))
		}
		// The digest is that of what -o canonical prints.
		var b bytes.Buffer
		require.NoError(t, p.WriteCanonical(&b))
		require.Equal(t, p.Digest, evidence.Digest(b.Bytes()))
		// What is not in a hole is within an interval that is told.
		for _, h := range p.Lists[0].Holes {
			require.True(t, h.From.Before(h.To))
			require.False(t, h.From.Before(p.From) || h.To.After(p.To))
		}
		if !slices.ContainsFunc(e.list.Looks, func(l soc2.ListLook) bool { return l.Complete && l.StartedAt.Before(at(to)) }) {
			require.False(t, p.Complete, "nothing was seen to its end before the period's end")
		}
	})
}

func TestPopulationHoles(t *testing.T) {
	t.Parallel()
	e := newEstate()
	e.list.MaxAge = 24 * time.Hour
	e.look(at(10), true, nil)
	e.look(at(20), false, nil)
	e.look(at(22), false, nil)
	e.look(at(30), true, nil)
	e.look(at(80), true, nil)
	p, _ := population(t, "users", e.history(at(200)), at(0), at(120))
	require.Equal(t, []soc2.ListHole{
		{From: at(0), To: at(10), Reason: evidence.NotCollected, Detail: "before the first pull"},
		{From: at(20), To: at(30), Reason: evidence.Denied},
		{From: at(54), To: at(80), Reason: evidence.Stale, Detail: "the last complete pull, p4, was older than 24h0m0s"},
		{From: at(104), To: at(120), Reason: evidence.Stale, Detail: "the last complete pull, p5, was older than 24h0m0s"},
	}, p.Lists[0].Holes)
	require.Equal(t, soc2.Seconds(50*time.Hour), p.LongestInterval)
	require.False(t, p.Complete)
	require.False(t, p.Running)
	p, _ = population(t, "users", e.history(at(90)), at(12), at(18))
	require.True(t, p.Complete)
	require.Equal(t, soc2.Seconds(20*time.Hour), p.LongestInterval, "the interval around the period, not the part in it")
	p, _ = population(t, "users", e.history(at(90)), at(80), at(120))
	require.True(t, p.Running)
	require.True(t, p.Complete, "what has not come yet is no hole")
	p, _ = population(t, "users", soc2.History{KnownAt: at(90)}, at(80), at(85))
	require.False(t, p.Complete, "without a list nothing is complete")
}

func TestAdminGrants(t *testing.T) {
	t.Parallel()
	e := newEstate()
	yes, no := new(true), new(false)
	e.look(at(0), true, map[string]*bool{"ada": yes, "grace": no, "kofi": nil, "marie": yes})
	e.look(at(10), true, map[string]*bool{"ada": yes, "grace": yes, "kofi": nil, "marie": no})
	e.look(at(20), true, map[string]*bool{"ada": yes, "grace": no, "kofi": nil, "marie": no})
	e.look(at(30), true, map[string]*bool{"ada": yes, "grace": no, "kofi": nil, "marie": no})
	_, items := population(t, "admin-grants", e.history(at(40)), at(11), at(25))
	require.Len(t, items, 3)
	require.True(t, items["ada"].Certain)
	require.Nil(t, items["ada"].Began)
	require.False(t, items["kofi"].Certain)
	require.Equal(t, "what makes it one of them was not observed", items["kofi"].Why)
	ten := at(10)
	require.Equal(t, &soc2.Bounds{After: &ten, By: at(20)}, items["grace"].Ended)
	require.Equal(t, "gracetrue", items["grace"].Fact, "the fact that shows the grant, not what came after")
	require.False(t, items["grace"].Certain, "it was last seen before the period, and had ended when next looked at")
	_, items = population(t, "admin-grants", e.history(at(40)), at(5), at(15))
	require.True(t, items["grace"].Certain)
	zero := at(0)
	require.Equal(t, &soc2.Bounds{After: &zero, By: at(10)}, items["grace"].Began)
	require.False(t, items["marie"].Certain)
}

// What is learnt later about the time after a period does not change its digest.
func TestDigestStays(t *testing.T) {
	t.Parallel()
	e := newEstate()
	e.look(at(0), true, map[string]*bool{"ada": nil, "kofi": nil})
	e.look(at(10), true, map[string]*bool{"ada": nil, "grace": nil})
	e.look(at(20), true, map[string]*bool{"ada": nil, "grace": nil})
	before, _ := population(t, "users", e.history(at(30)), at(1), at(15))
	e.look(at(40), true, map[string]*bool{"grace": new(true), "marie": nil})
	after, _ := population(t, "users", e.history(at(50)), at(1), at(15))
	require.Equal(t, before.Digest, after.Digest)
	other, _ := population(t, "users", e.history(at(50)), at(1), at(41))
	require.NotEqual(t, before.Digest, other.Digest)
}

func TestLeavers(t *testing.T) {
	t.Parallel()
	moment := func(hour int) *evidence.Moment { return &evidence.Moment{At: at(hour)} }
	never := &evidence.Moment{Never: true}
	l := soc2.ListHistory{
		Of:    evidence.Population{Kind: "Employment", Type: "files.employment"},
		Looks: []soc2.ListLook{{Seq: 1, StartedAt: at(0), FinishedAt: at(0), Complete: true}, {Seq: 2, StartedAt: at(50), FinishedAt: at(50), Complete: true}},
	}
	add := func(id string, versions ...*evidence.Employment) {
		for i, body := range versions {
			f := evidence.Fact{Resource: evidence.Resource{Kind: "Employment", ID: id}, Body: body, Digest: fmt.Sprint(id, i)}
			l.Versions = append(l.Versions, soc2.Version{Seq: int64(i + 1), Key: f.Resource.Key(), Fact: f})
		}
	}
	active, ended := new("active"), new("ended")
	add("left", &evidence.Employment{Status: active, EndsAt: never}, &evidence.Employment{Status: ended, EndsAt: moment(20)})
	add("left later", &evidence.Employment{Status: ended, EndsAt: moment(40)})
	add("stayed after all", &evidence.Employment{Status: active, EndsAt: moment(20)}, &evidence.Employment{Status: active, EndsAt: never})
	add("left, nobody says when", &evidence.Employment{Status: ended})
	add("not told", &evidence.Employment{})
	add("works here", &evidence.Employment{Status: active})
	p, items := population(t, "leavers", soc2.History{KnownAt: at(60), Lists: []soc2.ListHistory{l}}, at(10), at(30))
	require.True(t, p.Dated)
	require.ElementsMatch(t, []string{"left", "stayed after all", "left, nobody says when", "not told"}, func() (ids []string) {
		for id := range items {
			ids = append(ids, id)
		}
		return ids
	}())
	require.True(t, items["left"].Certain)
	require.Equal(t, at(20), *items["left"].At)
	require.Contains(t, items["stayed after all"].Why, "it was dated so once")
	require.Nil(t, items["not told"].At)
	require.False(t, items["not told"].Certain)
}

// A pull that reads a month back sees what happened before it; holes are where none reaches.
func TestLookBack(t *testing.T) {
	t.Parallel()
	days := func(n int) time.Time { return at(24 * n) }
	l := soc2.ListHistory{Of: evidence.Population{Kind: "ChangeRequest", Type: "github.pull_request"}}
	for i, day := range []int{40, 50, 100} {
		l.Looks = append(l.Looks, soc2.ListLook{
			Seq: int64(i), StartedAt: days(day), FinishedAt: days(day), Complete: true, Record: &evidence.Pull{Parameters: []string{"days back: 30"}},
		})
	}
	p, _ := population(t, "merged-changes", soc2.History{KnownAt: days(120), Lists: []soc2.ListHistory{l}}, days(0), days(90))
	var holes [][2]time.Time
	for _, h := range p.Lists[0].Holes {
		holes = append(holes, [2]time.Time{h.From, h.To})
	}
	require.Equal(t, [][2]time.Time{{days(0), days(10)}, {days(50), days(70)}}, holes)
	p, _ = population(t, "merged-changes", soc2.History{KnownAt: days(120), Lists: []soc2.ListHistory{l}}, days(10), days(50))
	require.True(t, p.Complete)
}

func TestConfirmTakesNoPreparer(t *testing.T) {
	t.Parallel()
	p := soc2.Population{Lists: []soc2.ListRecord{{Exports: []soc2.Export{{Digest: "d", Preparer: "Yuki"}, {Digest: "e", Preparer: "Yuki"}}}}}
	p.Confirm(map[string]soc2.Approval{"d": {By: " yuki "}, "e": {By: "noor"}})
	require.Equal(t, 1, p.Unconfirmed)
	require.Nil(t, p.Lists[0].Exports[0].Confirmed)
	require.Equal(t, "noor", p.Lists[0].Exports[1].Confirmed.By)
}
