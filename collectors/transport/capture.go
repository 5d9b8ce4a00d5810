package transport

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// largestKept bounds one answer that is kept, after decompression, and
// largestOfPull all those of one pull: of what is larger a digest is kept.
const (
	largestKept   = 8 << 20
	largestOfPull = 64 << 20
)

// captured is what a meter has of answers.
type captured struct {
	on      bool
	size    int64
	order   []string // of requests, as first answered
	answers map[string]evidence.Answer
	pages   map[string][]string // by request without its page token: the tokens, as first used
}

// Capture has the meter keep, redacted, the answers of operations that opt in.
func (m *Meter) Capture() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.captured = captured{on: true, answers: map[string]evidence.Answer{}, pages: map[string][]string{}}
}

// Answers are those captured, each request's last.
func (m *Meter) Answers() []evidence.Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []evidence.Answer
	for _, key := range m.captured.order {
		out = append(out, m.captured.answers[key])
	}
	return out
}

// record is what a pull says of its answers; nil: there were none to keep.
func (c captured) record() *evidence.AnswerRecord {
	if len(c.order) == 0 {
		return nil
	}
	r := &evidence.AnswerRecord{Captured: len(c.order), Bytes: c.size}
	for _, a := range c.answers {
		if a.Rest == nil {
			r.NotKept++
		}
	}
	return r
}

// asking looks at a request whose answer is to be kept, before it is sent; nil: it
// is not to be. The request can be sent as before.
func (rt *roundTripper) asking(m *Meter, req *http.Request, operation string) (*asked, error) {
	if m == nil || !m.capturing() || rt.isMint(operation) || !slices.Contains(m.collector.Reads, operation) {
		return nil, nil
	}
	kept, ok := rt.policy.kept(operation)
	if !ok {
		return nil, nil
	}
	var body []byte
	if req.Body != nil && req.Body != http.NoBody {
		var err error
		if body, err = io.ReadAll(req.Body); err == nil {
			err = req.Body.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: read the request: %w", operation, err)
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		if req.GetBody == nil {
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		}
	}
	a := requestOf(req, operation, body)
	a.kept = kept
	return &a, nil
}

// capture keeps an answer that was read to its end. Only those that can stand
// behind a fact: what was asked for, or that there is none.
func (m *Meter) capture(a *asked, resp *http.Response) {
	if a == nil || resp == nil {
		return
	}
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300, resp.StatusCode == http.StatusBadRequest, resp.StatusCode == http.StatusNotFound:
	default:
		return
	}
	body, isWhole := resp.Body.(whole)
	if !isWhole {
		return
	}
	defer reread(resp)
	sent, err := io.ReadAll(body)
	if err != nil {
		return // in memory: cannot fail
	}
	m.keepAnswer(*a, answerOf(a.kept, resp, sent))
}

func (m *Meter) capturing() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.captured.on
}

// asked is a request without its page token.
type asked struct {
	evidence.AnswerRequest
	token string
	kept  Kept
}

func (m *Meter) keepAnswer(request asked, a evidence.Answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &m.captured
	base, err := canonical(request.AnswerRequest)
	if err != nil {
		return // strings only: cannot fail
	}
	if request.token != "" {
		at := slices.Index(c.pages[string(base)], request.token)
		if at < 0 {
			at = len(c.pages[string(base)])
			c.pages[string(base)] = append(c.pages[string(base)], request.token)
		}
		request.Page = at + 2
	}
	key := string(base) + " " + strconv.Itoa(request.Page)
	a.Request = request.AnswerRequest
	var length int64
	for _, i := range append(a.Items, a.Rest) {
		length += int64(len(i))
	}
	old, again := c.answers[key]
	if again {
		for _, i := range append(slices.Clone(old.Items), old.Rest) {
			c.size -= int64(len(i))
		}
	}
	if c.size+length > largestOfPull {
		a.Rest, a.Items, a.Why, length = nil, nil, "the pull's answers are larger than "+size(largestOfPull), 0
	} else {
		a.Digest = keptDigest(a)
	}
	c.size += length
	if !again {
		c.order = append(c.order, key)
	}
	c.answers[key] = a
}

