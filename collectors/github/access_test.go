package github_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

func readCloser(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func TestSampleAccess(t *testing.T) {
	t.Parallel()
	s := lookAtSample(t)
	for name, want := range map[string]struct {
		typ, permission, via string
		external             bool
	}{
		"acme-robotics/ros-drivers rosa-fieldworks": {"github.collaborator", "triage", "direct", true},
		"acme-robotics/warehouse-ui tom-freelance":  {"github.collaborator", "admin", "direct", true},
		"acme-robotics/warehouse-ui marie":          {"github.collaborator", "write", "direct", false},
		"acme-robotics/cloud-api platform":          {"github.team_access", "maintain", "team", false},
		"acme-robotics/firmware firmware":           {"github.team_access", "write", "team", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := body[evidence.RepositoryAccess](t, s, want.typ, name)
			require.Equal(t, want.permission, *a.Permission)
			require.Equal(t, want.via, *a.Via)
			require.Equal(t, want.external, *a.External)
		})
	}
	t.Run("a team's members are known by number", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []string{"4100101", "4100102", "4100106"}, body[evidence.Group](t, s, "github.team", "platform").Members)
	})
	t.Run("Apps", func(t *testing.T) {
		t.Parallel()
		a := body[evidence.Application](t, s, "github.app_installation", "renovate")
		require.Equal(t, []string{"contents:write", "metadata:read", "pull_requests:write", "workflows:write"}, a.Permissions)
		require.False(t, *a.Everything)
		require.True(t, *body[evidence.Application](t, s, "github.app_installation", "standup-bot").Everything)
		require.Equal(t, "suspended", *body[evidence.Application](t, s, "github.app_installation", "old-ci").Status)
	})
	t.Run("deploy keys", func(t *testing.T) {
		t.Parallel()
		k := body[evidence.AccessKey](t, s, "github.deploy_key", "acme-robotics/warehouse-ui jenkins")
		require.False(t, *k.ReadOnly)
		require.True(t, *k.Active)
		require.Equal(t, "linus", *k.User)
		require.Equal(t, "2025-03-09", k.LastUsed.At.Format("2006-01-02"))
		require.True(t, body[evidence.AccessKey](t, s, "github.deploy_key", "acme-robotics/legacy-controller build box").LastUsed.Never)
	})
	t.Run("webhooks keep neither path nor secret", func(t *testing.T) {
		t.Parallel()
		h := body[evidence.Webhook](t, s, "github.repository_webhook", "acme-robotics/cloud-api webhook 51002")
		require.Equal(t, "https://deploy.acme-robotics.example", *h.Target)
		require.True(t, *h.HTTPS)
		require.True(t, *h.Signed)
		require.True(t, *h.CertificateChecked)
		bad := body[evidence.Webhook](t, s, "github.repository_webhook", "acme-robotics/warehouse-ui webhook 51003")
		require.False(t, *bad.HTTPS)
		require.False(t, *bad.Signed)
		require.False(t, *bad.CertificateChecked)
	})
	t.Run("what the token was not made for is unseen", func(t *testing.T) {
		t.Parallel()
		f := s.fact(t, "github.repository_actions", "acme-robotics/website")
		require.Equal(t, evidence.Denied, hole(t, f, "secrets").Reason)
		require.Nil(t, f.Body.(*evidence.PipelineSettings).Secrets)
	})
}

func TestSampleOrganizationSettings(t *testing.T) {
	t.Parallel()
	g := body[evidence.Account](t, lookAtSample(t), "github.organization", "acme-robotics").GitHub
	require.Equal(t, "enterprise", *g.Plan)
	require.True(t, *g.MembersCreateRepositories)
	require.False(t, *g.MembersCreatePublicRepositories)
	require.True(t, *g.MembersForkPrivateRepositories)
	require.False(t, *g.MembersDeleteRepositories)
	require.True(t, *g.MembersChangeVisibility)
	require.True(t, *g.MembersInviteOutsiders)
	require.True(t, *g.SAMLProvider)
	require.False(t, *g.ManagedUsers)
}

