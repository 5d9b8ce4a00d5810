package mototest

import "net/http"

// Unimplemented is a transport to moto for clients that repeat what fails: what
// moto does not implement it answers with 500, which is repeated with ever longer
// waits; here it is 501, which is final and says the same.
func Unimplemented(base http.RoundTripper) http.RoundTripper { return unimplemented{base} }

type unimplemented struct{ base http.RoundTripper }

func (u unimplemented) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := u.base.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusInternalServerError {
		resp.StatusCode, resp.Status = http.StatusNotImplemented, "501 Not Implemented"
	}
	return resp, err
}
