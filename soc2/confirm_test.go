package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// looked is an assessment made after a number of pulls of the users' feed.
func looked(minutes, pulls int, fs ...soc2.Finding) soc2.Assessment {
	a := assessment(0, fs...)
	a.At = monday.Add(time.Duration(minutes) * time.Minute)
	pulled := monday.Add(time.Duration(pulls) * time.Second)
	a.Feeds[0].Last = &evidence.Pull{StartedAt: pulled}
	a.Feeds[0].Complete = map[string]time.Time{"aws.iam.user": pulled}
	return a
}

// memory is what is remembered from one assessment to the next.
type memory struct {
	confirm soc2.Confirmation
	before  *soc2.Baseline
}

func (m *memory) compare(a *soc2.Assessment) ([]soc2.Drift, soc2.Pending) {
	d := soc2.NewDiffer(m.before, a).Confirming(m.confirm)
	if m.before == nil {
		m.before = &soc2.Baseline{States: map[soc2.FindingKey]soc2.FindingState{}}
	}
	seen := map[evidence.Key][]soc2.Finding{}
	for _, f := range a.Findings {
		seen[f.Resource.Key()] = append(seen[f.Resource.Key()], f)
	}
	was := map[evidence.Key][]soc2.FindingState{}
	for key, s := range m.before.States {
		was[key.Resource] = append(was[key.Resource], s)
		if seen[key.Resource] == nil {
			seen[key.Resource] = []soc2.Finding{}
		}
	}
	for key, findings := range seen {
		states, _ := d.Compare(findings, was[key])
		for _, s := range states {
			m.before.States[s.Key] = s
		}
	}
	m.before.At, m.before.Judge, m.before.Feeds = a.At, a.Judge, soc2.AssessedFeeds(a.Feeds, a.At)
	return d.Drift(), d.Pending()
}

func TestConfirmation(t *testing.T) {
	t.Parallel()
	const u, p, f = soc2.Unobserved, soc2.Pass, soc2.Fail
	stale := finding(u, "1")
	stale.Holes = []evidence.Hole{{Reason: evidence.Stale}}
	rejudged := looked(1, 1, finding(f, "1"))
	rejudged.Judge.Catalogue = "c2"
	low := func(o soc2.Outcome) soc2.Finding {
		x := finding(o, o.String())
		x.Severity = soc2.Low
		return x
	}
	type step struct {
		a      soc2.Assessment
		change soc2.Change // empty: nothing is announced
	}
	for name, c := range map[string]struct {
		steps     []step
		withdrawn int
	}{
		"announced by the second pull that shows it": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(f, "2")), ""},
			{looked(2, 2, finding(f, "2")), soc2.Opened},
			{looked(3, 3, finding(f, "2")), ""},
		}, 0},
		"assessing again is no second look": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(f, "2")), ""},
			{looked(2, 1, finding(f, "2")), ""},
			{looked(3, 2, finding(f, "2")), soc2.Opened},
		}, 0},
		"as before again too early": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(f, "2")), ""},
			{looked(2, 2, finding(p, "1")), ""},
			{looked(3, 3, finding(f, "2")), ""},
			{looked(4, 4, finding(f, "2")), soc2.Opened},
		}, 1},
		"what was never announced is not reopened, nor resolved": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(f, "2")), ""},
			{looked(2, 2), ""},
		}, 1},
		"a resource that comes and goes": {[]step{
			{looked(0, 0, otherUser()), ""},
			{looked(1, 1, otherUser(), finding(f, "2")), ""},
			{looked(2, 2, otherUser()), ""},
			{looked(3, 3, otherUser(), finding(f, "2")), ""},
			{looked(4, 4, otherUser(), finding(f, "2")), soc2.Opened},
		}, 1},
		"a list that is lost for one pull": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(p, "1"), onScope()), ""},
			{looked(2, 2, finding(p, "1")), ""},
		}, 1},
		"failing and unseen by turns is never as before": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(f, "2")), ""},
			{looked(2, 2, finding(u, "3")), soc2.LostSight},
			{looked(3, 3, finding(f, "2")), ""},
			{looked(4, 4, finding(f, "2")), soc2.Opened},
		}, 0},
		"what got better is announced at once": {[]step{
			{looked(0, 0, finding(f, "1")), ""},
			{looked(1, 1, finding(p, "2")), soc2.Resolved},
			{looked(2, 2, finding(f, "1")), ""},
			{looked(3, 3, finding(f, "1")), soc2.Reopened},
		}, 0},
		"nothing is pulled any more": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 0, stale), soc2.LostSight},
		}, 0},
		"it grows stale while it waits": {[]step{
			{looked(0, 0, finding(p, "1")), ""},
			{looked(1, 1, finding(f, "2")), ""},
			{looked(2, 1, stale), soc2.LostSight},
		}, 0},
		"an age passes":               {[]step{{looked(0, 0, finding(p, "1")), ""}, {looked(1, 1, finding(f, "1")), soc2.Opened}}, 0},
		"the catalogue changes":       {[]step{{looked(0, 0, finding(p, "1")), ""}, {rejudged, soc2.Opened}}, 0},
		"a severity with its own one": {[]step{{looked(0, 0, low(p)), ""}, {looked(1, 1, low(f)), soc2.Opened}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &memory{confirm: soc2.Confirmation{Pulls: 2, BySeverity: map[soc2.Severity]int{soc2.Low: 1}}}
			withdrawn := 0
			for i, s := range c.steps {
				drift, pending := m.compare(&s.a)
				withdrawn += len(pending.Withdrawn)
				if s.change == "" {
					require.Empty(t, drift, "step %d", i)
					continue
				}
				require.Len(t, drift, 1, "step %d", i)
				require.Equal(t, s.change, drift[0].Change, "step %d", i)
				require.Equal(t, s.a.At, drift[0].At)
			}
			require.Equal(t, c.withdrawn, withdrawn)
		})
	}
}

