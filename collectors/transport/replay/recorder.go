package replay

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// keptHeaders are the answer's headers a client may need to understand it. All
// others (cookies, dates, ids of calls and sessions) are dropped, as are all
// headers of requests.
var keptHeaders = []string{
	"Content-Type", "Link", "Location", "Retry-After",
	"X-Amz-Bucket-Region", "X-Amzn-Errortype", "X-Oauth-Scopes", "X-Accepted-Oauth-Scopes",
}

// Recorder sends requests on and keeps what was asked and answered. Exchanges
// that mint tokens are sent on and not kept. It keeps answers' bodies as they
// are: whoever stores them looks through them first. Safe for concurrent use.
type Recorder struct {
	base http.RoundTripper

	mu   sync.Mutex
	kept []Exchange
}

// NewRecorder records what base answers.
func NewRecorder(base http.RoundTripper) *Recorder { return &Recorder{base: base} }

// RoundTrip sends a request on and keeps the exchange.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	asked, req, err := readAndRestore(req)
	if err != nil {
		return nil, err
	}
	resp, err := r.base.RoundTrip(req)
	if err != nil || transport.MintsToken(req.Context()) {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // read to its end or not: err says
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", asked, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	r.keep(asked, resp, body)
	return resp, nil
}

func (r *Recorder) keep(asked request, resp *http.Response, body []byte) {
	e := Exchange{
		Operation: asked.operation, Account: asked.account, Region: asked.region,
		Method: asked.method, Path: asked.path, Query: asked.query, Form: asked.form,
		Response: Response{Status: resp.StatusCode, Headers: map[string]string{}, Body: string(body)},
	}
	if len(asked.form) == 0 {
		e.Contains = asked.body
	}
	for _, h := range keptHeaders {
		if v := resp.Header.Values(h); len(v) > 0 {
			e.Response.Headers[h] = strings.Join(v, ", ")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, e)
}

// Exchanges is what was recorded so far, in the order in which answers came.
func (r *Recorder) Exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.kept)
}

// Write writes exchanges in the form Load reads. origin names the server that
// gave them, with its version.
func Write(w io.Writer, origin string, exchanges []Exchange) error {
	b, err := yaml.MarshalWithOptions(file{Origin: origin, Exchanges: exchanges}, yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return fmt.Errorf("write exchanges: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("write exchanges: %w", err)
	}
	return nil
}
