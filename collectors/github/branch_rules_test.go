package github_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/evidence"
)

// The rule types that go-github v60 cannot decode: any one of them makes it fail
// on the whole answer.
var newerRules = []githubtest.Rule{
	{Type: "code_scanning", Parameters: json.RawMessage(`{"code_scanning_tools":[{"tool":"CodeQL","alerts_threshold":"errors","security_alerts_threshold":"high_or_higher"}]}`)},
	{Type: "copilot_code_review", Parameters: json.RawMessage(`{"review_on_push":true}`)},
	{Type: "file_extension_restriction", Parameters: json.RawMessage(`{"restricted_file_extensions":[".exe"]}`)},
	{Type: "file_path_restriction", Parameters: json.RawMessage(`{"restricted_file_paths":["secrets/**"]}`)},
	{Type: "license_compliance_scanning"},
	{Type: "max_file_path_length", Parameters: json.RawMessage(`{"max_file_path_length":200}`)},
	{Type: "max_file_size", Parameters: json.RawMessage(`{"max_file_size":50}`)},
	{Type: "merge_queue", Parameters: json.RawMessage(`{"check_response_timeout_minutes":60,"grouping_strategy":"ALLGREEN","max_entries_to_build":5,
		"max_entries_to_merge":5,"merge_method":"MERGE","min_entries_to_merge":1,"min_entries_to_merge_wait_minutes":5}`)},
}

// oneRepository is the sample organisation with one repository only.
func oneRepository(change func(*githubtest.Organization, *githubtest.Repository)) *githubtest.Organization {
	org := githubtest.AcmeRobotics()
	org.Repositories = []githubtest.Repository{{
		ID: 42, Name: "one", Visibility: "private", DefaultBranch: "main", CreatedAt: now(), PushedAt: now(),
	}}
	change(org, &org.Repositories[0])
	return org
}

func lookAtBranch(t *testing.T, base http.RoundTripper) (evidence.Fact, *evidence.BranchRule) {
	t.Helper()
	s := lookAt(t, base)
	f := s.fact(t, "github.branch", "acme-robotics/one:main")
	require.Equal(t, "42", f.Resource.ID)
	return f, f.Body.(*evidence.BranchRule)
}

func TestRuleTypesNewerThanTheClient(t *testing.T) {
	t.Parallel()
	pullRequest := githubtest.Rule{Type: "pull_request", Parameters: json.RawMessage(`{"required_approving_review_count":3,"dismiss_stale_reviews_on_push":true,
		"require_code_owner_review":false,"require_last_push_approval":true,"required_review_thread_resolution":false}`)}
	f, b := lookAtBranch(t, githubtest.New(t, oneRepository(func(_ *githubtest.Organization, r *githubtest.Repository) {
		r.Rulesets = []githubtest.Ruleset{{ID: 5, Name: "all", Rules: append([]githubtest.Rule{pullRequest}, newerRules...)}}
	})))
	require.Empty(t, f.Holes)
	require.Len(t, b.Rules, 9)
	require.EqualValues(t, 3, b.Rules[0].Approvals)
	require.True(t, b.Rules[0].LastPushApproval)
	for i, rule := range newerRules {
		require.Equal(t, evidence.BranchRulesetRule{RulesetID: 5, Source: "acme-robotics/one", Type: rule.Type}, b.Rules[i+1])
	}
}

func TestRulesetOfTheOrganisationIsReadOnce(t *testing.T) {
	t.Parallel()
	org := githubtest.AcmeRobotics()
	org.Rulesets = []githubtest.Ruleset{{
		ID: 9, Name: "everywhere", Rules: []githubtest.Rule{{Type: "non_fast_forward"}},
		Bypass: []githubtest.Bypass{{Type: "OrganizationAdmin", Mode: "exempt"}},
	}}
	var asked atomic.Int64
	s := lookAt(t, between{base: githubtest.New(t, org), answer: func(_ string, req *http.Request) *http.Response {
		if strings.HasSuffix(req.URL.Path, "/rulesets/9") {
			asked.Add(1)
		}
		return nil
	}})
	require.EqualValues(t, 1, asked.Load(), "for seven repositories")
	for name, f := range s.facts["github.branch"] {
		require.Contains(t, f.Body.(*evidence.BranchRule).Bypasses, evidence.RulesetBypass{RulesetID: 9, Actor: "OrganizationAdmin", Mode: "exempt"}, name)
	}
}

func TestUnreadableProtectionLeavesRulesets(t *testing.T) {
	t.Parallel()
	org := oneRepository(func(o *githubtest.Organization, r *githubtest.Repository) {
		o.Viewer.Person = o.Members[3] // no owner: GitHub answers 404 Not Found
		r.Protection = &githubtest.Protection{EnforceAdmins: true}
		r.Rulesets = []githubtest.Ruleset{{ID: 5, Name: "r", Rules: []githubtest.Rule{{Type: "deletion"}}}}
	})
	f, b := lookAtBranch(t, githubtest.New(t, org))
	require.Nil(t, b.Own)
	require.Equal(t, evidence.Denied, hole(t, f, "own.exists").Reason)
	require.Equal(t, []evidence.BranchRulesetRule{{RulesetID: 5, Source: "acme-robotics/one", Type: "deletion"}}, b.Rules)
}

