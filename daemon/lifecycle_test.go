package daemon_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// scene is what there is to see: users of accounts, judged by two controls.
type scene struct {
	control  string                     // users-have-mfa, or what it is called now
	accounts map[string]map[string]bool // account to user to whether they have a second factor
	lost     string                     // an account that cannot be read any more
}

func (s scene) assessed(a *soc2.Assessment) {
	a.Controls, a.Findings, a.Feeds, a.Holes, a.Outcomes = nil, nil, nil, nil, map[soc2.Outcome]int{}
	states := map[string]soc2.Outcome{s.control: soc2.NotApplicable, "users-are-known": soc2.NotApplicable}
	for account, users := range s.accounts {
		scope := evidence.Scope{Provider: "aws", Account: account}
		population := evidence.Population{Kind: "User", Type: "user"}
		feed := evidence.FeedState{Source: "aws/" + account, ID: evidence.FeedID{Collector: "aws_users", Scope: scope}, Populations: []evidence.Population{population}}
		feed.Last = &evidence.Pull{Source: feed.Source, Collector: "aws_users", Scope: scope, Populations: feed.Populations, StartedAt: seenAt, FinishedAt: seenAt}
		feed.Complete = map[string]time.Time{"user": seenAt}
		find := func(control, id string, outcome soc2.Outcome) {
			states[control] = soc2.RollUp(states[control], outcome)
			a.Outcomes[outcome]++
			a.Findings = append(a.Findings, soc2.Finding{
				Control: control, Check: "user", Outcome: outcome,
				Resource: evidence.Resource{Provider: "aws", Account: account, Kind: "User", Type: "user", ID: id},
			})
		}
		if account == s.lost {
			hole := evidence.Hole{Type: "user", Reason: evidence.Denied, Since: seenAt}
			feed.Last.Holes = []evidence.Hole{hole}
			a.Holes = append(a.Holes, soc2.ScopedHole{Lack: &soc2.Lack{Provider: "aws", Account: account, Collector: "aws_users", Hole: hole}})
			find(s.control, "the scope", soc2.Unobserved)
		} else {
			for user, has := range users {
				outcome := soc2.Fail
				if has {
					outcome = soc2.Pass
				}
				find(s.control, user, outcome)
				find("users-are-known", user, soc2.Pass)
			}
		}
		a.Feeds = append(a.Feeds, feed)
	}
	for _, id := range slices.Sorted(maps.Keys(states)) {
		a.Controls = append(a.Controls, soc2.ControlResult{ID: id, State: states[id], Severity: soc2.High, Adoption: "adopted", Owner: "IT"})
	}
	soc2.SortFindings(a.Findings)
}

var seenAt = time.Now().Truncate(time.Second)

