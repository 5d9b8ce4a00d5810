package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// script answers with one response after the other, the last again and again.
func script(answers ...func() (*http.Response, error)) base {
	n := 0
	return func(*http.Request) (*http.Response, error) {
		a := answers[min(n, len(answers)-1)]
		n++
		return a()
	}
}

func status(code int, headers ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return answer(code, "{}", headers...), nil }
}

func failing() (*http.Response, error) { return nil, errors.New("connection reset by peer") }

const date = "Mon, 16 Nov 2026 09:00:00 GMT" // 1794819600

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		base       base
		method     string
		status     int // 0: an error
		attempts   int
		waitedFrom time.Duration
		waitedTo   time.Duration
	}{
		"a server error is tried again after a pause":         {script(status(500), status(200)), "GET", 200, 2, 250 * time.Millisecond, 750 * time.Millisecond},
		"a lost connection is tried again":                    {script(failing, status(200)), "GET", 200, 2, 250 * time.Millisecond, 750 * time.Millisecond},
		"pauses grow":                                         {script(status(502)), "GET", 502, 4, 1750 * time.Millisecond, 5250 * time.Millisecond},
		"errors come back when all attempts failed":           {script(failing), "GET", 0, 4, 1750 * time.Millisecond, 5250 * time.Millisecond},
		"Retry-After is honoured":                             {script(status(429, "Retry-After", "20"), status(200)), "GET", 200, 2, 20 * time.Second, 23 * time.Second},
		"Retry-After as a date is compared with the answer's": {script(status(503, "Date", date, "Retry-After", "Mon, 16 Nov 2026 09:00:20 GMT"), status(200)), "GET", 200, 2, 20 * time.Second, 23 * time.Second},
		"a reset time is compared with the answer's date":     {script(status(429, "Date", date, "X-Rate-Limit-Reset", "1794819620"), status(200)), "GET", 200, 2, 20 * time.Second, 23 * time.Second},
		"a reset time is nothing while requests are left":     {script(status(429, "Date", date, "X-RateLimit-Reset", "1794820000", "X-RateLimit-Remaining", "12"), status(200)), "GET", 200, 2, 250 * time.Millisecond, 750 * time.Millisecond},
		"a wait that is too long is given up at once":         {script(status(429, "Retry-After", "3600"), status(200)), "GET", 429, 1, 0, 0},
		"a throttled answer comes back when all attempts are": {script(status(429, "Retry-After", "1")), "GET", 429, 4, 3 * time.Second, 4 * time.Second},
		"a denial is final":                                   {script(status(403), status(200)), "GET", 403, 1, 0, 0},
		"what may change something is not repeated":           {script(status(500), status(200)), "POST", 500, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := setup(tc.base)
				p := policy()
				p.Retries, p.TokenMints = 3, []string{"POST /token"}
				path := "/users"
				if tc.method == "POST" {
					path = "/token"
				}
				start := time.Now()
				got, _, err := a.get(t.Context(), p, tc.method, "http://toy.test"+path)
				waited := time.Since(start)
				if tc.status == 0 {
					require.ErrorContains(t, err, "connection reset")
				} else {
					require.NoError(t, err)
				}
				require.Equal(t, tc.status, got)
				require.Len(t, a.calls.all, tc.attempts)
				require.Equal(t, tc.attempts, a.calls.all[tc.attempts-1].Attempt)
				require.GreaterOrEqual(t, waited, tc.waitedFrom)
				require.LessOrEqual(t, waited, tc.waitedTo)
			})
		})
	}
	t.Run("none where the SDK retries", func(t *testing.T) {
		t.Parallel()
		a := setup(script(status(500), status(200)))
		got, _, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users")
		require.NoError(t, err)
		require.Equal(t, 500, got)
	})
	t.Run("a wait beyond the caller's deadline is not begun", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(script(status(429, "Retry-After", "20")))
			p := policy()
			p.Retries = 3
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			got, _, err := a.get(ctx, p, "GET", "http://toy.test/users")
			require.NoError(t, err)
			require.Equal(t, 429, got, "the provider's answer says more than our deadline")
			require.Zero(t, time.Since(start))
		})
	})
	t.Run("a body is sent whole every time and the caller's request stays as it was", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var bodies []string
			a := setup(func(req *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(req.Body)
				bodies = append(bodies, string(b))
				return answer(500, ""), err
			})
			p := policy()
			p.Retries, p.TokenMints = 1, []string{"POST /token"}
			p.Repeatable = func(*http.Request) bool { return true }
			ctx := transport.WithMeter(t.Context(), a.meter)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://toy.test/token", bytes.NewReader([]byte("{query}")))
			require.NoError(t, err)
			resp, err := a.seam.RoundTripper(p).RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, []string{"{query}", "{query}"}, bodies)
			require.Empty(t, transport.Operation(req.Context()))
		})
	})
}

func TestBan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := setup(script(status(429, "Retry-After", "600"), status(200)))
		p := policy()
		p.Retries = 3
		got, _, err := a.get(t.Context(), p, "GET", "http://toy.test/users")
		require.NoError(t, err)
		require.Equal(t, 429, got)

		_, _, err = a.get(t.Context(), p, "GET", "http://toy.test/users")
		require.Equal(t, evidence.Throttled, evidence.HoleFrom(err).Reason)
		require.Len(t, a.calls.all, 1, "a provider that asked for ten minutes is not asked again")

		other := a
		other.meter = transport.NewMeter(users, evidence.Scope{Provider: "toy", Account: "umbrella"})
		got, _, err = other.get(t.Context(), p, "GET", "http://toy.test/users")
		require.NoError(t, err)
		require.Equal(t, 200, got, "another account has another budget")

		<-time.After(10*time.Minute + time.Second)
		got, _, err = a.get(t.Context(), p, "GET", "http://toy.test/users")
		require.NoError(t, err)
		require.Equal(t, 200, got)
	})
}
