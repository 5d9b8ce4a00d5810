// Package githubtest is GitHub's REST API as far as the collectors read it, kept
// in memory. It is written by us, so every request it gets and every answer it
// gives is judged by GitHub's own published description.
package githubtest

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Reporter is told what does not agree with GitHub's description; a testing.TB is one.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Server answers for one organisation. It is an http.Handler and, for use
// without a network, an http.RoundTripper. Safe for concurrent use.
type Server struct {
	Token string       // the only one it accepts
	App   *Application // beside those it gives this App

	report Reporter
	judge  *judge
	mu     sync.Mutex
	org    *Organization
}

// New makes a server. Every answer or question that GitHub's description does
// not allow is an error of the test.
func New(report Reporter, org *Organization) *Server {
	report.Helper()
	j, err := newJudge()
	if err != nil {
		report.Errorf("load GitHub's description: %v", err)
	}
	return &Server{Token: "github_pat_example", report: report, judge: j, org: org}
}

// Change changes the state between two requests.
func (s *Server) Change(f func(*Organization)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.org)
}

// RoundTrip answers without a network.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// ServeHTTP answers a request, under the API's root or under /api/v3.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.report.Helper()
	if a, ok := s.graphql(req); ok {
		s.write(w, a)
		return
	}
	asked := s.judge.canonical(req)
	input, err := s.judge.request(asked)
	if err != nil {
		s.report.Errorf("the request is not as GitHub describes it: %v", err)
		s.write(w, refuse(http.StatusUnprocessableEntity, "Validation Failed"))
		return
	}
	if a, ok := s.appAnswer(asked); ok {
		if err := s.judge.answer(input, a); err != nil {
			s.report.Errorf("the fake's answer to %s %s is not as GitHub describes it: %v", asked.Method, asked.URL.Path, err)
		}
		s.write(w, a)
		return
	}
	if !s.authorised(req) {
		s.write(w, refuse(http.StatusUnauthorized, "Bad credentials"))
		return
	}
	s.mu.Lock()
	a := s.answer(asked)
	a = s.judge.filled(input, a)
	if held := s.org.Viewer.Scopes; held != nil {
		a.header.Set("X-OAuth-Scopes", strings.Join(held, ", "))
	}
	s.mu.Unlock()
	if err := s.judge.answer(input, a); err != nil {
		s.report.Errorf("the fake's answer to %s %s is not as GitHub describes it: %v", asked.Method, asked.URL.Path, err)
	}
	s.write(w, a)
}

// answer is what is said to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
	fill   bool // what is required and does not matter is added from the description
}

func (s *Server) write(w http.ResponseWriter, a answer) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("X-GitHub-Request-Id", "0000:0000:0000:0000:0000")
	w.WriteHeader(a.status)
	_, _ = bytes.NewReader(a.body).WriteTo(w) // a client that has gone needs no answer
}
