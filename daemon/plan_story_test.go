package daemon_test

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// month is a company of a few people over thirty days, with the real store, engine
// and assessor; what they configure is a test's.
type month struct {
	t        *testing.T
	now      time.Time
	store    *store.Store
	assessor *daemon.Assessor
	people   map[string]bool // who there is, and whether they have a second factor
	blind    bool
	last     soc2.Assessment
	analysis soc2.GapAnalysis
	plan     soc2.Plan
	series   map[string]float64
}

var (
	monthBegan = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	monthFeed  = evidence.FeedID{Collector: "aws_iam_users", Scope: evidence.Scope{Provider: "aws", Account: "111122223333"}}
	monthUsers = evidence.Population{Kind: "User", Type: "aws.iam.user"}
)

const (
	factors = "people-use-multi-factor-sign-in" // 4×5: critical, a week to fix
	factor  = "control:" + factors
)

func newMonth(t *testing.T) *month {
	t.Helper()
	m := &month{t: t, now: monthBegan, people: map[string]bool{}}
	clock := func() time.Time { return m.now }
	var err error
	m.store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "controlwatch.db"), store.Options{Clock: clock, Version: "test", Ephemeral: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.store.Close()) })
	cat, err := catalogue.Load()
	require.NoError(t, err)
	cat.Controls = slices.DeleteFunc(cat.Controls, func(c soc2.Control) bool { return c.ID != factors })
	require.Len(t, cat.Controls, 1)
	c := &cat.Controls[0]
	c.Checks = slices.DeleteFunc(slices.Clone(c.Checks), func(k soc2.Check) bool { return k.ID != "console-user-has-second-factor" })
	require.Len(t, c.Checks, 1)
	require.Equal(t, soc2.Critical, c.Severity())
	bears := func(id string) bool {
		return slices.ContainsFunc(c.Criteria, func(m soc2.Mapping) bool { return m.ID == id })
	}
	cat.Criteria = slices.DeleteFunc(cat.Criteria, func(c soc2.Criterion) bool { return !bears(c.ID) })
	engine, err := evaluators.New(cat, nil)
	require.NoError(t, err)
	kept, err := catalogue.Encode(cat)
	require.NoError(t, err)
	m.assessor = &daemon.Assessor{
		History: m.store, Engine: engine, Catalogue: cat, Categories: []string{"Security"}, Sources: map[string]time.Duration{"acme": 72 * time.Hour},
		Records: []store.Record{{Kind: "catalogue", Digest: evidence.Digest(kept), Bytes: kept}}, Clock: clock, Version: "test",
	}
	require.NoError(t, m.store.CommitPlan(t.Context(), evidence.Plan{
		Source: "acme", Provider: "aws", At: m.now, Feeds: []evidence.PlannedFeed{{ID: monthFeed, Populations: []evidence.Population{monthUsers}}},
	}))
	return m
}

func monthDay(n int) time.Time { return monthBegan.AddDate(0, 0, n) }

// live is one day: a pull, an assessment, the plan and its metrics.
func (m *month) live(day int) {
	m.t.Helper()
	m.now = monthDay(day)
	yes := true
	p := evidence.Pull{
		Source: "acme", Collector: monthFeed.Collector, CollectorVersion: "1", Scope: monthFeed.Scope, Populations: []evidence.Population{monthUsers},
		StartedAt: m.now.Add(-time.Second), FinishedAt: m.now, OperationCounts: map[string]int{"iam:ListUsers": 1},
	}
	var facts []evidence.Fact
	for id, mfa := range m.people {
		f := evidence.Fact{
			Resource: evidence.Resource{Provider: "aws", Account: "111122223333", Kind: "User", Type: "aws.iam.user", ID: id, Name: id},
			Body:     &evidence.User{PasswordSignIn: &yes, MFA: &evidence.MFA{Enabled: &mfa}},
		}
		if m.blind { // the users are listed, and their factors are not
			f.Body = &evidence.User{PasswordSignIn: &yes}
			f.Holes = []evidence.Hole{{Type: monthUsers.Type, Field: "mfa.enabled", Reason: evidence.Denied, Operation: "iam:ListMFADevices"}}
		}
		facts = append(facts, f)
	}
	p.Items = len(facts)
	require.NoError(m.t, m.store.CommitPull(m.t.Context(), p, facts))
	m.now = m.now.Add(time.Minute)
	a, err := m.assessor.Assess(m.t.Context())
	require.NoError(m.t, err)
	m.last = a
	m.make()
}

