package github

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
)

// api is one address of the API with one token.
type api struct {
	base *url.URL
	http *http.Client
}

// GitHub asks for at most 100 requests under way and 900 a minute, all clients
// of a user together, and 5,000 an hour in all (REST API, "Rate limits").
const (
	requestsPerSecond = 10
	requestBurst      = 100
	concurrency       = 8
	attempts          = 4
)

func newAPI(base *url.URL, token string, o connect.Options) *api {
	client := newClient(base, o)
	client.Transport = &bearer{token: token, host: base.Host, next: client.Transport}
	return &api{base: base, http: client}
}

// newAppAPI is the API as an App's installation sees it.
func newAppAPI(base *url.URL, a *app, o connect.Options) (*api, *installed) {
	client := newClient(base, o)
	t := newInstalled(a, base, client.Transport)
	client.Transport = t
	return &api{base: base, http: client}, t
}

// newClient is a client that sends no credentials yet.
func newClient(base *url.URL, o connect.Options) *http.Client {
	client := o.Seam.Client(transport.Policy{
		Provider:    providerName,
		Identify:    identify(base),
		TokenMints:  mints,
		Keeps:       answersKept,
		Repeatable:  repeatable,
		Rate:        requestsPerSecond,
		Burst:       requestBurst,
		Concurrency: concurrency,
		Retries:     attempts - 1,
		Throttled:   throttled,
		RequestID:   func(h http.Header) string { return h.Get("X-GitHub-Request-Id") },
		Timeout:     30 * time.Second,
	})
	// A redirect says something about what was asked for (who asks is no member,
	// the repository was renamed) and leads to another operation: it is judged, not followed.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// session makes the client of one pull. go-github remembers a rate limit and
// refuses by itself until it is over; a new pull asks GitHub again.
func (s *source) session() *session {
	c := gh.NewClient(s.api.http)
	c.BaseURL = s.api.base
	c.UserAgent = "controlwatch"
	return &session{client: c}
}

// bearer sends the token to its own host only.
type bearer struct {
	token, host string
	next        http.RoundTripper
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == b.host && strings.HasPrefix(req.URL.Scheme, "http") {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.next.RoundTrip(req)
}
