package github_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

// A member who is no owner sees most lists, but GitHub tells such a token neither
// who lacks a second factor nor how much it leaves out.
func TestTokenOfAMember(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Viewer.Person = org.Members[3] // marie
	org.Repositories[4].ViewerAdmin = true
	s := lookAt(t, githubtest.New(t, org))

	t.Run("the settings only owners see are denied, never off", func(t *testing.T) {
		t.Parallel()
		f := s.fact(t, "github.organization", "acme-robotics")
		a := f.Body.(*evidence.Account)
		require.Nil(t, a.MFARequired)
		require.Nil(t, a.MemberRepositoryPermission)
		require.Equal(t, evidence.Denied, hole(t, f, "mfa_required").Reason)
		require.Contains(t, hole(t, f, "member_repository_permission").Detail, "only an owner's token may see this")
	})
	t.Run("second factors are unseen for everybody", func(t *testing.T) {
		t.Parallel()
		for _, typ := range []string{"github.member", "github.outside_collaborator"} {
			require.NotEmpty(t, s.facts[typ])
			for _, f := range s.facts[typ] {
				require.Nil(t, f.Body.(*evidence.User).MFA)
				h := hole(t, f, "mfa")
				require.Equal(t, evidence.Denied, h.Reason)
				require.Contains(t, h.Detail, "Only owners can use this filter.")
			}
		}
		require.True(t, *body[evidence.User](t, s, "github.member", "ada").Admin, "the role is seen all the same")
	})
	t.Run("no list passes for whole", func(t *testing.T) {
		t.Parallel()
		for _, collector := range []string{"github_members", "github_outside_collaborators", "github_repositories", "github_branch_rules"} {
			require.Len(t, s.pulls[collector].Holes, 1, collector)
			require.Equal(t, evidence.Denied, s.pulls[collector].Holes[0].Reason, collector)
			require.NotZero(t, s.pulls[collector].Items, "what is listed is kept")
		}
	})
	t.Run("a repository it does not administer is unseen, not unprotected", func(t *testing.T) {
		t.Parallel()
		f := s.fact(t, "github.branch", "acme-robotics/firmware:main")
		b := f.Body.(*evidence.BranchRule)
		require.Nil(t, b.Own)
		require.Equal(t, evidence.Denied, hole(t, f, "own").Reason)
		r := s.fact(t, "github.repository", "acme-robotics/warehouse-ui")
		require.Nil(t, r.Body.(*evidence.Repository).DependencyAlerts, "404 is a refusal here, not off")
		require.Equal(t, evidence.Denied, hole(t, r, "dependency_alerts").Reason)
		require.Equal(t, evidence.Denied, hole(t, r, "secret_scanning").Reason)
	})
	t.Run("rulesets are known although the own protection is not, and who may bypass them is not", func(t *testing.T) {
		t.Parallel()
		f := s.fact(t, "github.branch", "acme-robotics/cloud-api:main")
		b := f.Body.(*evidence.BranchRule)
		require.Nil(t, b.Own)
		require.Len(t, b.Rules, 6)
		require.Nil(t, b.Bypasses)
		require.Equal(t, "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", hole(t, f, "bypasses").Operation)
	})
	t.Run("a repository it administers is seen", func(t *testing.T) {
		t.Parallel()
		b := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/ros-drivers:main")
		require.True(t, *b.Own.Exists)
		require.True(t, *body[evidence.Repository](t, s, "github.repository", "acme-robotics/ros-drivers").DependencyAlerts)
	})
}

func TestTokenOfAStranger(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Viewer = githubtest.Viewer{Person: githubtest.Person{ID: 1, Login: "stranger"}}
	org.DefaultPermission = "none"
	s := lookAt(t, githubtest.New(t, org))
	h, ok := s.pulls["github_members"].HoleFor("github.member")
	require.True(t, ok)
	require.Equal(t, evidence.Denied, h.Reason)
	require.Contains(t, h.Detail, "only members of the organisation may list its members")
	require.Empty(t, s.facts["github.member"])
	require.Len(t, s.facts["github.repository"], 2, "the public ones")
	require.False(t, s.pulls["github_repositories"].Complete())
}

func TestTokenWithoutScopes(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Viewer.Scopes = []string{"gist", "read:user"}
	server := githubtest.New(t, org)
	s := lookAt(t, accepting{server, "admin:org, read:org, repo, user, write:org"})
	require.Equal(t, []string{"gist", "read:user"}, s.pulls["github_members"].PrincipalScopes)
	h, ok := s.pulls["github_members"].HoleFor("github.member")
	require.True(t, ok)
	require.Equal(t, evidence.Denied, h.Reason)
	require.Contains(t, h.Detail, "what is public only; give it one of admin:org, read:org, repo, user, write:org")
	for _, f := range s.facts["github.member"] {
		require.True(t, f.Body.(*evidence.User).MFA == nil || !*f.Body.(*evidence.User).MFA.Enabled, "%s", f.Resource.Name)
	}
}