func (m *month) make() {
	m.t.Helper()
	versions, changes, err := daemon.PlanRecords(m.t.Context(), m.store)
	require.NoError(m.t, err)
	drift, err := m.store.DriftSince(m.t.Context(), monthBegan, math.MaxInt32)
	require.NoError(m.t, err)
	began, err := m.store.Began(m.t.Context())
	require.NoError(m.t, err)
	m.analysis = soc2.AnalyseGaps(soc2.GapInputs{
		Assessment: &m.last, Catalogue: m.assessor.Catalogue, Scope: soc2.Scope{Categories: []string{"Security"}}, Decisions: m.assessor.Decisions,
		HeldBefore: soc2.HeldBefore(drift), Began: began,
	})
	in := soc2.PlanInputs{Analysis: m.analysis, Catalogue: m.assessor.Catalogue, Changes: changes, Drift: drift}
	if len(versions) > 0 {
		in.Previous = &versions[len(versions)-1].Plan
	}
	m.plan = soc2.PlanOf(in)
	p, err := metrics.Project(m.last, nil)
	require.NoError(m.t, err)
	p, err = p.WithPlan(m.plan)
	require.NoError(m.t, err)
	measures := metrics.New("test")
	measures.Publish(p)
	families, err := measures.Gatherer().Gather()
	require.NoError(m.t, err)
	m.series = map[string]float64{}
	for _, f := range families {
		for _, one := range f.GetMetric() {
			name := f.GetName()
			for _, l := range one.GetLabel() {
				name += " " + l.GetValue()
			}
			m.series[name] = one.GetGauge().GetValue()
		}
	}
}

func (m *month) record(kind, subject, by string, body any) string {
	m.t.Helper()
	b, err := json.Marshal(body)
	require.NoError(m.t, err)
	ids, err := m.store.Append(m.t.Context(), store.Entry{Kind: kind, Subject: subject, Actor: evidence.Actor{Name: by}, Body: b})
	require.NoError(m.t, err)
	return ids[0]
}

// item is the gap in the plan; false: it is not in it.
func (m *month) item() (soc2.PlanItem, bool) {
	n := slices.IndexFunc(m.plan.Items, func(i soc2.PlanItem) bool { return i.Gap == factor })
	if n < 0 {
		return soc2.PlanItem{}, false
	}
	return m.plan.Items[n], true
}

