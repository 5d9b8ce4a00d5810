package github_test

import (
	"net/http"
	"testing"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	collectorstest.Run(t, collectorstest.Suite{
		Provider: github.Provider,
		Base:     githubtest.New(t, wholeAcme()),
		Open:     openAcme,
		Deny: func(*http.Request, string) *http.Response {
			return collectorstest.Answer(http.StatusForbidden, "application/json",
				`{"message":"Resource not accessible by personal access token","documentation_url":"https://docs.github.com/rest","status":"403"}`)
		},
		Throttle: func(*http.Request, string) *http.Response {
			resp := collectorstest.Answer(http.StatusForbidden, "application/json",
				`{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`)
			resp.Header.Set("Retry-After", "60")
			return resp
		},
		Conditional: []string{"GET /user/orgs"},
	})
}

// wholeAcme is the sample organisation without what the token cannot see: the
// suite takes any hole under a fault for the fault's.
func wholeAcme() *githubtest.Organization {
	o := githubtest.AcmeRobotics()
	for i := range o.Members {
		o.Members[i].SMS = false
	}
	for i := range o.Repositories {
		if r := &o.Repositories[i]; r.NotGranted {
			r.NotGranted = false
			r.Features = o.Repositories[0].Features
		}
	}
	return o
}
