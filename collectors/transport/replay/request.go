package replay

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// request is a request as exchanges see it.
type request struct {
	operation, account, region string
	host, method, path         string
	query, form                map[string]string
	body                       string
}

// readRequest reads and closes a request's body, as a RoundTripper must.
func readRequest(req *http.Request) (request, error) {
	r := request{
		operation: transport.Operation(req.Context()),
		host:      req.URL.Host, method: req.Method, path: req.URL.EscapedPath(),
		query: flat(req.URL.Query()), form: map[string]string{},
	}
	if r.path == "" {
		r.path = "/"
	}
	if m := transport.MeterFrom(req.Context()); m != nil {
		r.account, r.region = m.Scope().Account, m.Scope().Region
	}
	if req.Body == nil {
		return r, nil
	}
	b, err := io.ReadAll(req.Body)
	if closeErr := req.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return r, fmt.Errorf("replay: read the request's body: %w", err)
	}
	r.body = string(b)
	if kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(r.body)
		if err != nil {
			return r, fmt.Errorf("replay: read the request's form: %w", err)
		}
		r.form = flat(form)
	}
	return r, nil
}

// readAndRestore reads a request and gives it a fresh body to be sent with.
func readAndRestore(req *http.Request) (request, *http.Request, error) {
	r, err := readRequest(req)
	if err != nil || req.Body == nil {
		return r, req, err
	}
	again := req.Clone(req.Context())
	again.Body = io.NopCloser(bytes.NewReader([]byte(r.body)))
	return r, again, nil
}

func flat(v url.Values) map[string]string {
	m := make(map[string]string, len(v))
	for k, values := range v {
		m[k] = strings.Join(values, ",")
	}
	return m
}

// differs says in which of its fields a request does not fit an exchange; empty: it fits.
func (e Exchange) differs(r request) string {
	switch {
	case e.Operation != r.operation:
		return "operation"
	case e.Account != "" && e.Account != r.account:
		return "account " + e.Account
	case e.Region != "" && e.Region != r.region:
		return "region " + e.Region
	case e.Host != "" && e.Host != r.host:
		return "host " + e.Host
	case e.Method != r.method:
		return "method " + e.Method
	case e.Path != r.path:
		return "path " + e.Path
	case !fit(e.Query, r.query):
		return "query " + written(e.Query)
	case !fit(e.Form, r.form):
		return "form " + written(e.Form)
	case !strings.Contains(r.body, e.Contains):
		return "body_contains " + e.Contains
	}
	return ""
}

func fit(want, got map[string]string) bool {
	return maps.EqualFunc(want, got, func(w, g string) bool { return w == "*" || w == g })
}

func written(m map[string]string) string {
	if len(m) == 0 {
		return "none"
	}
	v := url.Values{}
	for k, s := range m {
		v.Set(k, s)
	}
	return v.Encode()
}

func (r request) String() string {
	s := fmt.Sprintf("%s: %s %s%s", r.operation, r.method, r.host, r.path)
	if len(r.query) > 0 {
		s += "?" + written(r.query)
	}
	if len(r.form) > 0 {
		s += " form " + written(r.form)
	}
	if r.account != "" {
		s += " account " + r.account
	}
	if r.region != "" {
		s += " region " + r.region
	}
	return s
}

// asks is the request's side of an exchange in one string: exchanges that ask
// the same are played one after the other.
func (e Exchange) asks() string {
	parts := []string{e.Operation, e.Account, e.Region, e.Host, e.Method, e.Path, e.Contains}
	for _, m := range []map[string]string{e.Query, e.Form} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			parts = append(parts, k+"="+m[k])
		}
		parts = append(parts, "")
	}
	return strings.Join(parts, "\x00")
}