// The life of every series, from the first assessment to the last: what ends, what is
// new and what has another value after each thing that can happen, and nothing else.
func TestLifeOfTheSeries(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.clock = func() time.Time { return seenAt.Add(time.Minute) }
	now := scene{control: "users-have-mfa", accounts: map[string]map[string]bool{
		"1111": {"ada": false, "linus": true}, "2222": {"grace": true},
	}}
	w.shape = func(a *soc2.Assessment) { now.assessed(a) }
	hangup := make(chan os.Signal)
	var loaded daemon.Work
	sources := []string{"aws/1111", "aws/2222"}
	work := func() daemon.Work {
		return daemon.Work{Pull: w.Pull, Assess: w.Assess, Sources: onceAYear(t, sources...)}
	}
	begin := func() (*running, func()) {
		r := makeDaemon(t, w, "127.0.0.1:0", nil, func(o *daemon.Options) {
			o.Token, o.Reload, o.Work = "token", hangup, work()
			o.Load = func(context.Context) (daemon.Work, error) { return loaded, nil }
		})
		stop := r.start(t)
		r.await(t, "assessment published")
		return r, stop
	}
	r, stop := begin()
	before := r.lives(t)
	require.Contains(t, before, `controlwatch_findings{account="1111",control="users-have-mfa",outcome="fail",provider="aws"}`)

	// happen changes the world and has the daemon look, and says what became of the series.
	happen := func(change func()) lives {
		t.Helper()
		w.change(change)
		r.ask(t, http.MethodPost, "/api/v1/scan?source=aws/1111", "Authorization", "Bearer token")
		r.settled(t, 1)
		after := r.lives(t)
		differ := compare(before, after)
		before = after
		return differ
	}
	count := func(change soc2.Change, cause soc2.Cause, control string) {
		w.totals = append(w.totals, store.DriftTotal{Control: control, Change: change, Cause: cause, Count: 1})
	}

	t.Log("a pull that finds nothing new: no series is another one")
	require.Equal(t, lives{}, happen(func() {}))

	t.Log("a fix")
	require.Equal(t, lives{changed: []string{
		`controlwatch_control_state{control="users-have-mfa",state="fail"} 1 → 0`,
		`controlwatch_control_state{control="users-have-mfa",state="pass"} 0 → 1`,
		`controlwatch_drift_events_total{cause="system",change="resolved",control="users-have-mfa"} 0 → 1`,
		`controlwatch_findings{account="1111",control="users-have-mfa",outcome="fail",provider="aws"} 1 → 0`,
		`controlwatch_findings{account="1111",control="users-have-mfa",outcome="pass",provider="aws"} 1 → 2`,
	}}, happen(func() {
		now.accounts["1111"]["ada"] = true
		count(soc2.Resolved, soc2.CauseSystem, "users-have-mfa")
	}))

	t.Log("a resource is removed")
	require.Equal(t, lives{changed: []string{
		`controlwatch_findings{account="1111",control="users-are-known",outcome="pass",provider="aws"} 2 → 1`,
		`controlwatch_findings{account="1111",control="users-have-mfa",outcome="pass",provider="aws"} 2 → 1`,
	}}, happen(func() { delete(now.accounts["1111"], "linus") }))

	t.Log("the last resource of an account is removed: its findings end, and nothing else")
	require.Equal(t, lives{gone: findingsOf("2222", "users-are-known", "users-have-mfa")},
		happen(func() { delete(now.accounts["2222"], "grace") }))
	require.Equal(t, lives{added: findingsOf("2222", "users-are-known", "users-have-mfa")},
		happen(func() { now.accounts["2222"]["grace"] = true }))

	t.Log("an account is lost from sight: its series stay, and say so")
	lost := happen(func() {
		now.lost = "2222"
		count(soc2.LostSight, soc2.CauseSight, "users-have-mfa")
	})
	require.Equal(t, lives{gone: findingsOf("2222", "users-are-known"), changed: []string{
		`controlwatch_control_state{control="users-have-mfa",state="pass"} 1 → 0`,
		`controlwatch_control_state{control="users-have-mfa",state="unobserved"} 0 → 1`,
		`controlwatch_drift_events_total{cause="sight",change="lost-sight",control="users-have-mfa"} 0 → 1`,
		`controlwatch_feeds_complete{account="2222",collector="aws_users",provider="aws"} 1 → 0`,
		`controlwatch_findings{account="2222",control="users-have-mfa",outcome="pass",provider="aws"} 1 → 0`,
		`controlwatch_findings{account="2222",control="users-have-mfa",outcome="unobserved",provider="aws"} 0 → 1`,
		`controlwatch_holes{collector="aws_users",provider="aws",reason="denied"} 0 → 1`,
	}}, lost)

	t.Log("a restart: no series is missing before anything is pulled, none is there that was not")
	stop()
	r, stop = begin()
	after := r.lives(t)
	require.Equal(t, lives{}, compare(before, after))
	before = after

	t.Log("while a source is being read nothing is reset")
	reading, tick := make(chan struct{}), make(chan struct{})
	w.change(func() {
		w.pull = func(context.Context, string) error {
			close(reading)
			<-tick
			return nil
		}
	})
	r.ask(t, http.MethodPost, "/api/v1/scan?source=aws/1111", "Authorization", "Bearer token")
	<-reading
	require.Equal(t, lives{}, compare(before, r.lives(t)))
	w.change(func() { w.pull = nil })
	close(tick)
	r.settled(t, 1)

	t.Log("a control is called otherwise by a new catalogue: its series end, and those of the other begin")
	old := maps.Clone(before)
	renamed := happen(func() { now.control = "people-have-mfa" })
	require.Empty(t, renamed.changed)
	require.Equal(t, names(old, `control="users-have-mfa"`), renamed.gone)
	var other []string
	for _, name := range renamed.gone {
		other = append(other, strings.Replace(name, "users-have-mfa", "people-have-mfa", 1))
	}
	slices.Sort(other)
	require.Equal(t, other, renamed.added)
	require.Contains(t, renamed.gone, `controlwatch_drift_unconfirmed_total{control="users-have-mfa"}`)
	require.Equal(t, "0", before[`controlwatch_drift_events_total{cause="sight",change="lost-sight",control="people-have-mfa"}`], "another control has another history")

	t.Log("and back: its history is there again")
	happen(func() { now.control = "users-have-mfa" })
	require.Equal(t, old, before)

	t.Log("a reload that changes nothing")
	loaded = work()
	hangup <- syscall.SIGHUP
	r.await(t, "configuration reloaded")
	r.await(t, "assessment published")
	require.Equal(t, lives{}, compare(before, r.lives(t)))

	t.Log("a source is no longer configured")
	sources = []string{"aws/1111"}
	loaded = work()
	w.change(func() { delete(now.accounts, "2222") })
	hangup <- syscall.SIGHUP
	r.await(t, "configuration reloaded")
	r.await(t, "assessment published")
	removed := compare(before, r.lives(t))
	require.Empty(t, removed.added)
	require.Equal(t, names(before, `2222`), removed.gone)
	require.Equal(t, []string{
		`controlwatch_control_state{control="users-have-mfa",state="pass"} 0 → 1`,
		`controlwatch_control_state{control="users-have-mfa",state="unobserved"} 1 → 0`,
		`controlwatch_holes{collector="aws_users",provider="aws",reason="denied"} 1 → 0`,
	}, removed.changed)
	stop()
}

