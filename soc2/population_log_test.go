package soc2_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

const tells = "shows each beginning and end of: aws.iam.access_key, aws.iam.user"

// eventLog is a log of an account, as it was read.
func eventLog(region string, days int, told string) *soc2.ListHistory {
	l := &soc2.ListHistory{
		Source: "aws/1", Of: evidence.Population{Kind: "ChangeEvent", Type: "aws.cloudtrail.event"},
		Feed: evidence.FeedID{Collector: "aws_change_events", Scope: evidence.Scope{Provider: "aws", Account: "1", Region: region}},
	}
	for seq, hour := range []int{0, 12, 24, 36, 48, 60} {
		l.Looks = append(l.Looks, soc2.ListLook{
			Seq: int64(1000 + seq), Pull: "p" + strconv.Itoa(1000+seq), StartedAt: at(hour), FinishedAt: at(hour), Complete: true,
			Record: &evidence.Pull{Parameters: []string{"days back: " + strconv.Itoa(days), told}},
		})
	}
	return l
}

func logWith(l *soc2.ListHistory, entries ...soc2.LoggedChange) soc2.History {
	for _, e := range entries {
		body := e.ChangeEvent
		f := evidence.Fact{Resource: evidence.Resource{Provider: e.Provider, Account: e.Account, Kind: "ChangeEvent", Type: l.Of.Type, ID: e.ID}, Body: &body, Digest: "d-" + e.ID}
		l.Versions = append(l.Versions, soc2.Version{Seq: 1001, Key: f.Resource.Key(), Fact: f})
	}
	return soc2.History{KnownAt: at(72), Lists: []soc2.ListHistory{*l}}
}

// people is an account's list of users, looked at each 20 hours: ada always, kofi
// from the second look on, marie until the second.
func people() soc2.History {
	l := soc2.ListHistory{
		Source: "aws/1", Of: evidence.Population{Kind: "User", Type: "aws.iam.user"},
		Feed: evidence.FeedID{Collector: "aws_iam_users", Scope: evidence.Scope{Provider: "aws", Account: "1"}},
	}
	for seq, hour := range []int{0, 20, 40, 60} {
		l.Looks = append(l.Looks, soc2.ListLook{Seq: int64(seq), Pull: "p" + strconv.Itoa(seq), StartedAt: at(hour), FinishedAt: at(hour), Complete: true})
	}
	add := func(id, name string, seq int64, gone bool) {
		r := iamUser(id, name)
		v := soc2.Version{Seq: seq, Key: r.Key(), Gone: gone}
		if !gone {
			v.Fact = evidence.Fact{Resource: r, Body: &evidence.User{}, Digest: "d-" + id}
		}
		l.Versions = append(l.Versions, v)
	}
	add("U1", "ada", 0, false)
	add("U2", "kofi", 1, false)
	add("U3", "marie", 0, false)
	add("U3", "", 1, true)
	return soc2.History{KnownAt: at(72), Lists: []soc2.ListHistory{l}}
}

func populationWith(t require.TestingT, name string, events soc2.History) (soc2.Population, map[string]soc2.PopulationItem) {
	of, err := soc2.PopulationOf(name)
	require.NoError(t, err)
	p := soc2.PopulationFrom(people(), soc2.PopulationQuery{Of: of, From: at(1), To: at(50), Events: events})
	items := map[string]soc2.PopulationItem{}
	for _, item := range p.Items {
		items[item.Resource.ID] = item
	}
	return p, items
}

var agreed = []soc2.LoggedChange{
	logged("e1", 10, "began", "U2", "kofi", "ada"), logged("e2", 15, "ended", "", "marie", "ada"),
}

func TestPopulationWithoutAnEventLog(t *testing.T) {
	t.Parallel()
	silent := logWith(eventLog("eu-west-1", 7, "shows each beginning and end of: aws.s3.bucket"), agreed...)
	for name, events := range map[string]soc2.History{"none": {}, "of other things": silent} {
		p, items := populationWith(t, "users", events)
		require.Nil(t, p.Lists[0].EventLog, name)
		require.Equal(t, soc2.Seconds(20*time.Hour), p.CanMiss, name)
		require.Empty(t, p.ReconciledWith, name)
		require.Len(t, items, 3, name)
	}
}

func TestPopulationReconciled(t *testing.T) {
	t.Parallel()
	p, items := populationWith(t, "users", logWith(eventLog("us-east-1", 7, tells), append(slices.Clone(agreed), logged("e3", 16, "changed", "", "ada", "ada"))...))
	log := p.Lists[0].EventLog
	require.Equal(t, &soc2.EventLogRecord{Name: "CloudTrail", NotRead: []soc2.ListHole{}, Entries: 3, OnlyThere: []string{}, NotThere: []string{}}, log)
	require.Equal(t, "CloudTrail", p.ReconciledWith)
	require.Zero(t, p.CanMiss)
	require.Equal(t, soc2.Seconds(20*time.Hour), p.LongestInterval)
	require.Len(t, items, 3)
	plain, _ := populationWith(t, "users", soc2.History{})
	require.Equal(t, plain.Digest, p.Digest, "who agrees changes nothing")
}

