package transport

import (
	"net/http"
	"strconv"
	"time"
)

func throttledByStatus(resp *http.Response) (time.Duration, bool) {
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return Wait(resp), true
	case http.StatusServiceUnavailable:
		return Wait(resp), resp.Header.Get("Retry-After") != ""
	}
	return 0, false
}

// Wait is how long an answer asks us to wait, 0 if it does not say: Retry-After
// in seconds or as a date (RFC 9110, 10.2.3), else the Unix time at which the
// limit resets in X-RateLimit-Reset or X-Rate-Limit-Reset, unless the header
// ending in -Remaining says that some are left. Dates are compared with the
// answer's own Date, since our clock may differ; without that, they say nothing.
func Wait(resp *http.Response) time.Duration {
	date, dateErr := http.ParseTime(resp.Header.Get("Date"))
	if after := resp.Header.Get("Retry-After"); after != "" {
		if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
			return time.Duration(seconds) * time.Second
		}
		if at, err := http.ParseTime(after); err == nil && dateErr == nil {
			return max(0, at.Sub(date))
		}
		return 0
	}
	for _, limit := range []string{"X-RateLimit-", "X-Rate-Limit-"} {
		if left := resp.Header.Get(limit + "Remaining"); left != "" && left != "0" {
			continue
		}
		if reset, err := strconv.ParseInt(resp.Header.Get(limit+"Reset"), 10, 64); err == nil && dateErr == nil {
			return max(0, time.Unix(reset, 0).Sub(date))
		}
	}
	return 0
}
