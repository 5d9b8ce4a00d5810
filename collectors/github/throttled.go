package github

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// throttled recognises GitHub's two limits in an answer. The primary one says
// x-ratelimit-remaining 0; the secondary one says Retry-After, or nothing but a
// sentence in its body, and then wants at least a minute. Either may come as 403
// or 429. (REST API, "Rate limits", "Exceeding the rate limit".)
func throttled(resp *http.Response) (time.Duration, bool) {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusForbidden:
	case http.StatusServiceUnavailable:
		return transport.Wait(resp), resp.Header.Get("Retry-After") != ""
	default:
		return 0, false
	}
	switch {
	case resp.Header.Get("Retry-After") != "":
		return transport.Wait(resp), true
	case resp.Header.Get("X-RateLimit-Remaining") == "0":
		return transport.Wait(resp), true
	case resp.StatusCode == http.StatusTooManyRequests, saysSecondaryLimit(resp.Body):
		return time.Minute, true
	}
	return 0, false
}

// saysSecondaryLimit looks into a refusal. The seam puts the body back to its start.
func saysSecondaryLimit(body io.Reader) bool {
	var said struct {
		Message          string `json:"message"`
		DocumentationURL string `json:"documentation_url"`
	}
	b, err := io.ReadAll(body)
	if err != nil || json.Unmarshal(b, &said) != nil {
		return false
	}
	return strings.Contains(strings.ToLower(said.Message), "secondary rate limit") ||
		strings.HasSuffix(said.DocumentationURL, "secondary-rate-limits") ||
		strings.HasSuffix(said.DocumentationURL, "#abuse-rate-limits")
}
