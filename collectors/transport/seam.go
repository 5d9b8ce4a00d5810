package transport

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Options is what a seam is made with.
type Options struct {
	// Base sends the requests. Nil: the network, by way of the proxy that
	// HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
	Base http.RoundTripper
	// Observe is told of every attempt, from many goroutines. Nil: nobody is told.
	Observe func(Call)
	// Clock measures how long calls take. Nil: the system's.
	Clock func() time.Time
	// Unpaced lifts the bounds on requests a second, for a Base behind which
	// there is no provider to protect. Bounds on requests under way stay.
	Unpaced bool
}

// Call is one attempt at one request, for metrics.
type Call struct {
	Provider, Account, Region string
	Collector                 string
	Operation                 string // empty: it could not be named, and was refused
	Status                    int    // 0: no answer
	Throttled                 bool   // the provider asked us to slow down
	Refused                   bool   // the guard did not let it out
	Attempt                   int    // from 1
	Duration                  time.Duration
	Err                       error // no answer, or not a whole one
}

// Seam is the one way out. It holds the budgets, so all clients that may reach
// the same account must come from the same seam. Safe for concurrent use.
type Seam struct {
	opts Options
	base http.RoundTripper

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

// New makes a seam.
func New(o Options) *Seam {
	s := &Seam{opts: o, base: o.Base, buckets: map[bucketKey]*bucket{}}
	if s.base == nil {
		s.base = newNetwork()
	}
	if s.opts.Observe == nil {
		s.opts.Observe = func(Call) {}
	}
	if s.opts.Clock == nil {
		s.opts.Clock = time.Now //nolint:forbidigo // measures durations only; nothing that is stored depends on it
	}
	return s
}

// Client is an HTTP client whose requests pass the seam. It follows redirects
// on the same host only: elsewhere our credentials have no business.
func (s *Seam) Client(p Policy) *http.Client {
	return &http.Client{Transport: s.RoundTripper(p), CheckRedirect: sameHost}
}

// RoundTripper is the seam for SDKs that bring their own client. The answer's
// body has been read whole before RoundTrip returns.
func (s *Seam) RoundTripper(p Policy) http.RoundTripper {
	return &roundTripper{seam: s, base: s.base, policy: p.withDefaults()}
}

// Over is RoundTripper for an SDK whose own transport carries settings that
// must be kept, such as a private CA. Where the seam was made with a Base, that
// is used and own is not.
func (s *Seam) Over(own http.RoundTripper, p Policy) http.RoundTripper {
	if s.opts.Base != nil {
		own = s.opts.Base
	}
	return &roundTripper{seam: s, base: own, policy: p.withDefaults()}
}

// CloseIdle closes connections that nobody uses.
func (s *Seam) CloseIdle() {
	if c, ok := s.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type roundTripper struct {
	seam   *Seam
	base   http.RoundTripper
	policy Policy
}

// RoundTrip is the route of a request: guard, then for every attempt budget,
// time limit, whole answer, meter; then perhaps again.
func (rt *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	meter := MeterFrom(req.Context())
	operation, service, err := rt.guard(req, meter)
	if err != nil {
		closeBody(req)
		rt.seam.opts.Observe(rt.call(meter, operation, Call{Refused: true, Attempt: 1, Err: err}))
		return nil, err
	}
	// A copy: the caller's request is not ours to change.
	req = req.WithContext(withCall(req.Context(), call{operation: operation, mint: rt.isMint(operation)}))
	asked, err := rt.asking(meter, req, operation)
	if err != nil {
		return nil, err
	}
	bucket := rt.seam.bucket(rt.policy, meter.Scope(), service)
	pauses := newPauses()
	for attempt := 1; ; attempt++ {
		o := rt.attempt(req, bucket, operation)
		if o.sent {
			meter.count(operation, o.id, o.failed())
			meter.date(o.headers, o.asked, o.asked.Add(o.took))
			rt.seam.opts.Observe(rt.call(meter, operation, Call{
				Status: o.status, Throttled: o.throttled, Attempt: attempt, Duration: o.took, Err: o.err,
			}))
		}
		if attempt > rt.policy.Retries || !rt.again(req, o) ||
			!pause(req.Context(), pauses.next(o), rt.policy.MaxWait) || !rewind(req) { //nolint:contextcheck // the request's own context
			meter.capture(asked, o.resp)
			return o.resp, o.err
		}
	}
}

// outcome is what one attempt came to.
type outcome struct {
	resp      *http.Response // nil with err
	status    int            // kept where err refuses the answer
	id        string         // the provider's own id of the call
	err       error
	sent      bool
	throttled bool
	wait      time.Duration // how long the provider asked us to wait, 0: not said
	asked     time.Time
	took      time.Duration
	headers   http.Header // of an answer, kept where err refuses it
}

func (o outcome) failed() bool { return o.err != nil || o.status >= http.StatusBadRequest }

// attempt sends a request once and reads its answer whole, within the budget
// and the time limit.
func (rt *roundTripper) attempt(req *http.Request, b *bucket, operation string) outcome {
	leave, err := b.enter(req.Context(), operation)
	if err != nil {
		closeBody(req)
		return outcome{err: err}
	}
	defer leave()
	late := &TimeoutError{Operation: operation, After: rt.policy.Timeout}
	ctx, cancel := context.WithTimeoutCause(req.Context(), rt.policy.Timeout, late)
	defer cancel()

	start := rt.seam.opts.Clock()
	o := outcome{sent: true, asked: start}
	o.resp, o.err = rt.base.RoundTrip(req.WithContext(ctx)) //nolint:bodyclose // readWhole closes it
	if o.err == nil {
		o.status, o.headers = o.resp.StatusCode, o.resp.Header
		o.id = rt.policy.RequestID(o.headers)
		o.err = readWhole(o.resp, operation)
	}
	o.took = rt.seam.opts.Clock().Sub(start)
	switch {
	case o.err != nil && req.Context().Err() != nil:
		o.err = fmt.Errorf("%s: %w", operation, context.Cause(req.Context()))
	case o.err != nil && ctx.Err() != nil:
		o.err = late
	}
	if o.err != nil {
		o.resp = nil
		return o
	}
	o.resp.Request = req
	o.wait, o.throttled = rt.policy.Throttled(o.resp)
	reread(o.resp)
	if o.throttled {
		b.slow(o.wait, rt.policy.MaxWait)
	} else {
		b.steady()
		if o.err = rt.check(o.resp); o.err != nil {
			o.resp = nil
		}
	}
	return o
}

func (rt *roundTripper) check(resp *http.Response) error {
	if rt.policy.Check == nil {
		return nil
	}
	defer reread(resp)
	return rt.policy.Check(resp)
}

func (rt *roundTripper) call(m *Meter, operation string, c Call) Call {
	c.Provider, c.Operation = rt.policy.Provider, operation
	if m != nil {
		c.Account, c.Region, c.Collector = m.scope.Account, m.scope.Region, m.collector.Name
	}
	return c
}

// TimeoutError says that no whole answer came in time. It is not the caller's
// deadline: that one is returned as the context's cause.
type TimeoutError struct {
	Operation string
	After     time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s: no whole answer within %s", e.Operation, e.After)
}

// Timeout tells net/http and SDKs what kind of error it is.
func (e *TimeoutError) Timeout() bool { return true }
