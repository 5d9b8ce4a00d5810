package github_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

var record = flag.Bool("record", false, "write the sample exchanges anew")

const (
	sampleDir    = "../sample/exchanges/github"
	sampleOrigin = "written from GitHub's REST API description (npm @octokit/openapi 23.0.2, generated/api.github.com.json), validated against it"
)

// sampleFiles says which exchanges go into which file.
var sampleFiles = map[string][]string{
	"organization.yaml": {"GET /user", "GET /orgs/{org}"},
	"people.yaml":       {"GET /orgs/{org}/members", "GET /orgs/{org}/outside_collaborators"},
	"repositories.yaml": {"GET /orgs/{org}/repos", "GET /repos/{owner}/{repo}/vulnerability-alerts"},
	"branches.yaml": {
		"GET /repos/{owner}/{repo}/branches/{branch}/protection",
		"GET /repos/{owner}/{repo}/rules/branches/{branch}",
		"GET /repos/{owner}/{repo}/rulesets/{ruleset_id}",
	},
	"single-sign-on.yaml": {"GraphQL organization.samlIdentityProvider"},
	"access.yaml": {
		"GET /orgs/{org}/installations", "GET /orgs/{org}/teams", "GET /orgs/{org}/teams/{team_slug}/members",
		"GET /orgs/{org}/teams/{team_slug}/repos", "GET /repos/{owner}/{repo}/collaborators", "GET /repos/{owner}/{repo}/keys",
	},
	"webhooks.yaml": {"GET /orgs/{org}/hooks", "GET /repos/{owner}/{repo}/hooks"},
	"actions.yaml": {
		"GET /orgs/{org}/actions/permissions", "GET /orgs/{org}/actions/permissions/selected-actions",
		"GET /orgs/{org}/actions/permissions/workflow", "GET /orgs/{org}/actions/secrets",
		"GET /orgs/{org}/actions/oidc/customization/sub", "GET /orgs/{org}/actions/runner-groups",
		"GET /repos/{owner}/{repo}/actions/permissions", "GET /repos/{owner}/{repo}/actions/permissions/selected-actions",
		"GET /repos/{owner}/{repo}/actions/permissions/workflow",
		"GET /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval",
		"GET /repos/{owner}/{repo}/actions/secrets", "GET /repos/{owner}/{repo}/actions/oidc/customization/sub",
		"GET /repos/{owner}/{repo}/actions/runners",
	},
	"environments.yaml": {"GET /repos/{owner}/{repo}/environments", "GET /repos/{owner}/{repo}/environments/{environment_name}/secrets"},
	"audit-log.yaml":    {"GET /orgs/{org}/audit-log"},
	"code_scanning.yaml": {
		"GET /repos/{owner}/{repo}/languages",
		"GET /repos/{owner}/{repo}/code-scanning/default-setup",
		"GET /repos/{owner}/{repo}/code-scanning/analyses",
	},
	"changes.yaml": {
		"GET /repos/{owner}/{repo}/pulls",
		"GET /repos/{owner}/{repo}/pulls/{pull_number}",
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
		"GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
		"GET /repos/{owner}/{repo}/commits/{ref}/statuses",
		"GET /repos/{owner}/{repo}/branches/{branch}",
		"GET /repos/{owner}/{repo}/activity",
		"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
		"GET /repos/{owner}/{repo}/compare/{basehead}",
	},
	"security_alerts.yaml": {
		"GET /orgs/{org}/secret-scanning/alerts",
		"GET /orgs/{org}/dependabot/alerts",
		"GET /orgs/{org}/code-scanning/alerts",
	},
	"workflows.yaml": {
		"GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
		"GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
	},
}

// The sample's exchanges are what the fake answers, so they cannot drift from
// it, nor it from GitHub's description.
func TestSampleExchangesAreCurrent(t *testing.T) {
	t.Parallel()
	recorder := replay.NewRecorder(githubtest.New(t, githubtest.AcmeRobotics()))
	lookAt(t, recorder)
	written := map[string][]byte{}
	for name, operations := range sampleFiles {
		var b bytes.Buffer
		require.NoError(t, replay.Write(&b, sampleOrigin, chosen(t, recorder.Exchanges(), operations)))
		written[name] = b.Bytes()
	}
	if *record {
		for name, b := range written {
			require.NoError(t, os.WriteFile(filepath.Join(sampleDir, name), b, 0o644))
		}
	}
	for name, b := range written {
		kept, err := os.ReadFile(filepath.Join(sampleDir, name))
		require.NoError(t, err)
		require.Equal(t, string(b), string(kept), "%s is not what the fake answers; run: go test ./collectors/github -run TestSampleExchangesAreCurrent -record", name)
	}
	files, err := filepath.Glob(filepath.Join(sampleDir, "*"))
	require.NoError(t, err)
	require.Len(t, files, len(written), "a file nobody writes")
}

