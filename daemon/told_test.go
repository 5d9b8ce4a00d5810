package daemon_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
)

// What cannot be told beside an assessment is absent and said to be, and is there
// again when it can; what nobody asks for is not said to be missing.
func TestWhatCannotBeToldIsSaidToBeMissing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var wrong error
	r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
		o.Token = "token"
		o.Work.Attestations = func(context.Context) ([]soc2.AttestationStanding, error) { return nil, wrong }
		o.Work.Plan = func(_ context.Context, a soc2.Assessment) (soc2.Plan, error) { return soc2.Plan{At: a.At}, wrong }
	})
	r.start(t)
	r.settled(t, 1)
	again := func(err error) map[string]string {
		w.change(func() { wrong = err })
		r.ask(t, http.MethodPost, "/api/v1/scan", "Authorization", "Bearer token")
		r.settled(t, 1)
		return r.series(t)
	}
	for _, err := range []error{nil, errors.New("a record cannot be read"), nil} {
		series, want := again(err), "1"
		if err != nil {
			want = "0"
		}
		require.Equal(t, want, series[`controlwatch_told{part="attestations"}`])
		require.Equal(t, want, series[`controlwatch_told{part="plan"}`])
		require.NotContains(t, series, `controlwatch_told{part="period"}`, "none is configured")
		_, counted := series[`controlwatch_attestation_controls{state="overdue"}`]
		require.Equal(t, err == nil, counted)
		_, planned := series[`controlwatch_gap_readiness_ratio`]
		require.Equal(t, err == nil, planned)
	}
}

func TestARoundOverAnchorsThatCannotBeMadeIsCounted(t *testing.T) {
	t.Parallel()
	r := anchoredDaemon(t, func(context.Context) (anchor.Round, error) {
		return anchor.Round{}, errors.New("no checkpoint can be read")
	})
	r.start(t)
	r.await(t, "checkpoints of the evidence log could not be handed to its anchors")
	require.NotEqual(t, "0", r.series(t)[`controlwatch_anchor_rounds_total{result="failed"}`])
	require.Equal(t, "0", r.series(t)[`controlwatch_anchor_rounds_total{result="ok"}`])
}

func TestIssuesThatAreNoLongerKeptEnd(t *testing.T) {
	t.Parallel()
	w := newWorld()
	hangup := make(chan os.Signal)
	r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
		o.Work.Plan = func(_ context.Context, a soc2.Assessment) (soc2.Plan, error) {
			return soc2.Plan{Schema: soc2.PlanV1, At: a.At}, nil
		}
		o.Work.Issues = func(context.Context) (githubissues.Run, error) {
			return githubissues.Run{At: time.Unix(1_800_000_000, 0), Actions: []githubissues.Action{{Gap: "control:x", Do: githubissues.Create, Done: true}}}, nil
		}
		o.Reload = hangup
		o.Load = func(context.Context) (daemon.Work, error) {
			return daemon.Work{Pull: w.Pull, Assess: w.Assess, Sources: scheduled(t, map[string]string{"aws/1111": yearly})}, nil
		}
	})
	r.start(t)
	r.await(t, "issues of gaps follow the plan")
	require.NotEmpty(t, names(r.series(t), `target="github-issues"`))
	hangup <- syscall.SIGHUP
	r.await(t, "configuration reloaded")
	require.Empty(t, names(r.series(t), `target="github-issues"`))
}
