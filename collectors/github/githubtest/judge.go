package githubtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

//go:embed testdata/api.github.com.json
var description []byte

// judge holds GitHub's description against requests and answers. Suites ask the
// same thousands of times, so what was found valid once is remembered.
type judge struct {
	routes routers.Router
	asked  sync.Map // method and address of a valid GET: its *openapi3filter.RequestValidationInput
	said   sync.Map // request, status and digest of a valid answer
}

// newJudge loads the description once; it is not changed afterwards.
var newJudge = sync.OnceValues(func() (*judge, error) { return judgeBy(description) })

func judgeBy(description []byte) (*judge, error) {
	spec, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		return nil, err
	}
	routes, err := gorillamux.NewRouter(spec)
	if err != nil {
		return nil, err
	}
	return &judge{routes: routes}, nil
}

// canonical is the request as it would go to api.github.com.
func (j *judge) canonical(req *http.Request) *http.Request {
	c := req.Clone(req.Context())
	c.URL.Scheme, c.URL.Host, c.Host = "https", "api.github.com", "api.github.com"
	if path, ok := strings.CutPrefix(c.URL.Path, "/api/v3/"); ok {
		c.URL.Path = "/" + path
		c.URL.RawPath = strings.TrimPrefix(c.URL.RawPath, "/api/v3")
	}
	return c
}

var options = &openapi3filter.Options{
	AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	MultiError:         true,
}

func (j *judge) request(req *http.Request) (*openapi3filter.RequestValidationInput, error) {
	address := req.Method + " " + req.URL.String()
	if known, ok := j.asked.Load(address); ok {
		return known.(*openapi3filter.RequestValidationInput), nil
	}
	input, err := j.requestAnew(req)
	if err == nil && req.Method == http.MethodGet {
		j.asked.Store(address, input)
	}
	return input, err
}

func (j *judge) requestAnew(req *http.Request) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := j.routes.FindRoute(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	known := map[string]bool{}
	for _, p := range route.Operation.Parameters {
		if p.Value.In == "query" {
			known[p.Value.Name] = true
		}
	}
	for name := range req.URL.Query() {
		if !known[name] {
			return nil, fmt.Errorf("%s %s: no query parameter %q", req.Method, route.Path, name)
		}
	}
	input := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(req.Context(), input); err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, route.Path, err)
	}
	return input, nil
}

func (j *judge) answer(input *openapi3filter.RequestValidationInput, a answer) error {
	key := fmt.Sprintf("%s %s %d %s %x", input.Request.Method, input.Request.URL, a.status, a.header.Get("Content-Type"), sha256.Sum256(a.body))
	if _, fine := j.said.Load(key); fine {
		return nil
	}
	err := j.answerAnew(input, a)
	if err == nil {
		j.said.Store(key, true)
	}
	return err
}

func (j *judge) answerAnew(input *openapi3filter.RequestValidationInput, a answer) error {
	return openapi3filter.ValidateResponse(context.WithoutCancel(input.Request.Context()), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header,
		Body: io.NopCloser(bytes.NewReader(a.body)), Options: options,
	})
}