func TestSamplePipelines(t *testing.T) {
	t.Parallel()
	s := lookAtSample(t)
	org := body[evidence.PipelineSettings](t, s, "github.organization_actions", "acme-robotics")
	require.Equal(t, "selected", *org.AllowedActions)
	require.Equal(t, []string{"hashicorp/setup-terraform@*", "aws-actions/*"}, org.Patterns)
	require.Equal(t, "write", *org.TokenPermission)
	require.Equal(t, "NPM_READ_TOKEN", org.Secrets[0].Name)
	require.Len(t, org.RunnerGroups, 2)
	require.True(t, *org.RunnerGroups[1].PublicRepositories)

	ui := body[evidence.PipelineSettings](t, s, "github.repository_actions", "acme-robotics/warehouse-ui")
	require.Len(t, ui.Secrets, 2)
	require.Nil(t, ui.Runners, "read of public repositories only")
	require.Equal(t, []string{"lab-arm64"}, body[evidence.PipelineSettings](t, s, "github.repository_actions", "acme-robotics/ros-drivers").Runners)
	require.Equal(t, []string{"repo", "environment"}, body[evidence.PipelineSettings](t, s, "github.repository_actions", "acme-robotics/cloud-api").SubjectClaims)
	old := body[evidence.PipelineSettings](t, s, "github.repository_actions", "acme-robotics/legacy-controller")
	require.True(t, *old.Archived)
	require.Nil(t, old.Secrets)
	require.Zero(t, s.pulls["github_pipeline_settings"].OperationCounts["GET /orgs/{org}/installations"])

	e := body[evidence.Environment](t, s, "github.environment", "acme-robotics/cloud-api production")
	require.Equal(t, []string{"Team:platform"}, e.Reviewers)
	require.True(t, *e.PreventSelfReview)
	require.True(t, *e.BranchesLimited)
	open := body[evidence.Environment](t, s, "github.environment", "acme-robotics/warehouse-ui prod/eu")
	require.Equal(t, []string{}, open.Reviewers)
	require.False(t, *open.BranchesLimited)
	require.Equal(t, "PROD_GCP_SA_KEY", open.Secrets[0].Name, "a slash in a name forms no other path")
}

// What stands above the organisation is known only where the enterprise is.
func TestAuditLogAndSingleSignOnByPlan(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	s3, nowhere := "Amazon S3", ""
	for name, tc := range map[string]struct {
		change      func(*githubtest.Organization)
		enterprise  string
		saml        *bool
		active      *bool
		destination *string
	}{
		"a small plan has neither": {
			change: func(o *githubtest.Organization) { o.Access.Plan, o.Access.SAML = "team", false },
			saml:   &no, destination: &nowhere,
		},
		"an organisation of its own provider": {saml: &yes, active: &yes},
		"nobody told us the enterprise": {
			change: func(o *githubtest.Organization) { o.Access.SAML = false }, active: &yes,
		},
		"an enterprise with both": {
			change: func(o *githubtest.Organization) {
				o.Access.SAML = false
				o.Access.Enterprise = &githubtest.Enterprise{Slug: "acme", SAML: true, Streams: []githubtest.Stream{{Type: "Amazon S3"}, {Type: "Splunk", Paused: true}}}
			},
			enterprise: "acme", saml: &yes, active: &yes, destination: &s3,
		},
		"an enterprise with neither": {
			change: func(o *githubtest.Organization) {
				o.Access.SAML, o.Access.Enterprise = false, &githubtest.Enterprise{Slug: "acme"}
			},
			enterprise: "acme", saml: &no, active: &yes, destination: &nowhere,
		},
		"an enterprise that is another's": {
			change:     func(o *githubtest.Organization) { o.Access.SAML = false },
			enterprise: "umbrella", active: &yes,
		},
		"a token that is no owner's": {
			change: func(o *githubtest.Organization) {
				o.Access.SAML, o.Access.Enterprise = false, &githubtest.Enterprise{Slug: "acme"}
				o.Viewer.Person = o.Members[3]
			},
			enterprise: "acme", destination: &nowhere,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := githubtest.AcmeRobotics()
			if tc.change != nil {
				tc.change(org)
			}
			sources, err := github.Provider.Open(connect.Options{Seam: seamOver(githubtest.New(t, org)), Clock: now, Decode: func(into any) error {
				*into.(*github.Settings) = github.Settings{Organizations: []string{"acme-robotics"}, Token: "github_pat_example", Enterprise: tc.enterprise}
				return nil
			}})
			require.NoError(t, err)
			s := run(t, sources)
			account := s.fact(t, "github.organization", "acme-robotics")
			require.Equal(t, tc.saml, account.Body.(*evidence.Account).GitHub.SAMLProvider)
			if tc.saml == nil {
				hole(t, account, "github.saml_provider")
			}
			log := s.fact(t, "github.audit_log", "acme-robotics")
			require.Equal(t, tc.active, log.Body.(*evidence.AuditTrail).Active)
			require.Equal(t, tc.destination, log.Body.(*evidence.AuditTrail).Destination)
			if tc.active == nil {
				hole(t, log, "active")
			}
			if tc.destination == nil {
				require.Contains(t, hole(t, log, "destination").Detail, "enterprise")
			}
		})
	}
}