// An entry that nobody can read may have been of something that came and went.
func TestAnEntryThatDoesNotSayWhat(t *testing.T) {
	t.Parallel()
	untold := func(effect string) soc2.LoggedChange {
		e := logged("e3", 25, effect, "", "", "x")
		e.About = nil
		return e
	}
	p, _ := populationWith(t, "users", logWith(eventLog("us-east-1", 7, tells), append(slices.Clone(agreed), untold("began"))...))
	require.Equal(t, []soc2.ListHole{{
		From: at(20), To: at(40), Reason: evidence.ProviderError, Detail: "the entry e3 does not say what began or ended",
	}}, p.Lists[0].EventLog.NotRead)
	require.Equal(t, soc2.Seconds(20*time.Hour), p.CanMiss)
	p, _ = populationWith(t, "users", logWith(eventLog("us-east-1", 7, tells), append(slices.Clone(agreed), untold("changed"))...))
	require.Empty(t, p.Lists[0].EventLog.NotRead)
}

func TestMembersKnownFromTheEventLogOnly(t *testing.T) {
	t.Parallel()
	p, items := populationWith(t, "users", logWith(eventLog("us-east-1", 7, tells), append(slices.Clone(agreed),
		logged("e3", 30, "ended", "", "ghost", "x"), logged("e4", 25, "began", "U9", "ghost", "x"), // out of order
		logged("e5", 26, "began", "U8", "stays", "x"), logged("e6", 27, "ended", "", "nobody", "x"),
		logged("e7", 49, "began", "U7", "new", "x"), logged("e8", 51, "began", "U6", "after the period", "x"),
		logged("e9", 21, "ended", "", "kofi", "x"), logged("e10", 22, "began", "U10", "kofi", "x"), logged("e11", 23, "ended", "", "kofi", "x"),
		logged("e12", 24, "ended", "", "", "x"),
	)...))
	ghost := items["U9"]
	require.True(t, ghost.FromLog)
	require.True(t, ghost.Certain)
	began, ended := at(25), at(30)
	require.Equal(t, &soc2.Bounds{After: &began, By: began, FromProvider: true}, ghost.Began)
	require.Equal(t, &soc2.Bounds{After: &ended, By: ended, FromProvider: true}, ghost.Ended)
	require.Equal(t, began, *ghost.CountedAt)
	require.Equal(t, []string{"d-e4", "p1001", "aws/1/%/User/U9"}, []string{ghost.Fact, ghost.Pull, ghost.Key[:len("aws/1/")] + "%" + ghost.Key[len("aws/1/"):]})

	require.False(t, items["U8"].Certain)
	require.Contains(t, items["U8"].Why, "a complete pull after that did not see it")
	require.False(t, items["name:nobody"].Certain)
	require.Contains(t, items["name:nobody"].Why, "and not when it began")
	require.True(t, items["U7"].Certain, "nobody looked since, in the period")
	require.NotContains(t, items, "U6")
	require.True(t, items["U10"].FromLog, "the name was another's before")
	require.False(t, items["U2"].FromLog)
	require.Len(t, p.Lists[0].EventLog.OnlyThere, 5)
	require.Len(t, items, 8)

	t.Log("whether they were administrators, no log says")
	_, items = populationWith(t, "admin-grants", logWith(eventLog("us-east-1", 7, tells), agreed[0], logged("e4", 25, "began", "U9", "ghost", "x"), logged("e3", 30, "ended", "", "ghost", "x")))
	require.False(t, items["U9"].Certain)
}

func TestWhatTheEventLogDoesNotHave(t *testing.T) {
	t.Parallel()
	of, err := soc2.PopulationOf("users")
	require.NoError(t, err)
	p := soc2.PopulationFrom(people(), soc2.PopulationQuery{Of: of, From: at(0), To: at(50), Events: logWith(eventLog("us-east-1", 7, tells), agreed[0])})
	require.Equal(t, []string{"aws/1//User/U3"}, p.Lists[0].EventLog.NotThere, "marie went, and nobody says so")
	require.Empty(t, p.ReconciledWith)
}

