package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

const getUsers = "GET /users"

var (
	users = evidence.Collector{Name: "toy_users", Reads: []string{getUsers}}
	acme  = evidence.Scope{Provider: "toy", Account: "acme", Region: "eu"}
)

// base is a provider in one function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func ok(*http.Request) (*http.Response, error) { return answer(http.StatusOK, "{}"), nil }

func policy() transport.Policy {
	return transport.Policy{Provider: "toy", Identify: transport.Routes(getUsers, "DELETE /users", "POST /token"), Rate: 1000, Concurrency: 8}
}

type asked struct {
	seam  *transport.Seam
	meter *transport.Meter
	calls *calls
}

type calls struct {
	mu  sync.Mutex
	all []transport.Call
}

func (c *calls) add(one transport.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, one)
}

func setup(b base) asked {
	c := &calls{}
	return asked{
		seam:  transport.New(transport.Options{Base: b, Observe: c.add}),
		meter: transport.NewMeter(users, acme), calls: c,
	}
}

// get makes a request and returns its status and body.
func (a asked) get(ctx context.Context, p transport.Policy, method, url string) (int, string, error) {
	req, err := http.NewRequestWithContext(transport.WithMeter(ctx, a.meter), method, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	resp, err := a.seam.Client(p).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestGuard(t *testing.T) {
	t.Parallel()
	t.Run("a declared read goes out, with its name below the guard", func(t *testing.T) {
		t.Parallel()
		var operation string
		a := setup(func(req *http.Request) (*http.Response, error) {
			operation = transport.Operation(req.Context())
			return ok(req)
		})
		status, body, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users")
		require.NoError(t, err)
		require.Equal(t, 200, status)
		require.Equal(t, "{}", body)
		require.Equal(t, getUsers, operation)
	})
	refused := map[string]struct {
		method, path string
		change       func(*transport.Policy)
		meter        *transport.Meter
		says         string
	}{
		"an operation the collector does not declare":  {"DELETE", "/users", nil, transport.NewMeter(users, acme), "DELETE /users: refused: collectors may only make the reads they declare: toy_users does not declare it"},
		"a request without a name":                     {"GET", "/secrets", nil, transport.NewMeter(users, acme), "GET /secrets is no operation we know"},
		"a request outside any collector":              {"GET", "/users", nil, nil, "no collector is running"},
		"a collector that declares nothing":            {"GET", "/users", nil, transport.NewMeter(evidence.Collector{}, acme), "does not declare it"},
		"a policy that names nothing":                  {"GET", "/users", func(p *transport.Policy) { p.Identify = nil }, transport.NewMeter(users, acme), "names no operations"},
		"a policy that gives an empty name":            {"GET", "/users", func(p *transport.Policy) { p.Identify = noName }, transport.NewMeter(users, acme), "it has no name"},
		"a token request that is not in the mint list": {"POST", "/token", nil, transport.NewMeter(users, acme), "does not declare it"},
	}
	for name, tc := range refused {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			a := setup(func(*http.Request) (*http.Response, error) {
				t.Error("the request went out")
				return nil, errors.ErrUnsupported
			})
			a.meter = tc.meter
			p := policy()
			if tc.change != nil {
				tc.change(&p)
			}
			_, _, err := a.get(t.Context(), p, tc.method, "http://toy.test"+tc.path)
			require.ErrorIs(t, err, transport.ErrRefused)
			require.ErrorContains(t, err, tc.says)
			require.Len(t, a.calls.all, 1)
			require.True(t, a.calls.all[0].Refused)
		})
	}
	t.Run("a token mint is allowed under every collector and known as one", func(t *testing.T) {
		t.Parallel()
		var mint bool
		a := setup(func(req *http.Request) (*http.Response, error) {
			mint = transport.MintsToken(req.Context())
			return ok(req)
		})
		p := policy()
		p.TokenMints = []string{"POST /token"}
		_, _, err := a.get(t.Context(), p, "POST", "http://toy.test/token")
		require.NoError(t, err)
		require.True(t, mint)
	})
}

func noName(*http.Request) (string, string, error) { return "", "", nil }

func TestRedirects(t *testing.T) {
	t.Parallel()
	a := setup(func(req *http.Request) (*http.Response, error) {
		require.Equal(t, "toy.test", req.URL.Host, "left the host")
		switch req.URL.Query().Get("to") {
		case "elsewhere":
			return answer(http.StatusMovedPermanently, "", "Location", "http://evil.test/users"), nil
		case "here":
			return answer(http.StatusMovedPermanently, "", "Location", "/users"), nil
		case "round":
			return answer(http.StatusFound, "", "Location", "/users?to=round"), nil
		}
		return ok(req)
	})
	t.Run("are followed on the same host", func(t *testing.T) {
		status, _, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users?to=here")
		require.NoError(t, err)
		require.Equal(t, 200, status)
	})
	t.Run("are refused to another", func(t *testing.T) {
		_, _, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users?to=elsewhere")
		require.ErrorIs(t, err, transport.ErrRefused)
		require.ErrorContains(t, err, "redirect from toy.test to evil.test")
	})
	t.Run("end", func(t *testing.T) {
		_, _, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users?to=round")
		require.ErrorContains(t, err, "more than 5 redirects")
	})
}