// chosen are the exchanges of some operations, each once, in a lasting order,
// with bodies that can be read.
func chosen(t *testing.T, all []replay.Exchange, operations []string) []replay.Exchange {
	t.Helper()
	byKey := map[string]replay.Exchange{}
	for _, e := range all {
		if !slices.Contains(operations, e.Operation) {
			continue
		}
		if e.Response.Body != "" {
			var b bytes.Buffer
			require.NoError(t, json.Indent(&b, []byte(e.Response.Body), "", " "))
			e.Response.Body = b.String()
		}
		key := e.Operation + " " + e.Path + " " + strings.Join(sorted(e.Query), "&")
		if same, ok := byKey[key]; ok {
			require.Equal(t, same, e, "two answers to one question")
		}
		byKey[key] = e
	}
	var kept []replay.Exchange
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		kept = append(kept, byKey[key])
	}
	require.NotEmpty(t, kept)
	return kept
}

func sorted(query map[string]string) []string {
	var pairs []string
	for k, v := range query {
		pairs = append(pairs, k+"="+v)
	}
	slices.Sort(pairs)
	return pairs
}

func lookAtSample(t *testing.T) sight {
	t.Helper()
	exchanges, err := replay.Load(os.DirFS(sampleDir))
	require.NoError(t, err)
	return lookAt(t, replay.New(exchanges))
}

