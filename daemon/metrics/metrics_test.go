package metrics_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// busy is a process that has done something of everything.
func busy(t *testing.T, a soc2.Assessment) *metrics.Metrics {
	t.Helper()
	m := metrics.New("1.0.0")
	publishWithPeriod(t, m, a)
	for _, provider := range []string{"aws", "github", "okta"} {
		for i := range 60 {
			for _, status := range []int{200, 304, 403, 429, 503} {
				m.ObserveCall(transport.Call{Provider: provider, Account: "x", Operation: fmt.Sprintf("op:%d", i), Status: status, Throttled: status == 429})
			}
		}
	}
	seen := map[string]bool{}
	for _, f := range a.Feeds {
		if seen[f.Source] {
			continue
		}
		seen[f.Source] = true
		m.Source(f.Source, f.ID.Scope.Provider)
		m.Next(f.Source, at)
		m.Ran(f.Source, f.ID.Scope.Provider, time.Second, nil)
	}
	m.Assessed(time.Second, nil)
	m.Withdrawn(a)
	m.AnchorRound(nil)
	m.Anchored(anchor.Round{Results: []anchor.Result{{Anchor: "tsa", Kind: "rfc3161", Outside: true}}})
	m.IssuesKept(githubissues.Run{}, nil, at)
	m.AlertsMade(nil)
	m.Outbox(nil, nil, []string{"ops"})
	return m
}

func publish(t *testing.T, m *metrics.Metrics, a soc2.Assessment, drift ...store.DriftTotal) {
	t.Helper()
	p, err := metrics.Project(a, drift)
	require.NoError(t, err)
	m.Publish(p)
}

