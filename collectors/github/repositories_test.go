package github_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

// listing is an organisation with the repositories of a list that is written out.
func listing(t *testing.T, list string) sight {
	t.Helper()
	org := oneRepository(func(*githubtest.Organization, *githubtest.Repository) {})
	return lookAt(t, between{base: githubtest.New(t, org), answer: func(operation string, _ *http.Request) *http.Response {
		if operation == "GET /orgs/{org}/repos" {
			return collectorstest.Answer(http.StatusOK, "application/json", list)
		}
		return nil
	}})
}

func TestRepositoryFields(t *testing.T) {
	t.Parallel()
	t.Run("a feature that is not stated is unseen, and so is a status nobody knows", func(t *testing.T) {
		t.Parallel()
		s := listing(t, `[{"id":42,"full_name":"acme-robotics/one","private":true,"visibility":"internal","archived":false,"default_branch":"main",
			"security_and_analysis":{"secret_scanning":{"status":"perhaps"},"dependabot_security_updates":{"status":"enabled"}}}]`)
		f := s.fact(t, "github.repository", "acme-robotics/one")
		r := f.Body.(*evidence.Repository)
		require.Equal(t, "internal", *r.Visibility)
		require.Nil(t, r.SecretScanning)
		require.Equal(t, evidence.ProviderError, hole(t, f, "secret_scanning").Reason)
		require.Nil(t, r.PushProtection)
		require.Equal(t, evidence.Disabled, hole(t, f, "push_protection").Reason)
		require.True(t, *r.DependencyUpdates)
		require.Nil(t, r.LastPushed, "absent is unseen; null would be never")
	})
	t.Run("what is not private is public, what is private may be internal", func(t *testing.T) {
		t.Parallel()
		s := listing(t, `[{"id":42,"full_name":"acme-robotics/one","private":false},{"id":43,"full_name":"acme-robotics/two","private":true}]`)
		require.Equal(t, "public", *body[evidence.Repository](t, s, "github.repository", "acme-robotics/one").Visibility)
		f := s.fact(t, "github.repository", "acme-robotics/two")
		require.Nil(t, f.Body.(*evidence.Repository).Visibility)
		require.NotEmpty(t, hole(t, f, "visibility").Reason)
		require.NotEmpty(t, hole(t, f, "archived").Reason)
	})
	t.Run("a branch nobody names is unseen", func(t *testing.T) {
		t.Parallel()
		s := listing(t, `[{"id":42,"full_name":"acme-robotics/one","private":true}]`)
		f := s.fact(t, "github.branch", "acme-robotics/one")
		for _, field := range []string{"branch", "own", "rules", "bypasses"} {
			require.Equal(t, evidence.ProviderError, hole(t, f, field).Reason, field)
		}
	})
	t.Run("an entry without an id makes the list incomplete, and the others stay", func(t *testing.T) {
		t.Parallel()
		s := listing(t, `[{"full_name":"acme-robotics/two"},{"id":42,"full_name":"acme-robotics/one","private":true}]`)
		require.Len(t, s.facts["github.repository"], 1)
		require.Equal(t, evidence.ProviderError, s.pulls["github_repositories"].Holes[0].Reason)
	})
	t.Run("another organisation's answer is none", func(t *testing.T) {
		t.Parallel()
		s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
			if operation == "GET /orgs/{org}" {
				return collectorstest.Answer(http.StatusOK, "application/json", `{"id":1,"login":"other"}`)
			}
			return nil
		}})
		require.Empty(t, s.facts["github.organization"])
		require.False(t, s.pulls["github_organization"].Complete())
	})
}

// 404 is "off" for administrators, in words or without them.
func TestDependencyAlertsThatAreOff(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{"in words": "Vulnerability alerts are disabled.", "without words": "Not Found"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
				if operation == "GET /repos/{owner}/{repo}/vulnerability-alerts" {
					return collectorstest.Answer(http.StatusNotFound, "application/json", `{"message":"`+message+`"}`)
				}
				return nil
			}})
			require.False(t, *body[evidence.Repository](t, s, "github.repository", "acme-robotics/cloud-api").DependencyAlerts)
		})
	}
}

func TestListCutShortBySingleSignOn(t *testing.T) {
	t.Parallel()
	s := lookAt(t, partial{githubtest.New(t, githubtest.AcmeRobotics())})
	for collector, p := range s.pulls {
		if collector == "github_organization" || collector == "github_audit_log" {
			continue // they read no list that stands for a population
		}
		require.NotEmpty(t, p.Holes, collector)
		for _, h := range p.Holes {
			require.Equal(t, evidence.Denied, h.Reason)
			require.Contains(t, h.Detail, "single sign-on")
		}
	}
}

// partial marks every answer as cut short.
type partial struct{ base http.RoundTripper }

func (p partial) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := p.base.RoundTrip(req)
	if err == nil {
		resp.Header.Set("X-GitHub-SSO", "partial-results; organizations=21955855,20582480")
	}
	return resp, err
}
