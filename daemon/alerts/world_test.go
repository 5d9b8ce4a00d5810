package alerts_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// company is what a real differ compares from assessment to assessment, so that the
// drift that alerts are made of is drift as it is.
type company struct {
	t        require.TestingT
	now      time.Time
	seq      int64
	before   *soc2.Baseline
	findings map[soc2.FindingKey]soc2.Finding
	judge    string
	state    alerts.State
	routes   alerts.Routes
	sent     map[string]bool // notices that were sent
	messages []alerts.Message
	drift    []soc2.Drift
	lags     bool           // nothing is made of assessments for now
	noted    []alerts.Noted // and this is what was missed

	changedBy func(*alert.Alert, int64) alert.ChangedBy
}

func everything(receivers ...string) alerts.Routes {
	return alerts.Routes{List: []alerts.Route{{Name: "default", Receivers: receivers}}}
}

// newCompany has had the assessment that everything is compared with.
func newCompany(t require.TestingT, routes alerts.Routes, findings ...soc2.Finding) *company {
	c := &company{t: t, now: noon, findings: map[soc2.FindingKey]soc2.Finding{}, state: alerts.NewState(), routes: routes, sent: map[string]bool{}}
	for _, f := range findings {
		c.findings[f.Key()] = f
	}
	c.assess()
	return c
}

func bucket(control, account, id string, outcome soc2.Outcome) soc2.Finding {
	f := soc2.Finding{
		Control: control, Check: "check", Outcome: outcome, Severity: soc2.High, Inputs: id + outcome.String(),
		Resource: evidence.Resource{Provider: "aws", Account: account, Region: "eu-west-1", Kind: "Datastore", Type: "aws.s3.bucket", ID: id},
		Observed: json.RawMessage(`{"public":true}`), Desired: "not public", Remediation: "close it",
	}
	if outcome == soc2.Unobserved {
		f.Holes = []evidence.Hole{{Reason: evidence.Denied, Operation: "s3:GetBucketAcl"}}
	}
	return f
}

func (c *company) set(findings ...soc2.Finding) {
	for _, f := range findings {
		c.findings[f.Key()] = f
	}
}

// assess compares, makes alerts and keeps them as the store does: as JSON.
func (c *company) assess() alerts.Turn {
	c.now = c.now.Add(time.Hour)
	c.seq++
	a := soc2.Assessment{
		At: c.now, Judge: soc2.Judge{Catalogue: c.judge},
		Feeds: []evidence.FeedState{},
	}
	for _, account := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		scope := evidence.Scope{Provider: "aws", Account: account, Region: "eu-west-1"}
		populations := []evidence.Population{{Kind: "Datastore", Type: "aws.s3.bucket"}}
		a.Feeds = append(a.Feeds, evidence.FeedState{
			Source: "aws", ID: evidence.FeedID{Collector: "aws_s3", Scope: scope}, Populations: populations,
			Last:     &evidence.Pull{Source: "aws", Collector: "aws_s3", Scope: scope, Populations: populations, StartedAt: c.now, FinishedAt: c.now},
			Complete: map[string]time.Time{"aws.s3.bucket": c.now},
		})
	}
	controls := map[string]bool{}
	for _, f := range c.findings {
		a.Findings = append(a.Findings, f)
		controls[f.Control] = true
	}
	soc2.SortFindings(a.Findings)
	for _, id := range slices.Sorted(maps.Keys(controls)) {
		a.Controls = append(a.Controls, soc2.ControlResult{ID: id, Title: "Title of " + id, Criteria: []soc2.Mapping{{ID: "CC6.1"}}, Checks: []string{"check"}})
	}
	drift, changed := soc2.Diff(c.before, &a)
	next := &soc2.Baseline{At: a.At, Judge: a.Judge, Feeds: soc2.AssessedFeeds(a.Feeds, a.At), States: map[soc2.FindingKey]soc2.FindingState{}}
	if c.before != nil {
		maps.Copy(next.States, c.before.States)
	}
	for _, s := range changed {
		next.States[s.Key] = s
	}
	c.before, c.drift = next, drift
	return c.advance(&a, drift)
}

func (c *company) advance(a *soc2.Assessment, drift []soc2.Drift) alerts.Turn {
	for i, d := range drift {
		c.noted = append(c.noted, alerts.Noted{Drift: d, Seq: c.seq, Ord: int64(i)})
	}
	if c.lags {
		return alerts.Turn{}
	}
	in := alerts.Input{Seq: c.seq, Assessment: a, Now: c.now, Drift: c.noted, Untouched: func(id string) bool { return !c.sent[id] }, ChangedBy: c.changedBy}
	c.noted = nil
	turn := alerts.Advance(c.stored(c.state), c.routes, in)
	c.state = turn.State
	for _, m := range turn.Messages {
		if m.Replaces {
			i := slices.IndexFunc(c.messages, func(was alerts.Message) bool { return was.Notice.ID == m.Notice.ID })
			require.GreaterOrEqual(c.t, i, 0, "what it takes the place of was written")
			c.messages[i] = m
			continue
		}
		c.messages = append(c.messages, m)
	}
	return turn
}