// monthDays is what happens on a day, and what the plan and the metrics say after it.
var monthDays = []struct {
	day       int
	what      string
	happens   func(*month)
	freeze    string // who freezes the plan after it
	status    soc2.PlanStatus
	opened    int // day
	overdue   bool
	failing   int
	owner     string
	readiness float64
}{
	{0, "bob has no second factor at the first look", func(m *month) { m.people["ada"], m.people["bob"] = true, false }, "", soc2.PlanOpen, 0, false, 1, "Head of IT", 0},
	{1, "the plan is frozen", nil, "grace", soc2.PlanOpen, 0, false, 1, "Head of IT", 0},
	{2, "ada takes it", func(m *month) {
		m.record(soc2.EntryPlanChange, factor, "grace", daemon.PlanChangeBody{Owner: "ada", Reason: "she knows them"})
	}, "", soc2.PlanOpen, 0, false, 1, "ada", 0},
	{5, "cara comes without one", func(m *month) { m.people["cara"] = false }, "grace", soc2.PlanOpen, 0, false, 2, "ada", 0},
	{6, "bob gets one", func(m *month) { m.people["bob"] = true }, "", soc2.PlanInProgress, 0, false, 1, "ada", 0},
	{8, "the week is over", nil, "grace", soc2.PlanInProgress, 0, true, 1, "ada", 0},
	{9, "cara's is accepted", func(m *month) {
		m.assessor.Decisions = []soc2.Decision{{
			ID: "d1", Kind: soc2.Accept, Control: factors, Select: soc2.Selector{ID: "cara"}, Reason: "her phone is lost", Requester: "ada", Approver: "grace", Expires: monthDay(14),
		}}
	}, "", soc2.PlanAccepted, 0, false, 1, "ada", 0},
	{14, "the acceptance has expired", nil, "", soc2.PlanInProgress, 0, true, 1, "ada", 0},
	{16, "factors are not seen", func(m *month) { m.blind = true }, "", soc2.PlanUnobserved, 0, true, 0, "ada", 0},
	{17, "they are seen again", func(m *month) { m.blind = false }, "grace", soc2.PlanInProgress, 0, true, 1, "ada", 0},
	{18, "cara gets one", func(m *month) { m.people["cara"] = true }, "grace", soc2.PlanClosed, 0, false, 0, "ada", 1},
	{20, "factors are not seen", func(m *month) { m.blind = true }, "", soc2.PlanUnobserved, 20, false, 0, "ada", 0},
	{21, "they are seen again", func(m *month) { m.blind = false }, "", soc2.PlanClosed, 0, false, 0, "ada", 1},
	{22, "bob loses his", func(m *month) { m.people["bob"] = false }, "grace", soc2.PlanReopened, 22, false, 1, "ada", 0},
	{25, "the date is put off", func(m *month) {
		m.record(soc2.EntryPlanChange, factor, "ada", daemon.PlanChangeBody{Due: monthDay(35), Reason: "he is away"})
	}, "grace", soc2.PlanReopened, 22, false, 1, "ada", 0},
	{29, "the week would have been over", nil, "", soc2.PlanReopened, 22, false, 1, "ada", 0},
	{30, "bob has left", func(m *month) { delete(m.people, "bob") }, "", soc2.PlanClosed, 22, false, 0, "ada", 1},
}

// Thirty days in which a gap opens, gets an owner, is accepted, expires, is lost
// from sight, is closed, opens again, slips and closes: plan and metrics are right
// on each of them.
func TestThirtyDaysOfAGap(t *testing.T) {
	t.Parallel()
	m := newMonth(t)
	var versions []string
	next := 0
	for day := range 31 {
		step := monthDays[next]
		if step.day == day && step.happens != nil {
			step.happens(m)
		}
		m.live(day)
		if step.day != day {
			continue
		}
		next++
		i, ok := m.item()
		require.True(t, ok, "day %d: %s", day, step.what)
		require.Equal(t, step.status, i.Status, "day %d: %s: %s", day, step.what, i.Why)
		require.Equal(t, step.overdue, i.Overdue, "day %d: %s, due %s by %s", day, step.what, i.Due, i.DueBy)
		require.Equal(t, step.failing, i.Failing, "day %d: %s", day, step.what)
		require.Equal(t, step.owner, i.Owner, "day %d: %s", day, step.what)
		require.Equal(t, monthDay(step.opened).Format(time.DateOnly), i.Opened.Format(time.DateOnly), "day %d: %s", day, step.what)
		m.sayMetrics(step.what, i, step.readiness)
		if step.freeze != "" {
			versions = append(versions, m.record(soc2.EntryPlan, "", step.freeze, m.plan))
		}
	}
	require.Len(t, monthDays, next)
	m.approvals(versions)
	m.slippage()
	m.progress()
}

func (m *month) sayMetrics(what string, i soc2.PlanItem, readiness float64) {
	m.t.Helper()
	severity := i.Severity.String()
	for _, s := range soc2.PlanStatuses {
		if s == soc2.PlanClosed {
			continue
		}
		want := 0.0
		if s == i.Status {
			want = 1
		}
		require.InDelta(m.t, want, m.series["controlwatch_gap_open "+severity+" "+string(s)], 0, "%s: %s", what, s)
	}
	overdue := 0.0
	if i.Overdue {
		overdue = 1
	}
	require.InDelta(m.t, overdue, m.series["controlwatch_gap_overdue "+severity], 0, what)
	require.InDelta(m.t, readiness, m.series["controlwatch_gap_readiness_ratio"], 0, what)
	age := 0.0
	if i.Live() {
		age = m.last.At.Sub(i.Opened).Seconds()
	}
	require.InDelta(m.t, age, m.series["controlwatch_gap_oldest_age_seconds "+severity], 1, what)
}

