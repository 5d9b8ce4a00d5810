package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	gh "github.com/google/go-github/v60/github"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	headerScopes         = "X-OAuth-Scopes"          // scopes of a classic token
	headerAcceptedScopes = "X-Accepted-OAuth-Scopes" // scopes that open what was asked for
	headerSSO            = "X-GitHub-SSO"            // single sign-on stands in the way
)

// session is the client of one pull. go-github makes the requests and tells
// errors apart; answers are decoded here, since v60 takes an empty body for an
// empty list, fails on rule types and property values newer than itself, and
// reads an absent field as false.
type session struct {
	client *gh.Client
	// spent: GitHub throttled a read until we gave up. What is left of the pull is
	// then not asked for: it would wait as long, once for every repository.
	spent atomic.Bool
}

// answer is what GitHub said, also where it said no.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// get makes one read. Where GitHub refuses, the error is an *evidence.Unseen
// that holds a *refused.
func (s *session) get(ctx context.Context, operation, path string) (answer, error) {
	if s.spent.Load() {
		return answer{}, overLimit(operation)
	}
	req, err := s.client.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return answer{}, unreadable(operation, "the request cannot be made", err)
	}
	resp, err := s.client.BareDo(ctx, req)
	var a answer
	if resp != nil && resp.Response != nil {
		a = read(resp.Response)
	}
	if err != nil {
		return answer{}, s.noting(unseen(ctx, operation, a, err))
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return answer{}, unreadable(operation, http.StatusText(a.status), errors.New("not an answer to a read"))
	}
	return a, nil
}

// noting takes note of a limit that was exceeded.
func (s *session) noting(err error) error {
	if u, ok := errors.AsType[*evidence.Unseen](err); ok && u.Reason == evidence.Throttled {
		s.spent.Store(true)
	}
	return err
}

// read takes the body, which the seam has read whole and go-github puts back.
func read(resp *http.Response) answer {
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, _ = io.ReadAll(resp.Body) // in memory
	_ = resp.Body.Close()
	return a
}

// getInto makes one read and decodes its answer.
func (s *session) getInto(ctx context.Context, operation, path string, into any) (answer, error) {
	a, err := s.get(ctx, operation, path)
	if err != nil {
		return a, err
	}
	if err := decode(a.body, into); err != nil {
		return a, unreadable(operation, "the answer cannot be read", err)
	}
	return a, nil
}

// decode refuses what encoding/json would let pass as "nothing": no body, and null.
func decode(body []byte, into any) error {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return errors.New("it is empty")
	case bytes.Equal(trimmed, []byte("null")):
		return errors.New("it is null")
	case trimmed[0] == '<':
		return errors.New("it is a web page; is base_url the API's address?")
	}
	return json.Unmarshal(body, into)
}
