package oktatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"time"
)

// Server answers for an org. It is an http.RoundTripper, so that a client can
// use the org's real address without a network, and an http.Handler.
type Server struct {
	org    *Org
	judge  *judge
	report func(error)
	calls  atomic.Int64

	// PageSize bounds a page below what the client asks for. Zero: as asked.
	PageSize int
	// Rewrite, if set, changes the body of a good answer before it is judged.
	Rewrite func(path string, body []byte) []byte
	// Now is the date of answers. Nil: a fixed one.
	Now func() time.Time
}

// New makes a server. report is told of every request or answer that Okta's
// description does not allow, which is also answered with status 500.
func New(org *Org, report func(error)) (*Server, error) {
	j, err := theJudge()
	if err != nil {
		return nil, err
	}
	return &Server{org: org, judge: j, report: report}, nil
}

// RoundTrip answers a request that was meant for the org.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if req.URL.Host != s.org.Host {
		err := fmt.Errorf("request to %s, which is not the org %s", req.URL.Host, s.org.Host)
		s.report(err)
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	if s.Now != nil {
		now = s.Now()
	}
	a := s.answer(req)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("X-Okta-Request-Id", fmt.Sprintf("req%017d", s.calls.Add(1)))
	h.Set("X-Rate-Limit-Limit", "600")
	h.Set("X-Rate-Limit-Remaining", "599")
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(now.Add(time.Minute).Unix(), 10))
	for _, l := range a.links {
		h.Add("Link", l)
	}
	w.WriteHeader(a.status)
	_, _ = io.Copy(w, bytes.NewReader(a.body))
}

// answer is what the org says, judged.
func (s *Server) answer(req *http.Request) answer {
	if req.URL.Path == tokenPath {
		return s.mint(req)
	}
	input, err := s.judge.request(req)
	if err != nil && s.mayAsk(req) {
		return s.wrong(fmt.Errorf("request %s %s: %w", req.Method, req.URL.RequestURI(), err))
	}
	if !s.mayAsk(req) {
		return refuse(http.StatusUnauthorized, "E0000011", "Invalid token provided")
	}
	if scope := s.scopeOf(req); scope != "" && !allows(input, scope) {
		return refuse(http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action")
	}
	a := s.serve(req)
	if a.status == http.StatusOK && s.Rewrite != nil {
		a.body = s.Rewrite(req.URL.Path, a.body)
	}
	if err := s.judge.answer(input, a); err != nil {
		return s.wrong(fmt.Errorf("answer to %s %s: %w", req.Method, req.URL.RequestURI(), err))
	}
	return a
}

func (s *Server) token() string {
	s.org.mu.Lock()
	defer s.org.mu.Unlock()
	return s.org.Token
}

func (s *Server) wrong(err error) answer {
	s.report(err)
	return refuse(http.StatusInternalServerError, "E0000009", "Internal Server Error")
}

type answer struct {
	status int
	body   []byte
	links  []string
}

func refuse(status int, code, summary string) answer {
	return say(status, map[string]any{
		"errorCode": code, "errorSummary": summary, "errorLink": code,
		"errorId": "oae" + code, "errorCauses": []any{},
	})
}

func say(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of plain values
	}
	return answer{status: status, body: body}
}

// Refuse is the answer Okta gives to a request, with its body, for tests that
// break single operations. The codes are those of Okta's list of error codes.
func Refuse(req *http.Request, status int, code, summary string) *http.Response {
	a := refuse(status, code, summary)
	return &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req,
	}
}
