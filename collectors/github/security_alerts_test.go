package github_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestSecurityAlerts(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	s := lookAt(t, between{base: githubtest.New(t, wholeAcme()), answer: func(operation string, req *http.Request) *http.Response {
		if operation == "GET /orgs/{org}/secret-scanning/alerts" {
			asked <- req.URL.Query().Get("hide_secret")
		}
		return nil
	}})
	alert := func(t *testing.T, typ, name string) *evidence.SecurityAlert {
		t.Helper()
		return body[evidence.SecurityAlert](t, s, typ, "acme-robotics/"+name)
	}

	t.Run("secrets are not asked for and not kept", func(t *testing.T) {
		t.Parallel()
		require.Len(t, asked, 2)
		require.Equal(t, "true", <-asked)
		require.Equal(t, "true", <-asked)
		require.Len(t, s.facts["github.secret_scanning_alert"], 3)
		for _, f := range s.facts["github.secret_scanning_alert"] {
			b, err := f.Encode()
			require.NoError(t, err)
			require.NotContains(t, string(b), "example")
		}
	})

	t.Run("a secret that was revoked", func(t *testing.T) {
		t.Parallel()
		a := alert(t, "github.secret_scanning_alert", "cloud-api/secret-scanning/1")
		require.Equal(t, evidence.AlertSecret, *a.About)
		require.Equal(t, evidence.AlertFixed, *a.State)
		require.Equal(t, "critical", *a.Severity)
		require.Equal(t, "Amazon AWS Access Key ID", *a.Title)
		require.NotNil(t, a.ClosedAt)
		require.Equal(t, "acme-robotics/cloud-api", *a.Subject)
	})

	t.Run("a secret of a generic pattern, which GitHub lists only on demand", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, evidence.AlertOpen, *alert(t, "github.secret_scanning_alert", "ros-drivers/secret-scanning/2").State)
	})

	t.Run("a weak dependency that is open", func(t *testing.T) {
		t.Parallel()
		a := alert(t, "github.dependabot_alert", "ros-drivers/dependabot/4")
		require.Equal(t, "CVE-2020-14343", *a.Identifier)
		require.Equal(t, "critical", *a.Severity)
		require.Equal(t, "pip/pyyaml: Improper input validation in PyYAML", *a.Title)
		require.True(t, *a.FixAvailable)
		require.False(t, *a.Development)
		require.Nil(t, a.ClosedAt)
		require.Empty(t, *a.DismissedAs)
	})

	t.Run("weak dependencies that were dismissed, and of developers only", func(t *testing.T) {
		t.Parallel()
		a := alert(t, "github.dependabot_alert", "infrastructure/dependabot/2")
		require.Equal(t, evidence.AlertDismissed, *a.State)
		require.Equal(t, "not_used", *a.DismissedAs)
		require.False(t, *a.FixAvailable)
		require.False(t, *a.Development, "what GitHub cannot tell excuses nothing")
		require.True(t, *alert(t, "github.dependabot_alert", "cloud-api/dependabot/9").Development)
	})

	t.Run("flaws in code", func(t *testing.T) {
		t.Parallel()
		a := alert(t, "github.code_scanning_alert", "ros-drivers/code-scanning/1")
		require.Equal(t, "high", *a.Severity)
		require.Equal(t, "CodeQL: cpp/overflow-buffer: Call to memory access function may overflow buffer", *a.Title)
		require.Equal(t, "false positive", *alert(t, "github.code_scanning_alert", "ros-drivers/code-scanning/2").DismissedAs)
	})

	t.Run("alerts of one number in one repository are three resources", func(t *testing.T) {
		t.Parallel()
		ids := map[string]bool{}
		for _, typ := range []string{"github.secret_scanning_alert", "github.dependabot_alert", "github.code_scanning_alert"} {
			for _, f := range s.facts[typ] {
				require.False(t, ids[f.Resource.ID], f.Resource.ID)
				ids[f.Resource.ID] = true
			}
		}
	})
}

func TestCodeAlertWithoutSecuritySeverity(t *testing.T) {
	t.Parallel()
	for severity, want := range map[string]string{`"error"`: "high", `"warning"`: "medium", `"note"`: "low", `"none"`: "informational", `null`: "", `"grave"`: ""} {
		t.Run(severity, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, wholeAcme()), answer: func(operation string, _ *http.Request) *http.Response {
				if operation != "GET /orgs/{org}/code-scanning/alerts" {
					return nil
				}
				return collectorstest.Answer(http.StatusOK, "application/json", fmt.Sprintf(`[{"number":1,"created_at":"2026-01-01T00:00:00Z","state":"open",
					"repository":{"id":7,"full_name":"acme-robotics/arm"},"tool":{"name":"semgrep"},"rule":{"id":"x","description":"y","severity":%s}}]`, severity))
			}})
			got := body[evidence.SecurityAlert](t, s, "github.code_scanning_alert", "acme-robotics/arm/code-scanning/1").Severity
			if want == "" {
				require.Nil(t, got)
				return
			}
			require.Equal(t, want, *got)
		})
	}
}

// A list of exactly one page may have lost its links on the way.
func TestFullPageWithoutLinks(t *testing.T) {
	t.Parallel()
	page := func(n int) string {
		var items []map[string]any
		for i := range n {
			items = append(items, map[string]any{
				"number": i + 1, "created_at": "2026-01-01T00:00:00Z", "state": "open", "repository": map[string]any{"id": 7, "full_name": "acme-robotics/arm"},
				"dependency": map[string]any{}, "security_advisory": map[string]any{"ghsa_id": "GHSA-x", "summary": "weak"},
				"security_vulnerability": map[string]any{"severity": "low", "first_patched_version": nil},
			})
		}
		b, err := json.Marshal(items)
		require.NoError(t, err)
		return string(b)
	}
	for name, links := range map[string]bool{"that arrive": true, "that do not arrive": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, wholeAcme()), answer: func(operation string, req *http.Request) *http.Response {
				if operation != "GET /orgs/{org}/dependabot/alerts" {
					return nil
				}
				n := 100
				if req.URL.Query().Get("per_page") == "1" {
					n = 1
				}
				resp := collectorstest.Answer(http.StatusOK, "application/json", page(n))
				if n == 1 && links {
					resp.Header.Set("Link", `<https://api.github.com/x?after=abc>; rel="next"`)
				}
				return resp
			}})
			require.Len(t, s.facts["github.dependabot_alert"], 100)
			_, lost := s.pulls["github_security_alerts"].HoleFor("github.dependabot_alert")
			require.Equal(t, !links, lost)
		})
	}
}