// keptDigest drops the digest of an answer that is there itself: it is over what
// was sent, secrets and request ids included, and would differ at every look.
func keptDigest(a evidence.Answer) string {
	if a.Rest != nil {
		return ""
	}
	return a.Digest
}

// answerOf redacts an answer.
func answerOf(kept Kept, resp *http.Response, sent []byte) evidence.Answer {
	a := evidence.Answer{Status: resp.StatusCode, Size: len(sent), Digest: evidence.Digest(sent)}
	body, err := decompressed(resp, sent)
	switch {
	case err != nil:
		a.Why = "unreadable: it cannot be decompressed"
		return a
	case len(body) > largestKept:
		a.Why = "truncated: it is larger than " + size(largestKept)
		return a
	}
	a.Size = len(body)
	tree, err := treeOf(body)
	if err != nil {
		a.Why = "unreadable: it is neither JSON nor XML" // the error may repeat what it says
		return a
	}
	r := redaction{kept: kept, removed: map[string]bool{}}
	if tree, err = r.tree(tree); err != nil {
		a.Why = "unreadable: its table cannot be read"
		return a
	}
	var items []any
	for _, path := range kept.items {
		var more []any
		tree, more = split(tree, path)
		items = append(items, more...)
	}
	if a.Rest, err = canonical(tree); err != nil {
		a.Why = "unreadable: it cannot be told as JSON"
		return a
	}
	for _, item := range items {
		b, err := canonical(item)
		if err != nil {
			a.Rest, a.Items, a.Why = nil, nil, "unreadable: it cannot be told as JSON"
			return a
		}
		a.Items = append(a.Items, b)
	}
	a.Removed = r.list()
	return a
}

// decompressed is the answer as it was before a server packed it; an SDK that asks
// for gzip itself gets it packed. It stops one byte after the largest kept.
func decompressed(resp *http.Response, sent []byte) ([]byte, error) {
	switch strings.ToLower(resp.Header.Get("Content-Encoding")) {
	case "", "identity", "aws-chunked":
		return sent, nil
	case "gzip":
		packed, err := gzip.NewReader(bytes.NewReader(sent))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(packed, largestKept+1))
	}
	return nil, http.ErrNotSupported
}

// requestOf is what was asked: no headers, since they hold the credentials.
func requestOf(req *http.Request, operation string, b []byte) asked {
	out := asked{AnswerRequest: evidence.AnswerRequest{Operation: operation, Method: req.Method, Host: req.URL.Host}}
	out.Path, _ = evidence.Mask(req.URL.Path)
	out.Query = map[string]string{}
	for name, values := range req.URL.Query() {
		out.set(out.Query, name, strings.Join(values, ","))
	}
	if len(b) == 0 {
		return out
	}
	form := map[string]any{}
	if strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		values, err := url.ParseQuery(string(b))
		if err != nil {
			return out
		}
		for name, v := range values {
			form[name] = strings.Join(v, ",")
		}
	} else if tree, err := evidence.Tree(b); err != nil {
		return out
	} else if object, ok := tree.(map[string]any); ok {
		form = object
	}
	for name, v := range form {
		if text, ok := v.(string); ok && isPageToken(name) {
			out.token = text
			delete(form, name)
		}
	}
	r := redaction{removed: map[string]bool{}}
	if clean, err := r.tree(form); err == nil {
		if m, ok := clean.(map[string]any); ok && len(m) > 0 {
			out.Body, _ = canonical(clean)
		}
	}
	return out
}

func (a *asked) set(into map[string]string, name, value string) {
	switch known := fold(name); {
	case isPageToken(name):
		a.token = value
	case slices.Contains(volatileNames, known):
	case slices.Contains(secretNames, known):
		into[name] = removed
	default:
		into[name], _ = evidence.Mask(value)
	}
}

// pageTokens are the parameters that ask for a further page and mean nothing else.
var pageTokens = []string{"marker", "nexttoken", "continuationtoken", "cursor", "after", "exclusivestarttablename", "paginationtoken"}

func isPageToken(name string) bool { return slices.Contains(pageTokens, fold(name)) }
