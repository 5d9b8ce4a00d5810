package transport

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/controlwatch/controlwatch/evidence"
)

// again says whether an attempt is worth repeating.
func (rt *roundTripper) again(req *http.Request, o outcome) bool {
	if req.Context().Err() != nil || !rt.policy.Repeatable(req) {
		return false
	}
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	if o.err != nil {
		// What the seam itself has judged will not be better the next time.
		var unseen *evidence.Unseen
		return o.sent && !errors.As(o.err, &unseen)
	}
	switch o.status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return o.throttled
}

// pauses are the waits between the attempts at one request: as long as the
// provider says, else longer and longer, always with jitter.
type pauses struct{ grow *backoff.ExponentialBackOff }

func newPauses() pauses {
	grow := backoff.NewExponentialBackOff()
	grow.InitialInterval = 500 * time.Millisecond
	grow.Multiplier = 2
	grow.MaxInterval = 30 * time.Second
	return pauses{grow: grow}
}

func (p pauses) next(o outcome) time.Duration {
	grown := p.grow.NextBackOff()
	if o.throttled && o.wait > 0 {
		return o.wait + rand.N(o.wait/10+100*time.Millisecond)
	}
	return grown
}

// pause waits, unless that would take longer than allowed or than the context
// has time: then it says no at once.
func pause(ctx context.Context, wait, longest time.Duration) bool {
	if wait > longest {
		return false
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait { //nolint:forbidigo // a context's deadline is the system clock's
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// rewind makes a request's body ready to be sent once more.
func rewind(req *http.Request) bool {
	if req.Body == nil || req.Body == http.NoBody {
		return true
	}
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	req.Body = body
	return true
}
