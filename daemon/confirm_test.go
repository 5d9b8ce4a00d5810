package daemon_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// What waits for confirmation is said to wait, and what did not wait for it is counted.
func TestWhatIsNotAnnouncedIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.shape = func(a *soc2.Assessment) {
		a.Pending = soc2.Pending{
			Waiting:   map[string]int{"users-have-mfa": 2},
			Withdrawn: []soc2.Withdrawn{{Control: "users-have-mfa", Check: "user", Change: soc2.Opened, Resource: evidence.Resource{Provider: "aws", Name: "ada"}, Since: a.At}},
		}
	}
	r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
	r.start(t)
	r.await(t, "drift not confirmed")
	r.settled(t, 1)
	series := r.series(t)
	require.Equal(t, "2", series[`controlwatch_drift_waiting{control="users-have-mfa"}`])
	require.NotEmpty(t, series[`controlwatch_drift_unconfirmed_total{control="users-have-mfa"}`])
	require.NotEqual(t, "0", series[`controlwatch_drift_unconfirmed_total{control="users-have-mfa"}`])
	require.Contains(t, r.ask(t, "GET", "/").body, "<b>2</b> findings that fail or were lost from sight are announced here once more pulls confirm it")
}

func TestAClockThatIsOffIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		offset float64
		says   string
	}{
		"the provider is ahead":  {94, "clock is at least 1m34s behind that of aws"},
		"the provider is behind": {-94, "clock is at least 1m34s ahead of that of aws"},
		"within the tolerance":   {-30, ""},
		"nobody told":            {0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.shape = func(a *soc2.Assessment) {
				for i := range a.Feeds {
					if f := &a.Feeds[i]; f.Last != nil && f.ID.Scope.Provider == "aws" && c.offset != 0 {
						f.Last.Clock = &evidence.Clock{OffsetSeconds: c.offset, Answers: 2}
					}
				}
			}
			r := newDaemon(t, w, map[string]string{"aws/1111": yearly})
			r.start(t)
			r.settled(t, 1)
			body := strings.ReplaceAll(r.ask(t, "GET", "/").body, "&#39;", "'")
			health := r.ask(t, "GET", "/healthz")
			require.Equal(t, http.StatusOK, health.status, "a clock is no reason to be restarted")
			if c.says == "" {
				require.NotContains(t, body, "This machine's clock")
				return
			}
			require.Contains(t, body, c.says)
			require.Contains(t, health.body, c.says)
		})
	}
}