// stored is the state as it is after it was written and read.
func (c *company) stored(s alerts.State) alerts.State {
	text, err := json.Marshal(s)
	require.NoError(c.t, err)
	var again alerts.State
	require.NoError(c.t, json.Unmarshal(text, &again))
	return again
}

// send hands over all that is due.
func (c *company) send() (sent []alert.Notice) {
	for _, m := range c.messages {
		if !c.sent[m.Notice.ID] && !m.Due.After(c.now) {
			c.sent[m.Notice.ID] = true
			sent = append(sent, m.Notice)
		}
	}
	return sent
}

func buckets(control, account string, n int, outcome soc2.Outcome) (all []soc2.Finding) {
	for i := range n {
		all = append(all, bucket(control, account, fmt.Sprintf("bucket-%04d", i), outcome))
	}
	return all
}

func TestOneFinding(t *testing.T) {
	t.Parallel()
	c := newCompany(t, everything("ops"), bucket("public", "1", "logs", soc2.Pass))
	require.Len(t, c.send(), 1, "the first says what is there")

	c.set(bucket("public", "1", "logs", soc2.Fail))
	c.assess()
	began := c.send()
	require.Len(t, began, 1)
	n := began[0]
	require.Equal(t, alert.Firing, n.Status)
	require.Equal(t, 1, n.Number)
	require.Equal(t, "Does not hold: Title of public: aws.s3.bucket logs in aws 1 (CC6.1)", n.Title)
	require.Len(t, n.Alerts, 1)
	a := n.Alerts[0]
	require.Equal(t, "public: true", a.Current)
	require.Equal(t, "not public", a.Desired)
	require.Equal(t, "close it", a.Remediation)
	require.Equal(t, []any{soc2.Pass, soc2.Fail, soc2.High, c.now}, []any{a.From, a.To, a.Severity, a.StartsAt})

	c.assess()
	require.Empty(t, c.send(), "nothing is said twice")

	c.set(bucket("public", "1", "logs", soc2.Unobserved))
	c.assess()
	blind := c.send()
	require.Len(t, blind, 1)
	require.Equal(t, alert.OutOfSight, blind[0].Class)
	require.Contains(t, blind[0].Title, "denied")
	require.NotEqual(t, n.Key, blind[0].Key, "what failed fires on")

	c.set(bucket("public", "1", "logs", soc2.Pass))
	c.assess()
	ended := c.send()
	require.Len(t, ended, 2)
	for _, e := range ended {
		require.Equal(t, alert.Resolved, e.Status)
		require.Equal(t, 2, e.Number)
		require.Contains(t, []string{n.Key, blind[0].Key}, e.Key)
	}

	c.set(bucket("public", "1", "logs", soc2.Fail))
	c.assess()
	again := c.send()
	require.Len(t, again, 1)
	require.NotEqual(t, n.Key, again[0].Key)
	require.NotEqual(t, a.ID, again[0].Alerts[0].ID, "it opened again")
}

func TestWhatGoesUnseenEndsWithoutDrift(t *testing.T) {
	t.Parallel()
	c := newCompany(t, everything("ops"), bucket("public", "1", "logs", soc2.Pass))
	c.set(bucket("public", "1", "logs", soc2.Unobserved))
	c.assess()
	c.send()
	clear(c.findings)
	c.assess()
	require.Empty(t, c.drift, "the differ says nothing of it")
	ended := c.send()
	require.Len(t, ended, 1)
	require.Equal(t, alert.Resolved, ended[0].Status)
}

func TestFiveThousandAtOnceAreOneNotice(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		outcome  soc2.Outcome
		controls int
		want     string
	}{
		"a lost permission":     {soc2.Unobserved, 50, "Sight lost of 5000 findings in aws 1: denied (CC6.1)"},
		"a deleted account":     {soc2.Fail, 50, "5000 findings of 50 controls began to fail at once in aws 1: 100 aws.s3.bucket (CC6.1)"},
		"one control of a kind": {soc2.Fail, 1, "Does not hold: Title of c00: 5000 aws.s3.bucket (CC6.1)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var before, after []soc2.Finding
			for i := range change.controls {
				id := fmt.Sprintf("c%02d", i)
				before = append(before, buckets(id, "1", 5000/change.controls, soc2.Pass)...)
				after = append(after, buckets(id, "1", 5000/change.controls, change.outcome)...)
			}
			c := newCompany(t, everything("ops"), before...)
			c.send()
			c.set(after...)
			c.assess()
			sent := c.send()
			require.Len(t, sent, 1)
			require.Equal(t, change.want, sent[0].Title)
			require.Equal(t, 5000, sent[0].Total)
			require.Len(t, sent[0].Alerts, alert.MaxAlerts)
			require.Contains(t, sent[0].Summary, "4980 more are not listed")
			body, err := json.Marshal(sent[0])
			require.NoError(t, err)
			require.Less(t, len(body), 64<<10)
			c.set(before...)
			c.assess()
			require.Len(t, c.send(), 1)
			c.now = c.now.Add(alerts.ShowEnded)
			c.assess()
			require.Empty(t, c.state.Alerts, "nothing is remembered of it")
			require.Empty(t, c.state.Incidents)
		})
	}
}

