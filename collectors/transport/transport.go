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
	// service; elsewhere usually empty). It refuses what it cannot name. REST
	// providers use Routes.
	Identify func(*http.Request) (operation, service string, err error)
	// TokenMints are the operations that turn credentials into a session
	// (sts:AssumeRole, an OAuth token request). They are allowed whichever
	// collector runs, and their exchanges are never recorded.
	TokenMints []string
	// Keeps are the operations whose answers may be kept, redacted (redact.go).
	// What is not among them is never looked into.
	Keeps []Kept
	// Rate and Burst bound requests a second per (account, region, service).
	// Zero: 5 a second, in bursts of as many.
	Rate  float64
	Burst int
	// Slower are the services that have another rate than Rate, and bursts of one.
	Slower map[string]float64
	// Concurrency bounds requests under way per (account, region, service). Zero: 4.
	Concurrency int
	// Retries is how often a throttled or failed attempt is repeated here.
	// Zero where the provider's SDK retries: never both.
	Retries int
	// Repeatable says which requests may be repeated. Nil: GET and HEAD.
	Repeatable func(*http.Request) bool
	// MaxWait bounds one wait before a retry. A provider that asks for a longer
	// one is given up on: its answer is returned as it is, and what follows in
	// the same budget fails as throttled, unsent, until the time has passed. Zero: 90 s.
	MaxWait time.Duration
	// Throttled recognises an answer that asks us to slow down and says for how
	// long (0: not said; Wait reads the usual headers). It may read the body.
	// Nil: status 429, and 503 with Retry-After.
	Throttled func(*http.Response) (wait time.Duration, throttled bool)
	// Check refuses an answer that cannot be what was asked for: an empty body or
	// an HTML page with status 200. What a lenient decoder would take for an empty
	// list must fail here. It sees every answer that is not throttled, whatever
	// its status, and may read the body. Nil: every answer is handed on.
	Check func(*http.Response) error
	// RequestID finds the provider's id of a call in its answer's headers. Nil: X-Request-Id.
	RequestID func(http.Header) string
	// Timeout bounds one attempt, reading its answer included. Zero: 30 s.
	Timeout time.Duration
}

func (p Policy) withDefaults() Policy {
	if p.Rate <= 0 {
		p.Rate = 5
	}
	if p.Burst <= 0 {
		p.Burst = max(1, int(p.Rate))
	}
	if p.Concurrency <= 0 {
		p.Concurrency = 4
	}
	if p.Repeatable == nil {
		p.Repeatable = func(req *http.Request) bool {
			return req.Method == http.MethodGet || req.Method == http.MethodHead
		}
	}
	if p.MaxWait <= 0 {
		p.MaxWait = 90 * time.Second
	}
	if p.Throttled == nil {
		p.Throttled = throttledByStatus
	}
	if p.RequestID == nil {
		p.RequestID = func(h http.Header) string { return h.Get("X-Request-Id") }
	}
	if p.Timeout <= 0 {
		p.Timeout = 30 * time.Second
	}
	return p
}