// The bound of what waited is its first look, and its cause is that of then.
func TestConfirmedDriftKnowsItsFirstLook(t *testing.T) {
	t.Parallel()
	m := &memory{confirm: soc2.Confirmation{Pulls: 3}}
	var drift []soc2.Drift
	for i, a := range []soc2.Assessment{looked(0, 0, otherUser()), looked(1, 1, otherUser(), finding(soc2.Fail, "1")), looked(2, 2, otherUser(), finding(soc2.Fail, "2")), looked(3, 3, otherUser(), finding(soc2.Fail, "3"))} {
		var pending soc2.Pending
		drift, pending = m.compare(&a)
		require.Equal(t, i == 1 || i == 2, pending.Waiting["mfa"] == 1)
	}
	require.Len(t, drift, 1)
	require.Equal(t, monday.Add(time.Minute), drift[0].Since)
	require.Equal(t, soc2.CauseSystem, drift[0].Cause)
	require.Equal(t, monday.Add(time.Minute), m.before.States[finding(soc2.Fail, "").Key()].LastChanged)
}

// Whatever a finding does and however many looks it takes, only the announcement
// waits: what is remembered of it is what it is, what is announced makes one
// story, and what is not announced is known to wait.
func TestOnlyTheAnnouncementWaits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		needed := rapid.IntRange(1, 4).Draw(r, "pulls")
		held, atOnce := &memory{confirm: soc2.Confirmation{Pulls: needed}}, &memory{}
		const absent = soc2.NotApplicable
		outcomes := []soc2.Outcome{soc2.Pass, soc2.Fail, soc2.Unobserved, absent}
		told, now := soc2.Pass, soc2.Pass // as announced, as it is
		same, pulls, announced, withdrawn := 0, 0, 0, 0
		for i := range rapid.IntRange(2, 20).Draw(r, "assessments") {
			before := now
			if i > 0 && rapid.Bool().Draw(r, "pulled") {
				pulls++
				if now = rapid.SampledFrom(outcomes).Draw(r, "outcome"); now == before {
					same++
				}
			}
			if now != before {
				same = 1
			}
			fs := []soc2.Finding{otherUser()}
			if now != absent {
				fs = append(fs, finding(now, now.String()))
			}
			a, b := looked(i, pulls, fs...), looked(i, pulls, fs...)
			drift, pending := held.compare(&a)
			all, none := atOnce.compare(&b)
			require.Empty(r, none)
			require.LessOrEqual(r, len(drift), 1)
			announced, withdrawn = announced+len(drift), withdrawn+len(pending.Withdrawn)

			if now != absent {
				s, t := held.before.States[fs[1].Key()], atOnce.before.States[fs[1].Key()]
				require.Equal(r, now, s.Outcome)
				require.Equal(r, t.LastChanged, s.LastChanged)
				require.Equal(r, t.FirstSeen, s.FirstSeen)
			}
			for _, d := range drift {
				if told != absent {
					require.Equal(r, told, d.From, "%+v", d)
				}
				told = d.To
			}
			waits := pending.Waiting["mfa"] == 1
			switch {
			case waits:
				require.Contains(r, []soc2.Outcome{soc2.Fail, soc2.Unobserved}, now)
				require.Less(r, same, needed, "it was so often enough")
			case now == absent || now == soc2.Pass && (told == absent):
				told = now
			default:
				require.Equal(r, now, told, "it is neither announced nor waiting")
			}
			if needed == 1 {
				require.Len(r, drift, len(all))
			}
		}
		if needed == 1 {
			require.Zero(r, withdrawn)
		}
	})
}
