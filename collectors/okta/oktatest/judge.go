package oktatest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

//go:embed testdata/okta-management.yaml
var description []byte

// Description is Okta's own description of the operations read here, with
// Okta's published examples; testdata/ORIGIN.md says where it comes from and
// what was left out.
func Description() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		return nil, fmt.Errorf("read Okta's description: %w", err)
	}
	return doc, nil
}

// judge holds requests and answers against the description. It never changes,
// so one is enough for all servers.
type judge struct {
	doc    *openapi3.T
	router routers.Router
}

var theJudge = sync.OnceValues(newJudge)

func newJudge() (*judge, error) {
	doc, err := Description()
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // any host: the server itself checks whose org it is
	// Okta's defaults ("Assigned" for a date) and some of its examples do not fit its own schemas.
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		return nil, fmt.Errorf("read Okta's description: %w", err)
	}
	return &judge{doc: doc, router: router}, nil
}

func (j *judge) request(req *http.Request) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := j.router.FindRoute(req)
	if err != nil {
		return nil, err
	}
	input := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true},
	}
	// The validator lets parameters pass that are not described: a misspelt filter would go unseen.
	for name := range req.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil && route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			return nil, fmt.Errorf("query parameter %q is not described", name)
		}
	}
	return input, openapi3filter.ValidateRequest(req.Context(), input)
}

func (j *judge) answer(input *openapi3filter.RequestValidationInput, a answer) error {
	if a.status != http.StatusOK {
		// Not every refusal is described with every operation, but all have one form.
		var v any
		if err := json.Unmarshal(a.body, &v); err != nil {
			return err
		}
		schema := j.doc.Components.Schemas["Error"]
		if schema == nil {
			return errors.New("the description has no schema Error")
		}
		return schema.Value.VisitJSON(v)
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 a.status,
		Header:                 http.Header{"Content-Type": {"application/json"}},
		Body:                   io.NopCloser(bytes.NewReader(a.body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true},
	}
	return openapi3filter.ValidateResponse(context.WithoutCancel(input.Request.Context()), out)
}