// series is every series with its value, as Prometheus reads it.
func series(t *testing.T, m *metrics.Metrics) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler(zap.NewNop()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	all := map[string]string{}
	for line := range strings.Lines(string(body)) {
		if !strings.HasPrefix(line, "#") {
			i := strings.LastIndex(line, " ")
			all[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return all
}

func TestSeriesBudget(t *testing.T) {
	t.Parallel()
	m := busy(t, company{accounts: 50, controls: 60, criteria: 61, collectors: 10, regions: 17}.assessment())
	n := len(series(t, m))
	t.Logf("%d series", n)
	require.Less(t, n, metrics.Budget)
	require.Greater(t, n, 50*60*4, "the test no longer tests anything: the findings alone are more")
}

func TestNamesAndHelpAreAsPrometheusLikesThem(t *testing.T) {
	t.Parallel()
	m := busy(t, company{accounts: 3, controls: 4, criteria: 4, collectors: 2, regions: 2}.assessment())
	problems, err := testutil.GatherAndLint(m.Gatherer())
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestSeriesAgreeWithEachOther(t *testing.T) {
	t.Parallel()
	p, err := metrics.Project(company{accounts: 3, controls: 4, criteria: 4, collectors: 2, regions: 2}.assessment(), nil)
	require.NoError(t, err)
	m := metrics.New("1.0.0")
	m.Publish(p)
	r := prometheus.NewPedanticRegistry()
	require.NoError(t, r.Register(m))
	_, err = r.Gather()
	require.NoError(t, err)
}

func TestBeforeTheFirstAssessmentNothingIsSaidOfControls(t *testing.T) {
	t.Parallel()
	for s := range series(t, metrics.New("1.0.0")) {
		require.NotContains(t, s, "control=")
		require.NotContains(t, s, "assessment_timestamp")
	}
}

func TestUnobservedNeverCountsAsHolding(t *testing.T) {
	t.Parallel()
	a := company{accounts: 1, controls: 1, criteria: 1}.assessment()
	a.Controls[0].State = soc2.Unobserved
	a.Criteria[0].State = soc2.EvidenceIncomplete
	for i := range a.Findings {
		a.Findings[i].Outcome = soc2.Unobserved
	}
	m := metrics.New("1.0.0")
	publish(t, m, a)
	all := series(t, m)
	require.Equal(t, "0", all[`controlwatch_control_state{control="control-0",state="pass"}`])
	require.Equal(t, "1", all[`controlwatch_control_state{control="control-0",state="unobserved"}`])
	require.Equal(t, "0", all[`controlwatch_criterion_state{criterion="CC0",state="no-gap-seen"}`])
	require.Equal(t, "0", all[`controlwatch_findings{account="account-0",control="control-0",outcome="pass",provider="aws"}`])
	require.Equal(t, "4", all[`controlwatch_findings{account="account-0",control="control-0",outcome="unobserved",provider="aws"}`])
}

func TestSeverityIsOnTheInfoSeriesAndOnGapsOnly(t *testing.T) {
	t.Parallel()
	for s := range series(t, busy(t, company{accounts: 3, controls: 4, criteria: 4, collectors: 2, regions: 2}.assessment())) {
		if strings.Contains(s, "severity=") {
			require.True(t, strings.HasPrefix(s, "controlwatch_control_info{") || strings.HasPrefix(s, "controlwatch_gap_"), s)
		}
	}
}

func TestSeriesEndWithWhatTheySpeakOf(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.0.0")
	before := company{accounts: 6, controls: 4, criteria: 4, collectors: 2, regions: 2}
	publish(t, m, before.assessment(), store.DriftTotal{Control: "control-3", Change: soc2.Opened, Cause: soc2.CauseSystem, Count: 3})
	require.Contains(t, series(t, m), `controlwatch_drift_events_total{cause="system",change="opened",control="control-3"}`)
	after := before
	after.accounts, after.controls = 3, 3
	publish(t, m, after.assessment(), store.DriftTotal{Control: "control-3", Change: soc2.Opened, Cause: soc2.CauseSystem, Count: 3})
	for s := range series(t, m) {
		require.NotRegexp(t, `account="account-[345]"`, s)
		require.NotContains(t, s, "control-3")
	}
}

func TestExcludedFindingsAreCountedApart(t *testing.T) {
	t.Parallel()
	a := company{accounts: 1, controls: 1}.assessment()
	for i := range a.Findings {
		a.Findings[i].ExcludedBy = "EX-1"
	}
	a.Controls[0].Excluded = len(a.Findings)
	m := metrics.New("1.0.0")
	publish(t, m, a)
	all := series(t, m)
	require.Equal(t, "0", all[`controlwatch_findings{account="account-0",control="control-0",outcome="fail",provider="aws"}`])
	require.Equal(t, "4", all[`controlwatch_findings_excluded{control="control-0"}`])
}

func TestFreshnessIsThatOfTheOldestScope(t *testing.T) {
	t.Parallel()
	const success = `controlwatch_pull_last_success_timestamp_seconds{account="1",collector="c",provider="aws"}`
	const done = `controlwatch_feeds_complete{account="1",collector="c",provider="aws"}`
	old, stale, never, broken := feed("aws", "1", "c", "old"), feed("aws", "1", "c", "stale"), feed("aws", "1", "c", "never"), feed("aws", "1", "c", "broken")
	old.Complete["t"] = at.Add(-30 * time.Minute)
	stale.Complete["t"] = at.Add(-2 * time.Hour)
	never.Last, never.Complete = nil, nil
	broken.Last.Holes, broken.Complete = []evidence.Hole{{Type: "t", Reason: evidence.Denied}}, nil
	for name, c := range map[string]struct {
		feeds             []evidence.FeedState
		success, complete string
	}{
		"the older of two":                    {[]evidence.FeedState{feed("aws", "1", "c", "new"), old}, stamp(-30 * time.Minute), "2"},
		"a stale one is old and not complete": {[]evidence.FeedState{feed("aws", "1", "c", "new"), stale}, stamp(-2 * time.Hour), "1"},
		"one never pulled is never":           {[]evidence.FeedState{feed("aws", "1", "c", "new"), never}, "0", "1"},
		"one never complete is never":         {[]evidence.FeedState{broken, feed("aws", "1", "c", "new")}, "0", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := metrics.New("1.0.0")
			publish(t, m, soc2.Assessment{At: at, Feeds: c.feeds})
			all := series(t, m)
			require.Equal(t, c.success, all[success])
			require.Equal(t, c.complete, all[done])
			require.Equal(t, "2", all[strings.Replace(done, "complete", "planned", 1)])
		})
	}
}

func stamp(ago time.Duration) string {
	return strings.Replace(fmt.Sprintf("%.9ge+09", float64(at.Add(ago).Unix())/1e9), "e+09e+09", "e+09", 1)
}

func TestHolesOfEveryReasonAreThereFromTheBeginning(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.0.0")
	a := soc2.Assessment{At: at, Feeds: []evidence.FeedState{feed("aws", "1", "c", "")}}
	publish(t, m, a)
	const denied = `controlwatch_holes{collector="c",provider="aws",reason="denied"}`
	require.Equal(t, "0", series(t, m)[denied])
	a.Holes = []soc2.ScopedHole{{Lack: &soc2.Lack{Provider: "aws", Account: "1", Collector: "c", Hole: evidence.Hole{Reason: evidence.Denied}}}}
	publish(t, m, a)
	require.Equal(t, "1", series(t, m)[denied])
}

func TestNamesFromProvidersNeverCostAScrape(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.0.0")
	a := company{accounts: 1, controls: 1, collectors: 1, regions: 1}.assessment()
	for i := range a.Findings {
		a.Findings[i].Resource.Account = "evil\xff\n\"} 1\nfake 1"
	}
	publish(t, m, a)
	require.NotEmpty(t, series(t, m))
}

func TestSeriesThatContradictEachOtherAreNotPublished(t *testing.T) {
	t.Parallel()
	a := company{accounts: 1, controls: 1}.assessment()
	a.Controls = append(a.Controls, a.Controls[0])
	_, err := metrics.Project(a, nil)
	require.ErrorContains(t, err, "is there twice")
}

func TestObserveCall(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.0.0")
	for _, c := range []transport.Call{
		{Provider: "aws", Operation: "iam:ListUsers", Status: 200},
		{Provider: "aws", Operation: "iam:ListUsers", Status: 200},
		{Provider: "aws", Operation: "iam:ListUsers", Status: 429, Throttled: true},
		{Provider: "aws", Operation: "iam:ListUsers", Status: 200, Err: errors.New("half an answer")},
		{Provider: "aws", Operation: "iam:DeleteUser arn:aws:iam::1:user/ada", Refused: true},
		{Provider: "aws", Refused: true},
		{Provider: "aws", Operation: "iam:ListUsers", Status: 77777},
	} {
		m.ObserveCall(c)
	}
	all := series(t, m)
	require.Equal(t, "2", all[`controlwatch_api_requests_total{code="2xx",operation="iam:ListUsers",provider="aws"}`])
	require.Equal(t, "1", all[`controlwatch_api_requests_total{code="4xx",operation="iam:ListUsers",provider="aws"}`])
	require.Equal(t, "2", all[`controlwatch_api_requests_total{code="error",operation="iam:ListUsers",provider="aws"}`])
	require.Equal(t, "2", all[`controlwatch_api_requests_total{code="refused",operation="undeclared",provider="aws"}`])
	require.Equal(t, "1", all[`controlwatch_api_throttles_total{operation="iam:ListUsers",provider="aws"}`])
	require.Equal(t, "5", all[`controlwatch_api_request_duration_seconds_count{provider="aws"}`])
}

func TestClockOffsetIsTheFarthestOfEachProvider(t *testing.T) {
	t.Parallel()
	a := company{accounts: 2, collectors: 1, regions: 2}.assessment()
	a.Feeds[0].Last.Clock.OffsetSeconds = 61.5 // of aws
	for i := range a.Feeds {
		if a.Feeds[i].ID.Scope.Provider == "github" {
			a.Feeds[i].Last.Clock = nil
		}
	}
	got := series(t, busy(t, a))
	require.Equal(t, "61.5", got[`controlwatch_clock_offset_seconds{provider="aws"}`])
	require.NotContains(t, got, `controlwatch_clock_offset_seconds{provider="github"}`, "nobody told")
}
