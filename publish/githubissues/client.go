package githubissues

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operation is one request that may be made. There are no others: a client sends
// operations of this list and nothing else, to one repository.
type operation struct {
	name, method, path string
	status             int  // that says it was done
	repeats            bool // doing it twice is as doing it once
}

var (
	getRepository = operation{"look at the repository", http.MethodGet, "", http.StatusOK, true}
	listIssues    = operation{"list issues", http.MethodGet, "/issues", http.StatusOK, true}
	getIssue      = operation{"look at the issue", http.MethodGet, "/issues/%d", http.StatusOK, true}
	listComments  = operation{"list comments", http.MethodGet, "/issues/%d/comments", http.StatusOK, true}
	createIssue   = operation{"create the issue", http.MethodPost, "/issues", http.StatusCreated, false}
	updateIssue   = operation{"change the issue", http.MethodPatch, "/issues/%d", http.StatusOK, true}
	createComment = operation{"write the comment", http.MethodPost, "/issues/%d/comments", http.StatusCreated, false}
)

// Credential gives the token of a request.
type Credential interface {
	Token(context.Context) (string, error)
}

// Token is a credential that stays as it is.
type Token string

// Token is the token.
func (t Token) Token(context.Context) (string, error) { return string(t), nil }

// String hides it from logs.
func (t Token) String() string { return "token" }

// refusal is an answer other than the one that says it was done.
type refusal struct {
	operation operation
	status    int
	message   string
	limited   bool // for being too fast
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("%s: GitHub answers %d %s", r.operation.name, r.status, http.StatusText(r.status))
	if r.message != "" {
		text += ": " + r.message
	}
	switch {
	case r.limited:
		text += "; the next run goes on"
	case r.status == http.StatusUnauthorized:
		text += "; give plan.github a token that is in force"
	case r.status == http.StatusForbidden:
		text += "; the credentials need the permission Issues: read and write on this repository"
	case r.status == http.StatusNotFound && r.operation == getRepository:
		text += "; there is no such repository, or the credentials may not see it"
	}
	return text
}

func refusedWith(err error, statuses ...int) bool {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return false
	}
	return slices.Contains(statuses, r.status)
}

// errUncertain says that a request may have been done: its answer was lost.
var errUncertain = errors.New("the answer was lost: the next run looks whether it was done")

// client sends operations, one after the other.
type client struct {
	base       string // of the API, without a slash at its end
	repository string // owner/name
	credential Credential
	next       http.RoundTripper
	clock      func() time.Time
	wait       func(context.Context, time.Duration) error
	wrote      time.Time // the last one that changed something
	requests   int
	failures   int
}

const (
	answerLimit   = 64 << 20 // a page of a hundred issues is under 30 MiB
	requestTakes  = 30 * time.Second
	attempts      = 4
	betweenWrites = time.Second     // GitHub's advice against its secondary limits
	longestWait   = 5 * time.Minute // what GitHub wants longer than this waits for the next run
)

type answered struct {
	header http.Header
	body   []byte
}

// send sends an operation, and again where that cannot do it twice.
func (c *client) send(ctx context.Context, op operation, number int, query url.Values, body, into any) (answered, error) {
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return answered{}, err
		}
	}
	for attempt := 1; ; attempt++ {
		if op.method != http.MethodGet {
			if err := c.pace(ctx); err != nil {
				return answered{}, err
			}
		}
		a, status, err := c.once(ctx, op, number, query, encoded)
		if err == nil && status == op.status {
			if into != nil {
				if err := json.Unmarshal(a.body, into); err != nil {
					c.failures++
					if op.repeats {
						return a, fmt.Errorf("%s: the answer is not as GitHub describes it", op.name)
					}
					return a, fmt.Errorf("%s: %w", op.name, errUncertain)
				}
			}
			return a, nil
		}
		c.failures++
		if ctx.Err() != nil {
			return a, context.Cause(ctx)
		}
		pause, again := c.again(op, a, status, err, attempt)
		if !again || attempt == attempts {
			return a, failed(op, a, status, err)
		}
		if err := c.wait(ctx, pause); err != nil {
			return a, err
		}
	}
}

func failed(op operation, a answered, status int, err error) error {
	switch {
	case err != nil && op.repeats:
		return fmt.Errorf("%s: %w", op.name, err)
	case err != nil, !op.repeats && status >= http.StatusInternalServerError:
		return fmt.Errorf("%s: %w", op.name, errUncertain)
	}
	var said struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(a.body, &said) // without it the status has to do
	if message := []rune(visible(said.Message)); len(message) > 200 {
		said.Message = string(message[:200])
	}
	tooFast := status == http.StatusTooManyRequests || status == http.StatusForbidden && limited(a)
	return &refusal{op, status, visible(said.Message), tooFast}
}

// pace keeps writes a second apart.
func (c *client) pace(ctx context.Context) error {
	if left := betweenWrites - c.clock().Sub(c.wrote); left > 0 && left <= betweenWrites {
		if err := c.wait(ctx, left); err != nil {
			return err
		}
	}
	c.wrote = c.clock()
	return nil
}

func (c *client) once(ctx context.Context, op operation, number int, query url.Values, body []byte) (answered, int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, requestTakes, fmt.Errorf("no answer within %s", requestTakes))
	defer cancel()
	path := op.path
	if strings.Contains(path, "%d") {
		path = fmt.Sprintf(path, number)
	}
	address := c.base + "/repos/" + c.repository + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	token, err := c.credential.Token(ctx)
	if err != nil {
		return answered{}, 0, err
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, op.method, address, reader)
	if err != nil {
		return answered{}, 0, err
	}
	setHeaders(req, token)
	c.requests++
	return roundTrip(c.next, req)
}

func setHeaders(req *http.Request, token string) {
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	req.Header.Set("User-Agent", "controlwatch")
	if req.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
}

// roundTrip follows no redirect: a token goes where it was configured for.
func roundTrip(next http.RoundTripper, req *http.Request) (answered, int, error) {
	resp, err := next.RoundTrip(req)
	if err != nil {
		return answered{}, 0, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err == nil && len(body) > answerLimit {
		err = errors.New("the answer is longer than any that GitHub gives")
	}
	if err != nil {
		return answered{header: resp.Header}, resp.StatusCode, err
	}
	return answered{resp.Header, body}, resp.StatusCode, nil
}

// again says whether the same request may be sent once more, and when. A refusal
// for being too fast did nothing, whatever the request was.
func (c *client) again(op operation, a answered, status int, err error, attempt int) (time.Duration, bool) {
	backoff := time.Second << (attempt - 1)
	switch {
	case err != nil:
		return backoff, op.repeats
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && limited(a):
		pause := c.asked(a)
		if pause == 0 {
			pause = time.Minute << (attempt - 1) // GitHub: at least a minute, and longer each time
		}
		return pause, pause <= longestWait
	case status >= http.StatusInternalServerError:
		return backoff, op.repeats
	}
	return 0, false
}

func limited(a answered) bool {
	return a.header.Get("Retry-After") != "" || a.header.Get("X-RateLimit-Remaining") == "0" || strings.Contains(strings.ToLower(string(a.body)), "rate limit")
}

// asked is how long GitHub wants us to wait; 0: it does not say.
func (c *client) asked(a answered) time.Duration {
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil && n >= 0 {
		return time.Duration(n)*time.Second + 1
	}
	if a.header.Get("X-RateLimit-Remaining") == "0" {
		if at, err := strconv.ParseInt(a.header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return max(time.Unix(at, 0).Sub(c.clock()), 0) + time.Second
		}
	}
	return 0
}
