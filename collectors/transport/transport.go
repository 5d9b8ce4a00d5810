// Package transport is the one way out to providers. Every client's requests
// pass its guard, which refuses any operation the running pull did not declare,
// its budgets and time limits, and its meter. It knows HTTP, not providers.
package transport

import (
	"net/http"
	"time"
)

// Policy is how one provider's requests are told apart and bounded.
type Policy struct {
	Provider string
	// Identify names the operation of a request ("iam:ListUsers",
	// "GET /orgs/{org}/members") and the budget it counts against (for AWS the
	// service; elsewhere usually empty). It refuses what it cannot name.
	Identify func(*http.Request) (operation, service string, err error)
	// Rate and Burst bound requests a second per (account, region, service).
	Rate  float64
	Burst int
	// Concurrency bounds requests under way per (account, region, service).
	Concurrency int
	// Retries is how often a throttled or failed attempt is repeated here.
	// Zero where the provider's SDK retries: never both.
	Retries int
	// Throttled recognises an answer that asks us to slow down and says for how
	// long (0: not said). Nil: status 429, and 503 with Retry-After.
	Throttled func(*http.Response) (wait time.Duration, throttled bool)
	// RequestID finds the provider's id of a call in its answer's headers. Nil: X-Request-Id.
	RequestID func(http.Header) string
	// Timeout bounds one attempt. Zero: 30 s.
	Timeout time.Duration
}