// A person of whom neither list tells may be anybody.
func TestWhoIsNeitherMemberNorOutsider(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Access.Direct["firmware"] = []githubtest.Grant{{Person: githubtest.Person{ID: 1, Login: "ghost"}, Permission: "push"}}
	f := lookAt(t, githubtest.New(t, org)).fact(t, "github.collaborator", "acme-robotics/firmware ghost")
	require.Nil(t, f.Body.(*evidence.RepositoryAccess).External)
	require.Contains(t, hole(t, f, "external").Detail, "neither among the members nor among the outside collaborators")
}

// A list that states a greater total than it shows is not whole.
func TestWrappedListCutShort(t *testing.T) {
	t.Parallel()
	s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
		if operation == "GET /orgs/{org}/installations" {
			return collectorstest.Answer(http.StatusOK, "application/json", `{"total_count":2,"installations":[{"id":7,"app_slug":"one","repository_selection":"all","permissions":{},"suspended_at":null}]}`)
		}
		return nil
	}})
	h, lost := s.pulls["github_apps"].HoleFor("github.app_installation")
	require.True(t, lost)
	require.Equal(t, evidence.Truncated, h.Reason)
	require.Contains(t, h.Detail, "GitHub shows 1 of 2")
	require.Contains(t, s.facts["github.app_installation"], "one", "what was read is kept")
}

func TestWrappedListOfManyPages(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	for i := range 250 {
		org.Access.Apps = append(org.Access.Apps, githubtest.App{
			ID: int64(40000000 + i), AppID: 5, Slug: "bot-" + string(rune('a'+i/26)) + string(rune('a'+i%26)), Selection: "selected", Permissions: map[string]string{"metadata": "read"},
		})
	}
	s := lookAt(t, githubtest.New(t, org))
	require.Empty(t, s.pulls["github_apps"].Holes)
	require.Len(t, s.facts["github.app_installation"], 254)
	require.Equal(t, 6, s.pulls["github_apps"].OperationCounts["GET /orgs/{org}/installations"], "three pages, read twice")
}

// GraphQL answers 200 to what it refuses.
func TestGraphQLThatRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer string
		reason evidence.Reason
		says   string
	}{
		"forbidden":    {`{"data":{"organization":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`, evidence.Denied, "organization Members: read"},
		"few scopes":   {`{"errors":[{"type":"INSUFFICIENT_SCOPES","message":"Your token has not been granted the required scopes"}]}`, evidence.Denied, "read:org"},
		"half of it":   {`{"data":{"organization":{"login":"acme-robotics","samlIdentityProvider":null}},"errors":[{"type":"FORBIDDEN","message":"no"}]}`, evidence.Denied, "no"},
		"too many":     {`{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`, evidence.Throttled, "rate limit"},
		"out of order": {`{"errors":[{"message":"Something went wrong"}]}`, evidence.ProviderError, "Something went wrong"},
		"nothing":      {`{}`, evidence.ProviderError, "data"},
		"another's":    {`{"data":{"organization":null}}`, evidence.ProviderError, "not the organisation asked for"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
				if operation == "GraphQL organization.samlIdentityProvider" {
					return collectorstest.Answer(http.StatusOK, "application/json", tc.answer)
				}
				return nil
			}})
			f := s.fact(t, "github.organization", "acme-robotics")
			require.Nil(t, f.Body.(*evidence.Account).GitHub.SAMLProvider)
			h := hole(t, f, "github.saml_provider")
			require.Equal(t, tc.reason, h.Reason)
			require.Contains(t, h.Detail, tc.says)
		})
	}
}
