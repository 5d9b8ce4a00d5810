package daemon_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
)

// trackedDaemon makes a plan with each assessment and has runs as a test wants them.
func trackedDaemon(t *testing.T, run func(context.Context) (githubissues.Run, error)) *running {
	t.Helper()
	return makeDaemon(t, newWorld(), "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
		o.Work.Plan = func(_ context.Context, a soc2.Assessment) (soc2.Plan, error) {
			return soc2.Plan{Schema: soc2.PlanV1, At: a.At}, nil
		}
		o.Work.Issues = run
	})
}

func TestIssuesFollowThePlan(t *testing.T) {
	t.Parallel()
	r := trackedDaemon(t, func(context.Context) (githubissues.Run, error) {
		return githubissues.Run{At: time.Unix(1_800_000_000, 0), Repository: "acme/compliance", Requests: 5, Waiting: 3, Actions: []githubissues.Action{
			{Gap: "control:x", Do: githubissues.Create, Done: true}, {Gap: "control:y", Do: githubissues.Close, Done: true},
		}}, nil
	})
	r.start(t)
	r.await(t, "issues of gaps follow the plan")
	series := r.series(t)
	for name, want := range map[string]string{
		`controlwatch_publish_runs_total{target="github-issues"}`:                    "1",
		`controlwatch_publish_failures_total{target="github-issues"}`:                "0",
		`controlwatch_publish_requests_total{target="github-issues"}`:                "5",
		`controlwatch_publish_changes_total{change="create",target="github-issues"}`: "1",
		`controlwatch_publish_changes_total{change="reopen",target="github-issues"}`: "0",
		`controlwatch_publish_waiting{target="github-issues"}`:                       "3",
	} {
		require.Equal(t, want, series[name], name)
	}
	require.NotEqual(t, "0", series[`controlwatch_publish_last_success_timestamp_seconds{target="github-issues"}`])
}

func TestFailingIssuesAreToldAndStopNothing(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() (githubissues.Run, error){
		"an error": func() (githubissues.Run, error) { return githubissues.Run{}, errors.New("GitHub is away") },
		"a panic":  func() (githubissues.Run, error) { panic("GitHub is away") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := trackedDaemon(t, func(context.Context) (githubissues.Run, error) { return fail() })
			r.start(t)
			r.await(t, "the issues of gaps are not as the plan is")
			series := r.series(t)
			require.Equal(t, "1", series[`controlwatch_publish_failures_total{target="github-issues"}`])
			require.Equal(t, "0", series[`controlwatch_publish_last_success_timestamp_seconds{target="github-issues"}`])
			require.Eventually(t, func() bool {
				return strings.Contains(r.ask(t, http.MethodGet, "/").body, "The issues of gaps are not as the plan is")
			}, 10*time.Second, time.Millisecond)
			require.NotContains(t, r.ask(t, http.MethodGet, "/").body, "GitHub is away")
		})
	}
}
