package alertmanager_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/alertmanager"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

var serverAt = openapi3.Server{URL: "http://alertmanager/api/v2"}

// told is a mirror as a receiver, for the part of the suite about deliveries.
type told struct{ *alertmanager.Mirror }

func (m told) Send(ctx context.Context, n alert.Notice) error {
	return m.Show(ctx, n.Alerts, time.Hour)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	receivertest.RunDeliveries(t, receivertest.Place{
		Make: func(address string, way *outbound.Client) (alert.Receiver, error) {
			m, err := alertmanager.New(alertmanager.Settings{Name: "am", URLs: []string{address}, User: "u", Password: "pa55word", Way: way})
			return told{m}, err
		},
		Secrets: []string{"pa55word", "dTpwYTU1d29yZA=="},
		Answer:  func(http.ResponseWriter) {},
	})
}

func answering(t *testing.T, status func(n int64) int) (string, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status(calls.Add(1))) }))
	t.Cleanup(s.Close)
	return s.URL, &calls
}

func always(status int) func(int64) int { return func(int64) int { return status } }

func TestEveryPeerIsToldAndThoseThatFailAreNamed(t *testing.T) {
	t.Parallel()
	good, calls := answering(t, always(200))
	bad, _ := answering(t, always(500))
	gone, _ := answering(t, always(404))
	alerts := receivertest.Notice().Alerts

	err := mirror(t, nil, bad, good).Show(t.Context(), alerts, time.Minute)
	require.ErrorContains(t, err, "1 of 2 were told everything")
	require.ErrorContains(t, err, bad[len("http://"):]+" answered 500")
	require.NotContains(t, err.Error(), good[len("http://"):])
	require.Equal(t, int64(1), calls.Load())

	err = mirror(t, nil, gone, good).Show(t.Context(), alerts, time.Minute)
	require.NotErrorIs(t, err, alert.ErrRefused, "one takes them: nothing is lost for ever")
	err = mirror(t, nil, gone, bad).Show(t.Context(), alerts, time.Minute)
	require.NotErrorIs(t, err, alert.ErrRefused, "one may yet")
	require.ErrorIs(t, mirror(t, nil, gone).Show(t.Context(), alerts, time.Minute), alert.ErrRefused)
}

// One alert that is refused must not keep the others from being told.
func TestARefusedBatchIsNotTheLast(t *testing.T) {
	t.Parallel()
	url, calls := answering(t, func(n int64) int {
		if n == 1 {
			return 400
		}
		return 200
	})
	err := mirror(t, nil, url).Show(t.Context(), thousand(), time.Minute)
	require.ErrorIs(t, err, alert.ErrRefused)
	require.Equal(t, int64(4), calls.Load())

	url, calls = answering(t, always(502))
	require.Error(t, mirror(t, nil, url).Show(t.Context(), thousand(), time.Minute))
	require.Equal(t, int64(1), calls.Load(), "one that is down is not asked four times")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	way, err := outbound.New(outbound.Settings{Clock: receivertest.Now})
	require.NoError(t, err)
	good := alertmanager.Settings{Name: "am", URLs: []string{"https://am.example.com/prefix/"}, Way: way}
	_, err = alertmanager.New(good)
	require.NoError(t, err)
	for want, change := range map[string]func(*alertmanager.Settings){
		"there is none": func(s *alertmanager.Settings) { s.URLs = nil },
		"twice":         func(s *alertmanager.Settings) { s.URLs = append(s.URLs, s.URLs...) },
		"is no name":    func(s *alertmanager.Settings) { s.Labels = map[string]string{"severity": "low"} },
		"user":          func(s *alertmanager.Settings) { s.Password = "hunter2" },
		"keep one":      func(s *alertmanager.Settings) { s.Bearer, s.User = "hunter2", "u" },
		"without TLS":   func(s *alertmanager.Settings) { s.URLs = []string{"http://am.example.com"} },
	} {
		bad := good
		change(&bad)
		_, err := alertmanager.New(bad)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
	}
	m, err := alertmanager.New(good)
	require.NoError(t, err)
	require.ErrorContains(t, m.Show(t.Context(), nil, 0), "no time")
}

// What answers 200 need not be an Alertmanager.
func TestAPageIsNoDelivery(t *testing.T) {
	t.Parallel()
	for said, taken := range map[string]bool{"": true, "\n": true, `{"status":"success"}`: true, "<html>sign in, hunter2": false, "OK": false, "\x00\xff": false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, said) }))
		t.Cleanup(s.Close)
		err := mirror(t, nil, s.URL).Show(t.Context(), receivertest.Notice().Alerts, time.Minute)
		require.Equal(t, taken, err == nil, "%q: %v", said, err)
		if !taken {
			require.NotContains(t, err.Error(), "hunter2")
			require.NotErrorIs(t, err, alert.ErrRefused)
		}
	}
}
