package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/publish/anchor"
)

// anchoredDaemon signs after each assessment and has rounds as a test wants them.
func anchoredDaemon(t *testing.T, round func(context.Context) (anchor.Round, error)) *running {
	t.Helper()
	return makeDaemon(t, newWorld(), "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
		o.Work.Seal = func(context.Context) error { return nil }
		o.Work.Anchor = round
	})
}

func TestWithoutAnAnchorOutOfReachThePageSaysSo(t *testing.T) {
	t.Parallel()
	taken := anchor.Receipt{Size: 12, At: time.Unix(1_800_000_000, 0)}
	for name, results := range map[string][]anchor.Result{
		"none at all":  nil,
		"one in reach": {{Anchor: "share", Kind: "directory", Receipt: taken, New: true, Attempts: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rounds := make(chan struct{}, 100)
			r := anchoredDaemon(t, func(context.Context) (anchor.Round, error) {
				rounds <- struct{}{}
				return anchor.Round{Newest: anchor.Checkpoint{Size: 12}, Results: results}, nil
			})
			r.start(t)
			<-rounds
			require.Eventually(t, func() bool { return r.series(t)["controlwatch_log_size"] == "12" }, 10*time.Second, time.Millisecond)
			require.Contains(t, r.ask(t, http.MethodGet, "/").body, "not protected against the operator: no anchor out of the operator&#39;s reach is configured")
			require.Equal(t, "0", r.series(t)["controlwatch_log_protected_size"])
		})
	}
}

func TestAnchorsAreCountedAndFailuresTold(t *testing.T) {
	t.Parallel()
	rewritten := fmt.Errorf("anchor bucket: another root: %w", anchor.ErrRewritten)
	r := anchoredDaemon(t, func(context.Context) (anchor.Round, error) {
		return anchor.Round{Newest: anchor.Checkpoint{Size: 12}, Results: []anchor.Result{
			{Anchor: "tsa", Kind: "rfc3161", Outside: true, New: true, Attempts: 2, Failures: 1, Receipt: anchor.Receipt{Outside: true, Size: 12, At: time.Unix(1_800_000_000, 0)}},
			{Anchor: "share", Kind: "directory", Attempts: 4, Failures: 4, Err: errors.New("hunter2")},
			{Anchor: "bucket", Kind: "s3", Outside: true, Attempts: 1, Failures: 1, Err: rewritten},
		}}, nil
	})
	r.start(t)
	r.await(t, "checkpoint anchored")
	r.await(t, "the newest checkpoint of the evidence log is not anchored")
	r.await(t, "ALARM: an anchor holds what this evidence log cannot have come from")
	series := r.series(t)
	for name, want := range map[string]string{
		`controlwatch_anchor_info{anchor="tsa",kind="rfc3161",outside="true"}`:      "1",
		`controlwatch_anchor_info{anchor="share",kind="directory",outside="false"}`: "1",
		`controlwatch_anchor_last_success_timestamp_seconds{anchor="tsa"}`:          "1.8e+09",
		`controlwatch_anchor_last_success_timestamp_seconds{anchor="share"}`:        "0",
		`controlwatch_anchor_size{anchor="tsa"}`:                                    "12",
		`controlwatch_anchor_size{anchor="bucket"}`:                                 "0",
		`controlwatch_anchor_rewritten{anchor="tsa"}`:                               "0",
		`controlwatch_anchor_rewritten{anchor="bucket"}`:                            "1",
		`controlwatch_log_protected_size`:                                           "12",
	} {
		got, ok := series[name]
		require.True(t, ok, name)
		require.Equal(t, want, got, name)
	}
	require.NotEqual(t, "0", series[`controlwatch_anchor_attempts_total{anchor="share"}`])
	require.NotEqual(t, "0", series[`controlwatch_anchor_failures_total{anchor="tsa"}`])
	body := r.ask(t, http.MethodGet, "/").body
	require.Contains(t, body, "Anchor bucket holds what this evidence log cannot have come from")
	require.Contains(t, body, "Anchor share has not taken the newest checkpoint")
	require.Contains(t, body, "Evidence log: 12 leaves anchored at 2027-01-15T08:00:00Z (tsa).")
	health := r.ask(t, http.MethodGet, "/healthz")
	require.Equal(t, http.StatusOK, health.status, "a restart would mend nothing")
	require.NotContains(t, health.body, "hunter2", "errors are for the log")
}

func TestASlowAnchorDelaysNoAssessment(t *testing.T) {
	t.Parallel()
	began := make(chan struct{}, 100)
	r := anchoredDaemon(t, func(ctx context.Context) (anchor.Round, error) {
		began <- struct{}{}
		<-ctx.Done()
		return anchor.Round{}, ctx.Err()
	})
	stop := r.start(t)
	<-began
	r.settled(t, 1)
	stop()
	for _, e := range r.log.All() {
		require.NotContains(t, e.Message, "handed to its anchors", "the end of the daemon is no failure")
	}
}

func TestAPanickingAnchorCostsARoundOnly(t *testing.T) {
	t.Parallel()
	r := anchoredDaemon(t, func(context.Context) (anchor.Round, error) { panic("x") })
	r.start(t)
	r.await(t, "checkpoints of the evidence log could not be handed to its anchors")
	require.Equal(t, http.StatusOK, r.ask(t, http.MethodGet, "/readyz").status)
	require.Contains(t, r.ask(t, http.MethodGet, "/healthz").body, "could not be handed to any anchor")
	series := r.series(t)
	require.NotEqual(t, "0", series[`controlwatch_anchor_rounds_total{result="failed"}`])
	require.Equal(t, "0", series[`controlwatch_anchor_rounds_total{result="ok"}`])
}
