package okta

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// client reads one org's management API. The token goes to the org and nowhere
// else: every address is made from the org's, and a next link must stay on it.
type client struct {
	http  *http.Client
	org   *url.URL    // scheme and host only
	token string      // of a person; empty where app signs in
	app   *serviceApp // nil where a token does
}

func newClient(org *url.URL, s Settings, seam *transport.Seam) *client {
	return &client{http: seam.Client(policy(org, s.RequestsPerMinute)), org: org, token: s.Token}
}

// authorization is the header that goes with a read; empty where it needs none.
func (c *client) authorization(ctx context.Context, r read) (string, error) {
	switch {
	case c.app == nil:
		return "SSWS " + c.token, nil
	case r.scope == "":
		return "", nil
	}
	return c.app.authorization(ctx, r)
}

// get reads one object.
func (c *client) get(ctx context.Context, r read, path string) ([]byte, error) {
	body, _, err := c.fetch(ctx, r, c.address(path, nil))
	return body, err
}

// list reads a list to its end, page by page. It stops at the first error, its
// own or the caller's.
func (c *client) list(ctx context.Context, r read, path string, query url.Values, page func([]json.RawMessage) error) error {
	at := c.address(path, query)
	seen := map[string]bool{}
	for at != nil {
		if seen[at.String()] {
			return unseen(r, evidence.Truncated, errors.New("the link to the next page leads to a page already read"))
		}
		seen[at.String()] = true
		body, header, err := c.fetch(ctx, r, at)
		if err != nil {
			return err
		}
		elements, err := decodeList(body)
		if err != nil {
			return unseen(r, evidence.ProviderError, err)
		}
		if err := page(elements); err != nil {
			return err
		}
		if at, err = c.next(at, header); err != nil {
			return unseen(r, evidence.Truncated, err)
		}
	}
	return nil
}

// listSome is list for what every org has some of: a list without any was kept from
// whoever asks, as Okta does for administrators of a part of the org, in silence.
func (c *client) listSome(ctx context.Context, r read, path string, query url.Values, what string, page func([]json.RawMessage) error) error {
	none := true
	err := c.list(ctx, r, path, query, func(elements []json.RawMessage) error {
		none = none && len(elements) == 0
		return page(elements)
	})
	if err == nil && none {
		return unseen(r, evidence.ProviderError, fmt.Errorf("the list is empty, but every org has %s", what))
	}
	return err
}

func (c *client) address(path string, query url.Values) *url.URL {
	u := *c.org
	u.Path, u.RawQuery = path, query.Encode()
	return &u
}

func (c *client) fetch(ctx context.Context, r read, at *url.URL) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, nil, unseen(r, evidence.ProviderError, err)
	}
	r.app = c.app != nil
	authorization, err := c.authorization(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, unanswered(ctx, r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body) // the seam has read and bounded it
	if err != nil {
		return nil, nil, unanswered(ctx, r, err)
	}
	if resp.StatusCode != http.StatusOK {
		if c.app != nil && resp.StatusCode == http.StatusUnauthorized {
			c.app.forget(r)
		}
		return nil, nil, refusal(r, resp.StatusCode, body)
	}
	return body, resp.Header, nil
}

// decodeList takes a JSON array and nothing else: an empty body, null or an
// object must never read as a list without elements.
func decodeList(body []byte) ([]json.RawMessage, error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '[' {
		return nil, errors.New("the answer is not a JSON list")
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(body, &elements); err != nil {
		return nil, fmt.Errorf("the answer cannot be read: %w", err)
	}
	return elements, nil
}
