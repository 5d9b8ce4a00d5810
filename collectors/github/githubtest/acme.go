package githubtest

import (
	"encoding/json"
	"time"
)

// AcmeRobotics is the sample company's organisation: some of it well kept, some
// not, some out of the token's sight.
func AcmeRobotics() *Organization {
	ada := Person{ID: 4100101, Login: "ada", Owner: true}
	return withCode(&Organization{
		Login: "acme-robotics", ID: 98200431, CreatedAt: day(2021, 3, 9), DefaultPermission: "read",
		Members: []Person{
			ada,
			{ID: 4100102, Login: "grace", Owner: true},
			{ID: 4100103, Login: "linus", NoTwoFactor: true},
			{ID: 4100104, Login: "marie"},
			{ID: 4100105, Login: "kofi", SMS: true},
			{ID: 4100106, Login: "yuki"},
		},
		Outside: []Person{
			{ID: 5200201, Login: "rosa-fieldworks"},
			{ID: 5200202, Login: "tom-freelance", NoTwoFactor: true},
		},
		// A fine-grained token of an owner, made for all repositories but one.
		Viewer:       Viewer{Person: ada, Member: true},
		Repositories: acmeRepositories(),
		Access:       acmeAccess(),
	})
}

func acmeRepositories() []Repository {
	on := map[string]bool{"secret_scanning": true, "secret_scanning_push_protection": true, "dependabot_security_updates": true}
	off := map[string]bool{"secret_scanning": false, "secret_scanning_push_protection": false, "dependabot_security_updates": false}
	return []Repository{
		{
			ID: 611000001, Name: "cloud-api", Visibility: "private", DefaultBranch: "main", Topics: []string{"production"},
			CreatedAt: day(2022, 1, 17), PushedAt: day(2026, 11, 13), Alerts: true, Features: on,
			Properties: map[string]any{"tier": "1", "regions": []string{"eu", "us"}},
			Rulesets: []Ruleset{{ID: 771001, Name: "default branch", Rules: []Rule{
				{Type: "deletion"},
				{Type: "non_fast_forward"},
				{Type: "required_signatures"},
				{Type: "pull_request", Parameters: pullRequest(2)},
				{Type: "required_status_checks", Parameters: statusChecks("build", "integration")},
				{Type: "merge_queue", Parameters: mergeQueue},
			}}},
		},
		{
			ID: 611000002, Name: "firmware", Visibility: "private", DefaultBranch: "main", Topics: []string{"production", "safety"},
			CreatedAt: day(2021, 3, 10), PushedAt: day(2026, 11, 14), Alerts: true, Features: on,
			Protection: &Protection{
				Reviews: &Reviews{Approvals: 2, DismissStale: true, CodeOwners: true, LastPush: true},
				Checks:  []string{"build", "hardware-in-the-loop"}, EnforceAdmins: true, Signatures: true, Conversations: true,
			},
		},
		{
			ID: 611000003, Name: "infrastructure", Visibility: "private", DefaultBranch: "main", Topics: []string{"production"},
			CreatedAt: day(2022, 6, 1), PushedAt: day(2026, 11, 10), Alerts: true, Features: on,
			Rulesets: []Ruleset{{
				ID: 771002, Name: "review before apply",
				Rules: []Rule{
					{Type: "deletion"}, {Type: "non_fast_forward"}, {Type: "pull_request", Parameters: pullRequest(1)},
				},
				Bypass: []Bypass{{ID: new(int64(5)), Type: "RepositoryRole", Mode: "always"}, {Type: "DeployKey", Mode: "always"}},
			}},
		},
		{
			ID: 611000004, Name: "legacy-controller", Visibility: "private", Archived: true, DefaultBranch: "master",
			CreatedAt: day(2021, 4, 2), PushedAt: day(2023, 2, 20), Features: off,
		},
		{
			ID: 611000005, Name: "ros-drivers", Visibility: "public", DefaultBranch: "main", Topics: []string{"open-source"},
			CreatedAt: day(2022, 9, 5), PushedAt: day(2026, 10, 30), Alerts: true, Features: on,
			Protection: &Protection{Reviews: &Reviews{Approvals: 1}, Checks: []string{"build"}},
		},
		{
			ID: 611000006, Name: "warehouse-ui", Visibility: "private", DefaultBranch: "main",
			CreatedAt: day(2024, 2, 12), PushedAt: day(2026, 11, 15), Features: off,
		},
		{
			ID: 611000007, Name: "website", Visibility: "public", DefaultBranch: "main",
			CreatedAt: day(2021, 5, 20), PushedAt: day(2026, 9, 1), NotGranted: true,
		},
	}
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 9, 30, 0, 0, time.UTC)
}

func pullRequest(approvals int) json.RawMessage {
	return object(map[string]any{
		"required_approving_review_count": approvals, "dismiss_stale_reviews_on_push": true, "require_code_owner_review": true,
		"require_last_push_approval": true, "required_review_thread_resolution": true,
	})
}

func statusChecks(names ...string) json.RawMessage {
	checks := []any{}
	for _, name := range names {
		checks = append(checks, map[string]any{"context": name})
	}
	return object(map[string]any{"required_status_checks": checks, "strict_required_status_checks_policy": true})
}

var mergeQueue = object(map[string]any{
	"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
	"merge_method": "SQUASH", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5,
})

func object(v map[string]any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // constants
	}
	return b
}
