package githubtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// The two questions that are asked, word for word. GitHub's description does not
// cover GraphQL; their fields are those of its public schema.
const (
	organizationSAML = `query($login: String!) { organization(login: $login) { login samlIdentityProvider { issuer ssoUrl } } }`
	enterpriseSAML   = `query($slug: String!) { enterprise(slug: $slug) { slug ownerInfo { samlIdentityProvider { issuer ssoUrl } } } }`
)

// graphql answers a question; false: the request is none.
func (s *Server) graphql(req *http.Request) (answer, bool) {
	if req.Method != http.MethodPost || req.URL.Path != "/graphql" && req.URL.Path != "/api/graphql" {
		return answer{}, false
	}
	var asked struct {
		Query     string            `json:"query"`
		Variables map[string]string `json:"variables"`
	}
	b, err := io.ReadAll(req.Body)
	if err == nil {
		err = json.Unmarshal(b, &asked)
	}
	if err != nil {
		s.report.Errorf("a GraphQL request cannot be read: %v", err)
	}
	if !s.authorised(req) {
		return refuse(http.StatusUnauthorized, "Bad credentials"), true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch asked.Query {
	case organizationSAML:
		return s.org.organizationSAML(asked.Variables["login"]), true
	case enterpriseSAML:
		return s.org.enterpriseSAML(asked.Variables["slug"]), true
	}
	s.report.Errorf("a GraphQL question that is not known: %s", asked.Query)
	return refuse(http.StatusBadRequest, "Problems parsing JSON"), true
}

func (o *Organization) organizationSAML(login string) answer {
	if !strings.EqualFold(login, o.Login) {
		return graphqlError("NOT_FOUND", "Could not resolve to an Organization with the login of '"+login+"'.", map[string]any{"organization": nil})
	}
	body := map[string]any{"login": o.Login, "samlIdentityProvider": nil}
	if o.Access.SAML && o.owner() {
		body["samlIdentityProvider"] = provider("https://acme-robotics.okta.com")
	}
	return say(map[string]any{"data": map[string]any{"organization": body}})
}

func (o *Organization) enterpriseSAML(slug string) answer {
	e := o.Access.Enterprise
	if e == nil || e.Slug != slug {
		return graphqlError("NOT_FOUND", "Could not resolve to a Business with the URL slug of '"+slug+"'.", map[string]any{"enterprise": nil})
	}
	owner := map[string]any{"samlIdentityProvider": nil}
	if e.SAML {
		owner["samlIdentityProvider"] = provider("https://acme.okta.com")
	}
	return say(map[string]any{"data": map[string]any{"enterprise": map[string]any{"slug": e.Slug, "ownerInfo": owner}}})
}

func provider(host string) map[string]any {
	return map[string]any{"issuer": "http://www.okta.com/exk1acme", "ssoUrl": host + "/app/github/sso/saml"}
}

func graphqlError(kind, message string, data map[string]any) answer {
	return say(map[string]any{"data": data, "errors": []any{map[string]any{"type": kind, "message": message}}})
}
