package daemon_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
)

func TestReload(t *testing.T) {
	t.Parallel()
	w := newWorld()
	hangup := make(chan os.Signal)
	var loaded daemon.Work
	var wrong error
	r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
		o.Reload = hangup
		o.Load = func(context.Context) (daemon.Work, error) { return loaded, wrong }
	})
	r.start(t)
	r.settled(t, 1)
	const ok = "controlwatch_config_last_reload_successful"
	require.Equal(t, "1", r.series(t)[ok])

	wrong = errors.New("controlwatch.yaml:3:1: unknown key")
	hangup <- syscall.SIGHUP
	r.await(t, "configuration not reloaded; the last good one stays in force")
	require.Equal(t, "0", r.series(t)[ok])
	health := r.ask(t, http.MethodGet, "/healthz").body
	require.Contains(t, health, "the last good one stays in force")
	require.NotContains(t, health, "unknown key", "errors are for the log")
	require.Contains(t, r.ask(t, http.MethodGet, "/").body, "the last good one stays in force")
	require.Equal(t, http.StatusOK, r.ask(t, http.MethodGet, "/readyz").status)

	wrong, loaded = nil, daemon.Work{Pull: w.Pull, Assess: w.Assess}
	loaded.Sources = scheduled(t, map[string]string{"aws/1111": yearly, "aws/1112": yearly})
	loaded.Sources[1].Source.Name = loaded.Sources[0].Source.Name
	hangup <- syscall.SIGHUP
	r.await(t, "configuration not reloaded; the last good one stays in force")

	loaded.Sources = scheduled(t, map[string]string{"github/acme": yearly})
	hangup <- syscall.SIGHUP
	r.await(t, "configuration reloaded")
	r.settled(t, 1)
	require.Equal(t, []string{"aws/1111", "github/acme"}, w.pulled())
	series := r.series(t)
	require.Equal(t, "1", series[ok])
	require.Contains(t, series, `controlwatch_schedule_missed_total{source="github/acme"}`)
	require.NotContains(t, series, `controlwatch_schedule_missed_total{source="aws/1111"}`, "it is no longer configured")
	require.JSONEq(t, `{"status":"ok","problems":[]}`, r.ask(t, http.MethodGet, "/healthz").body)
}

// A change of the file is noticed by itself; one that is being replaced is none.
func TestReloadOfAChangedFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		var content atomic.Value
		var loads atomic.Int32
		content.Store("first")
		r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly}, func(o *daemon.Options) {
			o.Fingerprint = func() string { return content.Load().(string) }
			o.Load = func(context.Context) (daemon.Work, error) {
				loads.Add(1)
				return daemon.Work{Pull: w.Pull, Assess: w.Assess, Sources: scheduled(t, map[string]string{"github/acme": yearly})}, nil
			}
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.Work(ctx)
		}()
		pass := func(d time.Duration) {
			time.Sleep(d) //nolint:forbidigo // the fake clock's sleep
			synctest.Wait()
		}
		pass(time.Minute)
		require.Zero(t, loads.Load())
		content.Store("")
		pass(time.Minute)
		require.Zero(t, loads.Load())
		content.Store("second")
		pass(time.Minute)
		require.EqualValues(t, 1, loads.Load())
		require.Equal(t, []string{"aws/1111", "github/acme"}, w.pulled())
		stop()
		<-done
	})
}

func TestAskForScan(t *testing.T) {
	t.Parallel()
	const token = "a token nobody guesses"
	w := newWorld()
	r := makeDaemon(t, w, "127.0.0.1:0", map[string]string{"aws/1111": yearly, "github/acme": yearly}, func(o *daemon.Options) { o.Token = token })
	r.start(t)
	r.settled(t, 2)

	for name, headers := range map[string][]string{
		"nothing":        nil,
		"another token":  {"Authorization", "Bearer another"},
		"no bearer":      {"Authorization", token},
		"basic":          {"Authorization", "Basic " + token},
		"an empty token": {"Authorization", "Bearer "},
	} {
		got := r.ask(t, http.MethodPost, "/api/v1/scan", headers...)
		require.Equal(t, http.StatusUnauthorized, got.status, name)
		require.NotContains(t, got.body, token)
	}
	require.Len(t, w.pulled(), 2)

	bearer := []string{"Authorization", "Bearer " + token}
	require.Equal(t, http.StatusNotFound, r.ask(t, http.MethodPost, "/api/v1/scan?source=gcp/none", bearer...).status)
	got := r.ask(t, http.MethodPost, "/api/v1/scan?source=github/acme", bearer...)
	require.Equal(t, http.StatusAccepted, got.status)
	require.JSONEq(t, `{"queued":["github/acme"]}`, got.body)
	r.settled(t, 1)
	require.Equal(t, "github/acme", w.pulled()[2])
	require.Equal(t, http.StatusAccepted, r.ask(t, http.MethodPost, "/api/v1/scan", bearer...).status)
	r.settled(t, 2)
	require.Len(t, w.pulled(), 5)
	require.Equal(t, "0", r.series(t)[`controlwatch_schedule_missed_total{source="aws/1111"}`])
}