func TestBranchThatDoesNotExistYet(t *testing.T) {
	t.Parallel()
	org := oneRepository(func(_ *githubtest.Organization, r *githubtest.Repository) {
		r.PushedAt = time.Time{}
		r.Rulesets = []githubtest.Ruleset{{ID: 5, Name: "r", Rules: []githubtest.Rule{{Type: "deletion"}}}}
	})
	server := githubtest.New(t, org)
	f, b := lookAtBranch(t, server)
	require.Nil(t, b.Own, "neither protected nor unprotected")
	require.Equal(t, evidence.NotCollected, hole(t, f, "own").Reason)
	require.Contains(t, hole(t, f, "own").Detail, "does not exist yet")
	require.Len(t, b.Rules, 1, "rulesets bind a branch before it exists")
	r := body[evidence.Repository](t, lookAt(t, server), "github.repository", "acme-robotics/one")
	require.True(t, r.LastPushed.Never)
}

// Without a plan that has protection, none can be in force: absent, not unknown.
func TestPlanWithoutProtection(t *testing.T) {
	t.Parallel()
	f, b := lookAtBranch(t, githubtest.New(t, oneRepository(func(o *githubtest.Organization, _ *githubtest.Repository) { o.FreePlan = true })))
	require.Empty(t, f.Holes)
	require.False(t, *b.Own.Exists)
	require.Equal(t, []evidence.BranchRulesetRule{}, b.Rules)
}

func TestPeopleWhoNeedNoPullRequest(t *testing.T) {
	t.Parallel()
	_, b := lookAtBranch(t, githubtest.New(t, oneRepository(func(o *githubtest.Organization, r *githubtest.Repository) {
		r.Protection = &githubtest.Protection{EnforceAdmins: true, Reviews: &githubtest.Reviews{Approvals: 1, BypassUsers: o.Members[1:2]}}
	})))
	require.False(t, *b.Own.AdminsBound, "one of them may be an administrator")
	require.True(t, *b.Own.PullRequestRequired)
}

func TestRecordedProtection(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("githubtest/testdata/branch-protection.json")
	require.NoError(t, err)
	var recorded []struct {
		Status   int             `json:"status"`
		Response json.RawMessage `json:"response"`
	}
	require.NoError(t, json.Unmarshal(raw, &recorded))
	look := func(t *testing.T, i int) (evidence.Fact, *evidence.BranchRule) {
		t.Helper()
		server := githubtest.New(t, oneRepository(func(*githubtest.Organization, *githubtest.Repository) {}))
		return lookAtBranch(t, between{base: server, answer: func(operation string, _ *http.Request) *http.Response {
			if strings.HasSuffix(operation, "/protection") {
				return collectorstest.Answer(recorded[i].Status, "application/json; charset=utf-8", string(recorded[i].Response))
			}
			return nil
		}})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		f, b := look(t, 0)
		require.Empty(t, f.Holes)
		require.False(t, *b.Own.Exists)
		require.EqualValues(t, 0, *b.Own.Approvals)
	})
	t.Run("the least there is", func(t *testing.T) {
		t.Parallel()
		f, b := look(t, 1)
		require.Empty(t, f.Holes)
		require.True(t, *b.Own.Exists)
		require.False(t, *b.Own.PullRequestRequired)
		require.False(t, *b.Own.AdminsBound)
		require.True(t, *b.Own.ForcePushBlocked)
		require.True(t, *b.Own.DeletionBlocked)
		require.Equal(t, []string{}, b.Own.StatusChecks)
	})
	t.Run("reviews recorded before GitHub knew the last push leave that field unseen", func(t *testing.T) {
		t.Parallel()
		f, b := look(t, 2)
		require.True(t, *b.Own.PullRequestRequired)
		require.True(t, *b.Own.DismissStaleReviews)
		require.True(t, *b.Own.AdminsBound)
		require.Equal(t, []string{"foo/bar"}, b.Own.StatusChecks)
		require.Nil(t, b.Own.LastPushApproval)
		require.Equal(t, evidence.ProviderError, hole(t, f, "own.last_push_approval").Reason)
		require.EqualValues(t, 1, *b.Own.Approvals)
	})
}

func TestProtectionThatIsNone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ operation, answer, field string }{
		"an empty object for a protection":    {"/protection", `{}`, "own"},
		"a rule without a ruleset":            {"/rules/branches/{branch}", `[{"type":"deletion"}]`, "rules"},
		"a rule without a type":               {"/rules/branches/{branch}", `[{"ruleset_id":1}]`, "rules"},
		"a pull request rule without numbers": {"/rules/branches/{branch}", `[{"type":"pull_request","ruleset_id":1}]`, "rules"},
		"another ruleset":                     {"/rulesets/{ruleset_id}", `{"id":6,"bypass_actors":[]}`, "bypasses"},
	} {
		t.Run(name+" is unreadable", func(t *testing.T) {
			t.Parallel()
			server := githubtest.New(t, oneRepository(func(_ *githubtest.Organization, r *githubtest.Repository) {
				r.Rulesets = []githubtest.Ruleset{{ID: 5, Name: "r", Rules: []githubtest.Rule{{Type: "deletion"}}}}
			}))
			f, b := lookAtBranch(t, between{base: server, answer: func(operation string, _ *http.Request) *http.Response {
				if strings.HasSuffix(operation, tc.operation) {
					return collectorstest.Answer(http.StatusOK, "application/json", tc.answer)
				}
				return nil
			}})
			require.Equal(t, evidence.ProviderError, hole(t, f, tc.field).Reason)
			switch tc.field {
			case "own":
				require.Nil(t, b.Own)
			case "rules":
				require.Nil(t, b.Rules)
				require.Nil(t, b.Bypasses)
			case "bypasses":
				require.Nil(t, b.Bypasses)
			}
		})
	}
}
