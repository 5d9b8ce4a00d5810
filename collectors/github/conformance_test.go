package github_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	// What the fake answers is judged once; the suite asks for it some hundred times.
	recorder := replay.NewRecorder(githubtest.New(t, wholeAcme()))
	run(t, openWholeAcme(t, seamOver(recorder)))
	collectorstest.Run(t, collectorstest.Suite{
		Provider: github.Provider,
		Base:     replay.New(recorder.Exchanges()),
		Open:     openWholeAcme,
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
		Conditional: []string{
			"GET /user/orgs",  // only while detecting
			"GET /orgs/{org}", // by the audit log, only where no enterprise is named
			// Only as a GitHub App; TestApp… holds those.
			"GET /orgs/{org}/installation", "GET /app/installations", "GET /app/installations/{installation_id}",
		},
	})
}

func openWholeAcme(t *testing.T, seam *transport.Seam) []connect.Source {
	t.Helper()
	sources, err := github.Provider.Open(connect.Options{Seam: seam, Clock: now, Decode: func(into any) error {
		*into.(*github.Settings) = github.Settings{Organizations: []string{"acme-robotics"}, Token: "github_pat_example", Enterprise: "acme", EventLogDays: 7}
		return nil
	}})
	require.NoError(t, err)
	return sources
}

// wholeAcme is the sample organisation without what the token cannot see: the
// suite takes any hole under a fault for the fault's.
func wholeAcme() *githubtest.Organization {
	o := githubtest.AcmeRobotics()
	// Single sign-on is the enterprise's, so that it is asked as well.
	o.Access.SAML = false
	o.Access.Enterprise = &githubtest.Enterprise{Slug: "acme", SAML: true, Streams: []githubtest.Stream{{Type: "Amazon S3"}}}
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