// accepting names the scopes that open what was asked for.
type accepting struct {
	base   http.RoundTripper
	scopes string
}

func (a accepting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.base.RoundTrip(req)
	if err == nil {
		resp.Header.Set("X-Accepted-OAuth-Scopes", a.scopes)
	}
	return resp, err
}

// A token made for some repositories lists those, and no word says that there
// are more: the organisation's own total does.
func TestTokenForSomeRepositories(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	server := githubtest.New(t, org)
	s := lookAt(t, between{base: server, answer: func(operation string, _ *http.Request) *http.Response {
		if operation == "GET /orgs/{org}/repos" {
			return collectorstest.Answer(http.StatusOK, "application/json", `[{"id":1,"name":"a","full_name":"acme-robotics/a","private":true,"archived":false}]`)
		}
		return nil
	}})
	h, ok := s.pulls["github_repositories"].HoleFor("github.repository")
	require.True(t, ok)
	require.Equal(t, evidence.Denied, h.Reason)
	require.Contains(t, h.Detail, "GitHub lists 1 repositories of 7")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	answer := func(status int, headers map[string]string, message string) *http.Response {
		resp := collectorstest.Answer(status, "application/json", `{"message":"`+message+`"}`)
		for k, v := range headers {
			resp.Header.Set(k, v)
		}
		return resp
	}
	for name, tc := range map[string]struct {
		status  int
		headers map[string]string
		message string
		reason  evidence.Reason
		detail  string
	}{
		"single sign-on": {
			403,
			map[string]string{"X-GitHub-SSO": "required; url=https://github.com/orgs/acme-robotics/sso?authorization_request=secret"},
			"Resource protected by organization SAML enforcement.", evidence.Denied,
			"status 403: Resource protected by organization SAML enforcement.; authorise the token for the organisation's single sign-on: Settings > Developer settings > Personal access tokens > Configure SSO",
		},
		"an expired token":          {401, nil, "Bad credentials", evidence.Denied, "status 401: Bad credentials; GitHub does not accept the token; make a new one"},
		"an unknown organisation":   {404, nil, "Not Found", evidence.Denied, "status 404: Not Found; needs an owner's token with organization Members: read, or read:org"},
		"a primary limit":           {403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1794823200"}, "API rate limit exceeded for user ID 1.", evidence.Throttled, "GitHub's rate limit was exceeded; a token of its own, or less frequent pulls, leave more of the limit"},
		"a secondary limit by 429":  {429, map[string]string{"Retry-After": "30"}, "slow down", evidence.Throttled, "GitHub's rate limit was exceeded; a token of its own, or less frequent pulls, leave more of the limit"},
		"a secondary limit by word": {403, nil, "You have exceeded a secondary rate limit. Please wait a few minutes. If you reach out to GitHub Support, include the request ID 0A1B:2C3D.", evidence.Throttled, "GitHub's rate limit was exceeded; a token of its own, or less frequent pulls, leave more of the limit"},
		"a request id in a refusal": {403, nil, "Forbidden, request ID: 0A1B:2C3D", evidence.Denied, "status 403: Forbidden; needs an owner's token with organization Members: read, or read:org"},
		"an outage":                 {502, nil, "Server Error", evidence.ProviderError, "status 502"},
		"an invalid question":       {422, nil, "Validation Failed", evidence.ProviderError, "status 422: Validation Failed"},
		"a moved organisation":      {301, map[string]string{"Location": "https://api.github.com/organizations/1/members"}, "Moved Permanently", evidence.ProviderError, "status 301: Moved Permanently; it was renamed or moved; if it is the organisation, put its new login into organizations"},
		"an answer to be computed":  {202, nil, "", evidence.ProviderError, "status 202"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
					if operation == "GET /orgs/{org}/members" {
						return answer(tc.status, tc.headers, tc.message)
					}
					return nil
				}})
				h, ok := s.pulls["github_members"].HoleFor("github.member")
				require.True(t, ok)
				require.Equal(t, "GET /orgs/{org}/members", h.Operation)
				require.Equal(t, tc.reason, h.Reason)
				require.Equal(t, tc.detail, h.Detail)
				require.Empty(t, s.facts["github.member"])
				require.Less(t, time.Since(start), 30*time.Minute, "waits are bounded")
				require.True(t, s.pulls["github_organization"].Complete(), "one failing list costs that list only")
			})
		})
	}
}

func TestRateLimitThatPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := 0
		s := lookAt(t, between{base: githubtest.New(t, githubtest.AcmeRobotics()), answer: func(operation string, _ *http.Request) *http.Response {
			if operation != "GET /orgs/{org}/members" || refused == 2 {
				return nil
			}
			refused++
			resp := collectorstest.Answer(http.StatusForbidden, "application/json", `{"message":"You have exceeded a secondary rate limit."}`)
			resp.Header.Set("Retry-After", "20")
			return resp
		}})
		require.Empty(t, s.pulls["github_members"].Holes)
		require.Len(t, s.facts["github.member"], 6)
	})
}
