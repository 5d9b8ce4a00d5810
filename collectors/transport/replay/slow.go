package replay

import (
	"net/http"
	"time"
)

// Slow answers as base does, each time after a while: for benchmarks, and to
// see what a real provider's distance does.
func Slow(base http.RoundTripper, latency time.Duration) http.RoundTripper {
	return slow{base, latency}
}

type slow struct {
	base    http.RoundTripper
	latency time.Duration
}

func (s slow) RoundTrip(req *http.Request) (*http.Response, error) {
	timer := time.NewTimer(s.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.base.RoundTrip(req)
	case <-req.Context().Done():
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, req.Context().Err()
	}
}