// approvals: its author's own word approves nothing, a later word counts.
func (m *month) approvals(ids []string) {
	m.t.Helper()
	type body struct {
		Yes  bool   `json:"yes"`
		Note string `json:"note,omitempty"`
	}
	m.record("sign-off", ids[0], "Grace", body{Yes: true})
	m.record("sign-off", ids[1], "ada", body{Yes: true})
	m.record("sign-off", ids[2], "ada", body{Yes: true})
	m.record("sign-off", ids[2], "ada", body{Note: "the dates are wrong"})
	m.record("sign-off", "e1.0", "ada", body{Yes: true})
	versions, changes, err := daemon.PlanRecords(m.t.Context(), m.store)
	require.NoError(m.t, err)
	require.Len(m.t, changes, 2)
	var approved []int
	for _, v := range versions {
		if v.Approved() {
			approved = append(approved, v.Number)
		}
	}
	require.Equal(m.t, []int{2}, approved)
}

func (m *month) slippage() {
	m.t.Helper()
	versions, _, err := daemon.PlanRecords(m.t.Context(), m.store)
	require.NoError(m.t, err)
	last := len(versions) - 1
	d := soc2.DiffPlans(versions[last-1].Plan, versions[last].Plan)
	require.Equal(m.t, 1, d.Slipped)
	require.Equal(m.t, soc2.PlanDiffer{
		Gap: factor, Title: d.Changes[0].Title, What: "due", From: monthDay(29).Format(time.DateOnly), To: monthDay(35).Format(time.DateOnly),
		Days: 6, Who: "ada (identity not verified)", Why: "he is away",
	}, d.Changes[0])
}

func (m *month) progress() {
	m.t.Helper()
	drift, err := m.store.DriftSince(m.t.Context(), monthBegan, math.MaxInt32)
	require.NoError(m.t, err)
	p := soc2.ProgressOf(&m.last, drift, monthBegan, soc2.GapSeverities(m.analysis.Gaps))
	type event struct {
		day    int
		change soc2.GapChange
	}
	var got []event
	for _, e := range p.Events {
		got = append(got, event{int(e.At.Sub(monthBegan) / (24 * time.Hour)), e.Change})
	}
	require.Equal(m.t, []event{{18, soc2.GapClosed}, {22, soc2.GapReopened}, {30, soc2.GapClosed}}, got)
	require.Zero(m.t, p.Open)
	require.Len(m.t, p.Weeks, 4)
	require.Equal(m.t, []int{1, 1, 1, 0}, []int{p.Weeks[0].Open, p.Weeks[1].Open, p.Weeks[2].Open, p.Weeks[3].Open})
	critical := p.ToFix[0]
	require.Equal(m.t, soc2.TimeToFix{Severity: soc2.Critical, Mean: 8 * 24 * 3600, Closed: 1, Undated: 1}, critical)
}

func TestAPlanThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]store.Entry{
		"a plan of another form":       {Kind: soc2.EntryPlan, Body: json.RawMessage(`{"schema":"controlwatch.plan/v2"}`)},
		"a plan with an unknown key":   {Kind: soc2.EntryPlan, Body: json.RawMessage(`{"schema":"controlwatch.plan/v1","secret":1}`)},
		"a change with an unknown key": {Kind: soc2.EntryPlanChange, Subject: factor, Body: json.RawMessage(`{"reason":"x","status":"closed"}`)},
		"a change that is a list":      {Kind: soc2.EntryPlanChange, Subject: factor, Body: json.RawMessage(`[]`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(context.WithoutCancel(t.Context()), "sqlite:"+filepath.Join(t.TempDir(), "controlwatch.db"), store.Options{Clock: func() time.Time { return monthBegan }, Version: "test", Ephemeral: true})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			e.Actor = evidence.Actor{Name: "grace"}
			ids, err := s.Append(t.Context(), e)
			require.NoError(t, err)
			_, _, err = daemon.PlanRecords(t.Context(), s)
			require.ErrorContains(t, err, ids[0])
		})
	}
}
