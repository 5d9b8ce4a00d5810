package github

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
	"strings"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// question is a query of GitHub's GraphQL API. The guard lets out these texts and
// no other, since a query and a change travel alike there.
type question struct{ name, text string }

// The fields are those of GitHub's public schema (npm @octokit/graphql-schema 15.26.1).
var (
	askOrganizationSAML = question{
		"GraphQL organization.samlIdentityProvider",
		`query($login: String!) { organization(login: $login) { login samlIdentityProvider { issuer ssoUrl } } }`,
	}
	askEnterpriseSAML = question{
		"GraphQL enterprise.ownerInfo.samlIdentityProvider",
		`query($slug: String!) { enterprise(slug: $slug) { slug ownerInfo { samlIdentityProvider { issuer ssoUrl } } } }`,
	}
)

var questions = []question{askOrganizationSAML, askEnterpriseSAML}

type graphqlBody struct {
	Query     string            `json:"query"`
	Variables map[string]string `json:"variables"`
}

// graphqlPath is where an API under a base path answers GraphQL: beside the REST
// API, which Enterprise Server puts under /api/v3.
func graphqlPath(base *url.URL) string {
	if before, server := strings.CutSuffix(base.Path, "/v3/"); server {
		return before + "/graphql"
	}
	return base.Path + "graphql"
}

// identify names requests of both APIs.
func identify(base *url.URL) func(*http.Request) (operation, service string, err error) {
	rest := slices.DeleteFunc(slices.Concat(reads, mints), func(read string) bool { return strings.HasPrefix(read, "GraphQL ") })
	named := transport.RoutesUnder(base.Path, rest...)
	return func(req *http.Request) (string, string, error) {
		if req.Method != http.MethodPost || req.URL.Path != graphqlPath(base) {
			return named(req)
		}
		q, err := questionIn(req)
		return q.name, "", err
	}
}

func questionIn(req *http.Request) (question, error) {
	unknown := errors.New("POST to GraphQL is no question we know")
	if req.GetBody == nil {
		return question{}, unknown
	}
	body, err := req.GetBody()
	if err != nil {
		return question{}, fmt.Errorf("read a GraphQL request: %w", err)
	}
	defer func() { _ = body.Close() }()
	b, err := io.ReadAll(body)
	if err != nil {
		return question{}, fmt.Errorf("read a GraphQL request: %w", err)
	}
	// Strictly, and one value only: a server may read a key that comes twice, or one
	// that we do not look at, otherwise than we do. So the body must be what we write.
	var said graphqlBody
	if json.Unmarshal(b, &said) != nil {
		return question{}, unknown
	}
	if again, err := json.Marshal(said); err != nil || !bytes.Equal(again, b) {
		return question{}, unknown
	}
	for _, q := range questions {
		if q.text == said.Query {
			return q, nil
		}
	}
	return question{}, unknown
}

// repeatable says that a question may be asked again, as reads may.
func repeatable(req *http.Request) bool {
	if req.Method != http.MethodPost {
		return req.Method == http.MethodGet || req.Method == http.MethodHead
	}
	_, err := questionIn(req)
	return err == nil
}

// ask puts a question. GraphQL answers 200 to what it refuses, with the reason beside.
func (s *session) ask(ctx context.Context, q question, variables map[string]string, into any) error {
	if s.spent.Load() {
		return overLimit(q.name)
	}
	b, err := json.Marshal(graphqlBody{q.text, variables})
	if err != nil {
		return unreadable(q.name, "the request cannot be made", err)
	}
	u := *s.client.BaseURL
	u.Path = graphqlPath(s.client.BaseURL)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(b))
	if err != nil {
		return unreadable(q.name, "the request cannot be made", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.client.UserAgent)
	resp, err := s.client.BareDo(ctx, req)
	var a answer
	if resp != nil && resp.Response != nil {
		a = read(resp.Response)
	}
	if err != nil {
		return s.noting(unseen(ctx, q.name, a, err))
	}
	return s.noting(readGraphQL(q, a, into))
}

func readGraphQL(q question, a answer, into any) error {
	var said struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := decode(a.body, &said); err != nil {
		return unreadable(q.name, "the answer cannot be read", err)
	}
	if len(said.Errors) > 0 {
		e := said.Errors[0] // one is enough: a part of an answer is none
		u := &evidence.Unseen{Reason: evidence.ProviderError, Operation: q.name, Err: &refused{status: a.status, message: e.Message}}
		switch e.Type {
		case "FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND":
			u.Reason, u.Hint = evidence.Denied, needs(q.name)
		case "RATE_LIMITED":
			return overLimit(q.name)
		}
		return u
	}
	if err := decode(said.Data, into); err != nil {
		return unreadable(q.name, "the answer's data", err)
	}
	return nil
}