func TestSampleCompany(t *testing.T) {
	t.Parallel()
	s := lookAtSample(t)

	t.Run("every population is seen whole, and the plan says as whom", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "ada", s.plan.Principal)
		require.Len(t, s.pulls, len(github.Provider.Collectors)-1, "the event log is read where it is asked for")
		for name, p := range s.pulls {
			switch name {
			case "github_repository_access", "github_deploy_keys", "github_webhooks":
				// The token was not made for the website.
				require.Len(t, p.Holes, 1, name)
				require.Equal(t, evidence.Denied, p.Holes[0].Reason)
				require.Contains(t, p.Holes[0].Detail, "1 of 7 repositories could not be read, such as acme-robotics/website")
			case "github_security_alerts":
				// Nor was it for its alerts, which GitHub leaves out.
				require.Len(t, p.Holes, 1)
				require.Contains(t, p.Holes[0].Detail, "acme-robotics/website")
			default:
				require.Empty(t, p.Holes, name)
			}
			require.Equal(t, evidence.Scope{Provider: "github", Account: "acme-robotics"}, p.Scope)
		}
		require.Equal(t, 7, *s.pulls["github_repositories"].ProviderTotal)
	})

	t.Run("the organisation does not require a second factor", func(t *testing.T) {
		t.Parallel()
		a := body[evidence.Account](t, s, "github.organization", "acme-robotics")
		require.False(t, *a.MFARequired)
		require.Equal(t, "read", *a.MemberRepositoryPermission)
		require.Equal(t, "98200431", s.fact(t, "github.organization", "acme-robotics").Resource.ID)
	})

	for name, want := range map[string]struct {
		typ                  string
		admin, enabled, outs bool
		strong               string // yes, no, unseen
	}{
		"ada":             {"github.member", true, true, false, "yes"},
		"grace":           {"github.member", true, true, false, "yes"},
		"linus":           {"github.member", false, false, false, "no"},
		"kofi":            {"github.member", false, true, false, "unseen"},
		"yuki":            {"github.member", false, true, false, "yes"},
		"rosa-fieldworks": {"github.outside_collaborator", false, true, true, "yes"},
		"tom-freelance":   {"github.outside_collaborator", false, false, true, "no"},
	} {
		t.Run("user "+name, func(t *testing.T) {
			t.Parallel()
			u := body[evidence.User](t, s, want.typ, name)
			require.Equal(t, evidence.UserActive, *u.Status)
			require.Equal(t, want.admin, *u.Admin)
			require.Equal(t, want.outs, *u.External)
			require.Equal(t, want.enabled, *u.MFA.Enabled)
			require.True(t, *u.PasswordSignIn)
			if want.strong == "unseen" {
				require.Nil(t, u.MFA.Strong)
				require.Equal(t, evidence.NotCollected, hole(t, s.fact(t, want.typ, name), "mfa.strong").Reason)
				return
			}
			require.Equal(t, want.strong == "yes", *u.MFA.Strong)
		})
	}

	for name, want := range map[string]struct {
		visibility string
		on         bool
		archived   bool
	}{
		"cloud-api":         {"private", true, false},
		"legacy-controller": {"private", false, true},
		"ros-drivers":       {"public", true, false},
		"warehouse-ui":      {"private", false, false},
	} {
		t.Run("repository "+name, func(t *testing.T) {
			t.Parallel()
			r := body[evidence.Repository](t, s, "github.repository", "acme-robotics/"+name)
			require.Equal(t, want.visibility, *r.Visibility)
			require.Equal(t, want.archived, *r.Archived)
			for _, field := range []*bool{r.SecretScanning, r.PushProtection, r.DependencyAlerts, r.DependencyUpdates} {
				require.Equal(t, want.on, *field)
			}
		})
	}

	t.Run("what the token was not made for is unseen, and the rest of it is seen", func(t *testing.T) {
		t.Parallel()
		r := body[evidence.Repository](t, s, "github.repository", "acme-robotics/website")
		require.Nil(t, r.SecretScanning)
		require.Nil(t, r.DependencyAlerts)
		require.Equal(t, "public", *r.Visibility)
		b := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/website:main")
		require.Nil(t, b.Own)
		h := hole(t, s.fact(t, "github.branch", "acme-robotics/website:main"), "own")
		require.Equal(t, evidence.Denied, h.Reason)
		require.Contains(t, h.Detail, "Resource not accessible by personal access token; needs administrator rights")
		require.Equal(t, []evidence.BranchRulesetRule{}, b.Rules)
		require.Equal(t, []evidence.RulesetBypass{}, b.Bypasses)
	})

	t.Run("rulesets alone", func(t *testing.T) {
		t.Parallel()
		b := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/cloud-api:main")
		require.False(t, *b.Own.Exists)
		require.False(t, *b.Own.AdminsBound)
		require.Len(t, b.Rules, 6)
		require.Contains(t, b.Rules, evidence.BranchRulesetRule{
			RulesetID: 771001, Source: "acme-robotics/cloud-api", Type: "pull_request", Approvals: 2, DismissStaleReviews: true,
			LastPushApproval: true, CodeOwnerReview: true, ResolveThreads: true,
		})
		require.Contains(t, b.Rules, evidence.BranchRulesetRule{RulesetID: 771001, Source: "acme-robotics/cloud-api", Type: "merge_queue"})
		require.Contains(t, b.Rules, evidence.BranchRulesetRule{
			RulesetID: 771001, Source: "acme-robotics/cloud-api", Type: "required_status_checks", StatusChecks: []string{"build", "integration"}, StatusChecksStrict: true,
		})
		require.Empty(t, b.Bypasses)
		require.NotNil(t, b.Bypasses)
		require.Nil(t, b.Rulesets, "derived elsewhere")
		require.Nil(t, b.Effective, "derived elsewhere")
	})

	t.Run("rulesets that somebody may bypass", func(t *testing.T) {
		t.Parallel()
		b := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/infrastructure:main")
		require.Equal(t, []evidence.RulesetBypass{
			{RulesetID: 771002, Actor: "RepositoryRole:5", Mode: "always"}, {RulesetID: 771002, Actor: "DeployKey", Mode: "always"},
		}, b.Bypasses)
	})

	t.Run("a branch's own protection", func(t *testing.T) {
		t.Parallel()
		own := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/firmware:main").Own
		for _, field := range []*bool{
			own.Exists, own.PullRequestRequired, own.DismissStaleReviews, own.LastPushApproval, own.CodeOwnerReview,
			own.ForcePushBlocked, own.DeletionBlocked, own.AdminsBound, own.SignedCommits, own.ConversationResolved,
		} {
			require.True(t, *field)
		}
		require.EqualValues(t, 2, *own.Approvals)
		require.Equal(t, []string{"build", "hardware-in-the-loop"}, own.StatusChecks)
		weaker := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/ros-drivers:main").Own
		require.False(t, *weaker.AdminsBound)
		require.False(t, *weaker.SignedCommits)
	})

	t.Run("an archived repository's branch says so", func(t *testing.T) {
		t.Parallel()
		b := body[evidence.BranchRule](t, s, "github.branch", "acme-robotics/legacy-controller:master")
		require.True(t, *b.Archived)
		require.False(t, *b.Own.Exists)
	})
}