func TestManyAccountsAtOnceAreOneNotice(t *testing.T) {
	t.Parallel()
	c := newCompany(t, everything("ops"))
	for account := range 8 {
		c.set(buckets("public", fmt.Sprint(account+1), 10, soc2.Pass)...)
	}
	c.assess()
	c.send()
	for account := range 8 {
		c.set(buckets("public", fmt.Sprint(account+1), 10, soc2.Unobserved)...)
	}
	c.assess()
	sent := c.send()
	require.Len(t, sent, 1)
	require.True(t, strings.HasPrefix(sent[0].Title, "80 findings of 1 control were lost sight of at once in aws 1, aws 2, aws 3, 5 more"), sent[0].Title)
}

func TestAcceptedFindingsDoNotFire(t *testing.T) {
	t.Parallel()
	good, bad := bucket("public", "1", "logs", soc2.Pass), bucket("public", "1", "logs", soc2.Fail)
	accepted := bad
	accepted.Acceptance = &soc2.Acceptance{ID: "d1", Expires: noon.Add(100 * time.Hour)}
	c := newCompany(t, everything("ops"), good)
	c.send()

	c.set(bad)
	c.assess()
	first := c.send()
	require.Len(t, first, 1)
	c.set(accepted)
	c.assess()
	ended := c.send()
	require.Len(t, ended, 1)
	require.Equal(t, alert.Resolved, ended[0].Status)
	require.Contains(t, ended[0].Summary, "accepted by decision d1 until 2026-03-06")
	require.Empty(t, alerts.Shown(c.state, "ops", c.now.Add(2*time.Hour)))

	c.assess()
	require.Empty(t, c.send())
	c.set(bad) // it expired
	c.assess()
	again := c.send()
	require.Len(t, again, 1)
	require.Equal(t, alert.Firing, again[0].Status)
	require.Equal(t, soc2.AcceptanceExpired, again[0].Alerts[0].Change)
	require.NotEqual(t, first[0].Alerts[0].ID, again[0].Alerts[0].ID)

	c = newCompany(t, everything("ops"), good)
	c.send()
	c.set(accepted)
	c.assess()
	require.Empty(t, c.send(), "it is accepted before it is seen")
	c.set(bad)
	c.assess()
	require.Len(t, c.send(), 1)
}

func TestGrowingIncidents(t *testing.T) {
	t.Parallel()
	routes := everything("ops")
	routes.List[0].Wait = 90 * time.Minute
	c := newCompany(t, routes, buckets("public", "1", 3, soc2.Pass)...)
	c.send()
	c.set(bucket("public", "1", "bucket-0000", soc2.Fail))
	c.assess()
	require.Empty(t, c.send(), "it waits for more of the same")
	c.set(bucket("public", "1", "bucket-0001", soc2.Fail))
	c.assess()
	require.Empty(t, c.send())
	c.now = c.now.Add(30 * time.Minute)
	sent := c.send()
	require.Len(t, sent, 1)
	require.Equal(t, 2, sent[0].Total)
	require.Equal(t, 1, sent[0].Number)
}

// While nothing made alerts of it, something began and ended.
func TestWhatBeganAndEndedMeanwhileIsTold(t *testing.T) {
	t.Parallel()
	c := newCompany(t, everything("ops"), buckets("public", "1", 2, soc2.Pass)...)
	c.send()
	c.lags = true
	c.set(buckets("public", "1", 2, soc2.Fail)...)
	c.assess()
	c.set(buckets("public", "1", 2, soc2.Pass)...)
	c.lags = false
	c.assess()
	sent := c.send()
	require.Len(t, sent, 2)
	require.Equal(t, []alert.Status{alert.Firing, alert.Resolved}, []alert.Status{sent[0].Status, sent[1].Status})
	require.Equal(t, []int{0, 2}, []int{sent[0].Resolved, sent[1].Resolved})
	require.Equal(t, sent[0].Key, sent[1].Key)
	require.Equal(t, 2, sent[0].Total)
}
