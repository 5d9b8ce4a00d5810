package collectorstest

import (
	"io"
	"net/http"
	"net/http/httptest"
)

// Serve is a base that calls a handler in the same goroutine, without a
// network, so that a suite over a fake server needs no real time.
func Serve(h http.Handler) http.RoundTripper { return serve{h} }

type serve struct{ handler http.Handler }

func (s serve) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	in := req.Clone(req.Context())
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "192.0.2.1:1234"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer func() {
		if v := recover(); v != nil {
			if v != http.ErrAbortHandler { //nolint:errorlint // what a handler panics with is this very value
				panic(v)
			}
			resp, err = nil, io.ErrUnexpectedEOF // what a client sees of an aborted answer
		}
	}()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, in)
	resp = w.Result()
	resp.Request = req
	return resp, nil
}
