package collectorstest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// fault is one way in which a provider does not answer.
type fault struct {
	name   string          // a sentence's start: "a provider that denies access"
	reason evidence.Reason // the only right reason of the holes; empty: any
	answer func(req *http.Request, operation string, base http.RoundTripper) (*http.Response, error)
}

func (s Suite) faults() []fault {
	throttle := s.Throttle
	if throttle == nil {
		throttle = func(*http.Request, string) *http.Response { return Answer(http.StatusTooManyRequests, "", "") }
	}
	var all []fault
	if s.Deny != nil {
		all = append(all, fault{"a provider that denies", evidence.Denied, static(s.Deny)})
	}
	all = append(
		all,
		fault{"a provider that answers HTML with status 200", "", fixed(http.StatusOK, "text/html", "<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Welcome</p></body></html>")},
		fault{"a provider that answers nothing with status 200", "", fixed(http.StatusOK, "", "")},
		fault{"a provider that answers a number with status 200", "", fixed(http.StatusOK, "application/json", "7")},
		fault{"a provider that answers null with status 200", "", fixed(http.StatusOK, "application/json", "null")},
		fault{"a provider that answers half with status 200", "", half},
	)
	if s.Network {
		return all
	}
	return append(
		all,
		fault{"a provider that throttles for ever", evidence.Throttled, static(throttle)},
		fault{"a provider that fails", "", fixed(http.StatusInternalServerError, "text/html", "<html><body>Internal error</body></html>")},
		fault{"a provider that resets connections", "", func(*http.Request, string, http.RoundTripper) (*http.Response, error) {
			return nil, syscall.ECONNRESET
		}},
		fault{"a provider that breaks off in the middle of an answer", "", brokenOff},
		fault{"a provider that is silent", "", func(req *http.Request, _ string, _ http.RoundTripper) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}},
	)
}

// Answer makes an answer, for Suite.Deny and Suite.Throttle.
func Answer(status int, contentType, body string) *http.Response {
	resp := &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	if contentType != "" {
		resp.Header.Set("Content-Type", contentType)
	}
	return resp
}

type answerer = func(*http.Request, string, http.RoundTripper) (*http.Response, error)

func fixed(status int, contentType, body string) answerer {
	return static(func(*http.Request, string) *http.Response { return Answer(status, contentType, body) })
}

func static(answer func(*http.Request, string) *http.Response) answerer {
	return func(req *http.Request, operation string, _ http.RoundTripper) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		resp := answer(req, operation)
		resp.Request = req
		return resp, nil
	}
}

// half cuts the healthy answer's body and says nothing of it.
func half(req *http.Request, _ string, base http.RoundTripper) (*http.Response, error) {
	resp, body, err := healthyBody(req, base)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body[:len(body)/2]))
	resp.StatusCode, resp.Status, resp.ContentLength = http.StatusOK, "200 OK", int64(len(body)/2)
	resp.Header.Del("Content-Length")
	return resp, nil
}

// brokenOff cuts the healthy answer's body as a lost connection does.
func brokenOff(req *http.Request, _ string, base http.RoundTripper) (*http.Response, error) {
	resp, body, err := healthyBody(req, base)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
	return resp, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func healthyBody(req *http.Request, base http.RoundTripper) (*http.Response, []byte, error) {
	resp, err := base.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(resp.Body)
	return resp, body, errors.Join(err, resp.Body.Close())
}

// inject puts a fault in the place of some answers.
type inject struct {
	base  http.RoundTripper
	fault fault
	when  func(operation string, m *transport.Meter) bool
}

func (i inject) RoundTrip(req *http.Request) (*http.Response, error) {
	operation := transport.Operation(req.Context())
	if i.when(operation, transport.MeterFrom(req.Context())) {
		return i.fault.answer(req, operation, i.base)
	}
	return i.base.RoundTrip(req)
}

// watch takes note of what goes out.
type watch struct {
	base http.RoundTripper
	note func(operation string, m *transport.Meter)
}

func (w watch) RoundTrip(req *http.Request) (*http.Response, error) {
	w.note(transport.Operation(req.Context()), transport.MeterFrom(req.Context()))
	return w.base.RoundTrip(req)
}

// nobody is the base of a provider that makes no calls.
type nobody struct{}

func (nobody) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, errors.New("the suite has no Base, and " + transport.Operation(req.Context()) + " went out")
}

// cancelledMidway cancels while all reads of the collectors are under way.
func (s Suite) cancelledMidway(t *testing.T, healthy seen) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	base := inject{base: s.Base, when: always, fault: fault{answer: func(req *http.Request, _ string, _ http.RoundTripper) (*http.Response, error) {
		time.AfterFunc(time.Second, cancel)
		<-req.Context().Done()
		return nil, req.Context().Err()
	}}}
	start := time.Now()
	got := s.see(ctx, t, base, healthy.feeds())
	require.ErrorIs(t, got.err, context.Canceled)
	require.Less(t, time.Since(start), 5*time.Second)
	require.Empty(t, got.pulls, "what our own going away cut short is no hole")
}