func TestAnEventLogThatWasNotReadWhole(t *testing.T) {
	t.Parallel()
	log := eventLog("us-east-1", 1, tells)
	log.Looks[1].Complete, log.Looks[2].Complete, log.Looks[3].Complete = false, false, false
	for i := range 3 {
		log.Looks[i+1].Record.Holes = []evidence.Hole{{Reason: evidence.Denied, Operation: "cloudtrail:LookupEvents"}}
	}
	p, _ := populationWith(t, "users", logWith(log))
	read := p.Lists[0].EventLog
	require.Equal(t, []soc2.ListHole{{
		From: at(1), To: at(24), Reason: evidence.Denied, Operation: "cloudtrail:LookupEvents",
		Detail: "no complete pull of aws.cloudtrail.event of aws/1/us-east-1 reaches it",
	}}, read.NotRead)
	require.Empty(t, read.NotThere, "what began and ended while the log was not read proves nothing")
	require.Equal(t, soc2.Seconds(19*time.Hour), p.CanMiss, "from 1 to the look at 20")
	require.Empty(t, p.ReconciledWith)

	t.Log("the newest hour may still come, and is not read")
	of, err := soc2.PopulationOf("users")
	require.NoError(t, err)
	p = soc2.PopulationFrom(people(), soc2.PopulationQuery{Of: of, From: at(1), To: at(60), Events: logWith(eventLog("us-east-1", 7, tells), agreed...)})
	require.Equal(t, [2]time.Time{at(59), at(60)}, [2]time.Time{p.Lists[0].EventLog.NotRead[0].From, p.Lists[0].EventLog.NotRead[0].To})
	require.Equal(t, soc2.Seconds(time.Hour), p.CanMiss)

	t.Log("a log that was planned and never read may have shown it")
	events := logWith(eventLog("us-east-1", 7, tells), agreed...)
	never := *eventLog("eu-west-1", 7, tells)
	never.Looks = nil
	events.Lists = append(events.Lists, never)
	p, _ = populationWith(t, "users", events)
	require.NotEmpty(t, p.Lists[0].EventLog.NotRead)
	require.Empty(t, p.ReconciledWith)
	gone := at(30)
	events.Lists[1].DroppedAt = &gone // it stood for what was not discovered yet
	p, _ = populationWith(t, "users", events)
	require.Equal(t, "CloudTrail", p.ReconciledWith)
}

// Against the truth: with the log read whole, everybody who ever lived in the period
// is in the population, and each who is known from the log only was seen by no look.
func TestPopulationWithEventLogAgainstTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const hours = 60
		var entries []soc2.LoggedChange
		type one struct {
			id         string
			from, till int
		}
		var truth []one
		open, next := -1, 0
		for hour := range hours {
			if rapid.IntRange(0, 5).Draw(t, "turn") > 0 {
				continue
			}
			if open < 0 {
				truth = append(truth, one{"U" + strconv.Itoa(next), hour, hours + 100})
				open = next
				next++
				entries = append(entries, logged("e"+strconv.Itoa(hour), hour, "began", truth[open].id, "ada", "x"))
				continue
			}
			truth[open].till = hour
			open = -1
			entries = append(entries, logged("e"+strconv.Itoa(hour), hour, "ended", "", "ada", "x"))
		}
		l := people().Lists[0]
		l.Looks, l.Versions = nil, nil
		seen, there := map[string]bool{}, map[string]bool{}
		for seq, half := range rapid.SliceOfNDistinct(rapid.IntRange(0, hours), 1, 5, rapid.ID[int]).Draw(t, "looks") {
			_ = seq
			l.Looks = append(l.Looks, soc2.ListLook{StartedAt: at(half).Add(30 * time.Minute), Complete: true})
		}
		slices.SortFunc(l.Looks, func(a, b soc2.ListLook) int { return a.StartedAt.Compare(b.StartedAt) })
		for i := range l.Looks {
			l.Looks[i].Seq, l.Looks[i].FinishedAt, l.Looks[i].Pull = int64(i), l.Looks[i].StartedAt, "p"+strconv.Itoa(i)
			hour := int(l.Looks[i].StartedAt.Sub(dawn).Hours())
			for _, who := range truth {
				is := who.from <= hour && hour < who.till
				r := iamUser(who.id, "ada")
				switch {
				case is && !there[who.id]:
					l.Versions = append(l.Versions, soc2.Version{Seq: int64(i), Key: r.Key(), Fact: evidence.Fact{Resource: r, Body: &evidence.User{}, Digest: "d"}})
					seen[who.id], there[who.id] = true, true
				case !is && there[who.id]:
					l.Versions = append(l.Versions, soc2.Version{Seq: int64(i), Key: r.Key(), Gone: true})
					there[who.id] = false
				}
			}
		}
		slices.SortStableFunc(l.Versions, func(a, b soc2.Version) int { return a.Key.Compare(b.Key) })
		log := eventLog("us-east-1", 30, tells)
		log.Looks[5].StartedAt, log.Looks[5].FinishedAt = at(hours+10), at(hours+10)
		of, err := soc2.PopulationOf("users")
		require.NoError(t, err)
		from := rapid.IntRange(0, hours-1).Draw(t, "from")
		to := rapid.IntRange(from+1, hours).Draw(t, "to")
		p := soc2.PopulationFrom(soc2.History{KnownAt: at(hours + 20), Lists: []soc2.ListHistory{l}},
			soc2.PopulationQuery{Of: of, From: at(from), To: at(to), Events: logWith(log, entries...)})
		items := map[string]soc2.PopulationItem{}
		for _, item := range p.Items {
			items[item.Resource.ID] = item
		}
		for _, who := range truth {
			if who.from < to && who.till >= from {
				require.Contains(t, items, who.id, "%+v from %d to %d", who, from, to)
			}
		}
		for id, item := range items {
			require.Equal(t, !seen[id], item.FromLog, id)
		}
		require.Empty(t, p.Lists[0].EventLog.NotRead)
		require.Empty(t, p.Lists[0].EventLog.NotThere)
		require.Zero(t, p.CanMiss)
	})
}