// lives says what became of series.
type lives struct{ gone, added, changed []string }

func compare(before, after map[string]string) (l lives) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		value, there := after[name]
		switch {
		case !there:
			l.gone = append(l.gone, name)
		case value != before[name]:
			l.changed = append(l.changed, fmt.Sprintf("%s %s → %s", name, before[name], value))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if _, there := before[name]; !there {
			l.added = append(l.added, name)
		}
	}
	return l
}

// lives is every series but those that count what the process itself does.
func (r *running) lives(t *testing.T) map[string]string {
	t.Helper()
	all := r.series(t)
	process := regexp.MustCompile(`^controlwatch_(source_runs?|assessments?|log_checkpoints)_`)
	maps.DeleteFunc(all, func(name, _ string) bool {
		return process.MatchString(name) && name != "controlwatch_assessment_timestamp_seconds" && !strings.Contains(name, "source=")
	})
	for name := range all {
		if strings.HasPrefix(name, "controlwatch_source_runs_total") {
			all[name] = "counted"
		}
	}
	return all
}

// names are those of series that hold a text.
func names(of map[string]string, text string) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if strings.Contains(name, text) {
			all = append(all, name)
		}
	}
	return all
}

func findingsOf(account string, controls ...string) (all []string) {
	for _, control := range controls {
		for _, outcome := range []soc2.Outcome{soc2.Fail, soc2.Unobserved, soc2.Pass} {
			all = append(all, fmt.Sprintf(`controlwatch_findings{account=%q,control=%q,outcome=%q,provider="aws"}`, account, control, outcome))
		}
	}
	slices.Sort(all)
	return all
}

// onceAYear are sources of accounts, read once a year.
func onceAYear(t *testing.T, names ...string) (all []daemon.Scheduled) {
	t.Helper()
	for _, name := range names {
		s := scheduled(t, map[string]string{name: yearly})[0]
		s.Source.Provider = "aws"
		all = append(all, s)
	}
	return all
}