func TestMeter(t *testing.T) {
	t.Parallel()
	n := 0
	a := setup(func(*http.Request) (*http.Response, error) {
		n++
		switch n {
		case 1:
			return answer(200, "{}", "X-Request-Id", "one"), nil
		case 2:
			return answer(403, "{}", "X-Request-Id", "two"), nil
		}
		return nil, errors.New("connection refused")
	})
	for range 3 {
		_, _, _ = a.get(t.Context(), policy(), "GET", "http://toy.test/users") // the meter is what counts
	}
	var p evidence.Pull
	a.meter.Fill(&p)
	require.Equal(t, map[string]int{getUsers: 3}, p.OperationCounts)
	require.Equal(t, evidence.RequestIDs{Count: 2, Digest: evidence.Digest([]byte("one\ntwo\n")), Failed: []string{"two"}}, p.RequestIDs)

	require.Len(t, a.calls.all, 3)
	first := a.calls.all[0]
	first.Duration = 0
	require.Equal(t, transport.Call{Provider: "toy", Account: "acme", Region: "eu", Collector: "toy_users", Operation: getUsers, Status: 200, Attempt: 1}, first)
	require.Error(t, a.calls.all[2].Err)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	t.Run("half an answer is an error and not a short one", func(t *testing.T) {
		t.Parallel()
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"users":[`)
		}))
		t.Cleanup(srv.Close)
		a := setup(nil)
		a.seam = transport.New(transport.Options{})
		t.Cleanup(a.seam.CloseIdle)
		_, _, err := a.get(t.Context(), policy(), "GET", srv.URL+"/users")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
	t.Run("one that is too large is an error and a truncation", func(t *testing.T) {
		t.Parallel()
		a := setup(func(*http.Request) (*http.Response, error) {
			r := answer(200, "")
			r.Body = io.NopCloser(io.LimitReader(zeroes{}, 65<<20))
			return r, nil
		})
		_, _, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users")
		require.ErrorContains(t, err, "larger than 64 MiB")
		require.Equal(t, evidence.Truncated, evidence.HoleFrom(err).Reason)
	})
	t.Run("one that fails the policy's check is an error, counted as failed", func(t *testing.T) {
		t.Parallel()
		a := setup(func(*http.Request) (*http.Response, error) { return answer(200, "<html>", "X-Request-Id", "one"), nil })
		p := policy()
		p.Check = func(resp *http.Response) error {
			b, err := io.ReadAll(resp.Body)
			if err != nil || strings.HasPrefix(string(b), "<") {
				return errors.New("not JSON")
			}
			return nil
		}
		_, _, err := a.get(t.Context(), p, "GET", "http://toy.test/users")
		require.ErrorContains(t, err, "not JSON")
		var pull evidence.Pull
		a.meter.Fill(&pull)
		require.Equal(t, []string{"one"}, pull.RequestIDs.Failed)
	})
	t.Run("one that was looked into can be read from its start", func(t *testing.T) {
		t.Parallel()
		a := setup(func(*http.Request) (*http.Response, error) { return answer(200, "all of it"), nil })
		p := policy()
		look := func(resp *http.Response) { _, _ = io.CopyN(io.Discard, resp.Body, 3) }
		p.Check = func(resp *http.Response) error { look(resp); return nil }
		p.Throttled = func(resp *http.Response) (time.Duration, bool) { look(resp); return 0, false }
		_, body, err := a.get(t.Context(), p, "GET", "http://toy.test/users")
		require.NoError(t, err)
		require.Equal(t, "all of it", body)
	})
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTimeout(t *testing.T) {
	t.Parallel()
	t.Run("covers the body", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(func(req *http.Request) (*http.Response, error) {
				r := answer(200, "")
				r.Body = io.NopCloser(endless{req.Context().Done()})
				return r, nil
			})
			start := time.Now()
			_, _, err := a.get(t.Context(), policy(), "GET", "http://toy.test/users")
			var late *transport.TimeoutError
			require.ErrorAs(t, err, &late)
			require.Equal(t, "GET /users: no whole answer within 30s", late.Error())
			require.Equal(t, 30*time.Second, time.Since(start))
		})
	})
	t.Run("of the caller is the caller's own cause", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := setup(func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			})
			cause := errors.New("the pull is over")
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
			defer cancel()
			p := policy()
			p.Retries = 3
			_, _, err := a.get(ctx, p, "GET", "http://toy.test/users")
			require.ErrorIs(t, err, cause)
			require.Len(t, a.calls.all, 1, "nothing is tried again for a caller who has gone")
		})
	})
}

// endless is a body that never comes, until its request is given up.
type endless struct{ givenUp <-chan struct{} }

func (e endless) Read([]byte) (int, error) {
	<-e.givenUp
	return 0, context.DeadlineExceeded
}

func TestOver(t *testing.T) {
	t.Parallel()
	var own, replayed atomic.Int32
	count := func(n *atomic.Int32) base {
		return func(req *http.Request) (*http.Response, error) { n.Add(1); return ok(req) }
	}
	send := func(rt http.RoundTripper) {
		ctx := transport.WithMeter(t.Context(), transport.NewMeter(users, acme))
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://toy.test/users", http.NoBody)
		require.NoError(t, err)
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	send(transport.New(transport.Options{}).Over(count(&own), policy()))
	require.EqualValues(t, 1, own.Load(), "an SDK's own transport is used")
	send(transport.New(transport.Options{Base: count(&replayed)}).Over(count(&own), policy()))
	require.EqualValues(t, 1, own.Load())
	require.EqualValues(t, 1, replayed.Load(), "a replay is never bypassed")
}
