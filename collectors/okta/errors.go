package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

// The error codes that are told apart. Okta's list of error codes says with
// which status each comes; the code decides, since one status means several things.
const (
	codeInvalidToken      = "E0000011" // 401
	codeFeatureNotEnabled = "E0000015" // 401, though the token is good
	codeMethod            = "E0000022" // 405: the org does not have the endpoint
	codeTooManyRequests   = "E0000047" // 429
)

func unseen(r read, reason evidence.Reason, err error) error {
	return &evidence.Unseen{Reason: reason, Operation: r.operation, Hint: hint(r, reason), Err: err}
}

func hint(r read, reason evidence.Reason) string {
	switch reason {
	case evidence.Denied:
		if r.scope == "" {
			return "" // no right is needed for it
		}
		if r.app {
			return fmt.Sprintf("needs %s, and the application must be %s", r.scope, r.rights)
		}
		return fmt.Sprintf("needs %s: make the token as %s", r.scope, r.rights)
	case evidence.Throttled:
		return "lower requests_per_minute, or give the token a larger share under Security > API > Tokens"
	case evidence.Disabled:
		return "the org does not have this feature, or it is switched off"
	case evidence.Truncated, evidence.ProviderError, evidence.Stale, evidence.NotCollected, evidence.NotConfigured, evidence.Pruned, evidence.Erased:
	}
	return "" // nothing the user can mend
}

// refusal classifies an answer other than 200.
func refusal(r read, status int, body []byte) error {
	var said struct {
		Code    string `json:"errorCode"`
		Summary string `json:"errorSummary"`
	}
	// The error id is left out: it differs each time.
	detail := fmt.Errorf("HTTP %d", status)
	if json.Unmarshal(body, &said) == nil && said.Code != "" {
		detail = fmt.Errorf("HTTP %d %s: %s", status, said.Code, shorten(said.Summary))
	}
	if said.Code == codeInvalidToken {
		return &credentialsError{&evidence.Unseen{
			Reason: evidence.Denied, Operation: r.operation, Err: detail,
			Hint: "the token has expired, was revoked or its owner is no longer active: make a new one",
		}}
	}
	return unseen(r, reasonFor(status, said.Code), detail)
}

func reasonFor(status int, code string) evidence.Reason {
	switch {
	case code == codeFeatureNotEnabled, code == codeMethod, status == http.StatusMethodNotAllowed:
		return evidence.Disabled
	case code == codeTooManyRequests, status == http.StatusTooManyRequests:
		return evidence.Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return evidence.Denied
	default:
		return evidence.ProviderError
	}
}

// credentialsError is a refusal of the token itself: asking anything else with
// it is useless.
type credentialsError struct{ *evidence.Unseen }

func (e *credentialsError) Unwrap() error { return e.Unseen }

// hopeless says that the same operation need not be asked again in this pull,
// for another user: the token is dead, or Okta has asked us to slow down until
// the seam gave up.
func hopeless(err error) bool {
	if _, dead := errors.AsType[*credentialsError](err); dead {
		return true
	}
	u, ok := errors.AsType[*evidence.Unseen](err)
	return ok && u.Reason == evidence.Throttled
}

const longestSummary = 300

func shorten(s string) string {
	if r := []rune(s); len(r) > longestSummary {
		return string(r[:longestSummary]) + "…"
	}
	return s
}

// unanswered is for requests without an answer. A cancelled pull is not a hole:
// its cause is returned as it is.
func unanswered(ctx context.Context, r read, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", r.operation, context.Cause(ctx))
	}
	if judged, ok := errors.AsType[*evidence.Unseen](err); ok {
		return unseen(r, judged.Reason, judged.Err)
	}
	return unseen(r, evidence.ProviderError, stable(err))
}

// stable drops what differs between two attempts that fail alike: the address
// with its query, and the local port.
func stable(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
