package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// How the sample company's code is changed, scanned and built, by GitHub's
// documentation of each; good and bad of everything.
func TestSampleOfCodeAndChanges(t *testing.T) {
	t.Parallel()
	scan := newCompany(t).scan(0)
	got := map[[2]string]soc2.Outcome{}
	for _, f := range scan.Findings {
		got[[2]string{f.Check, f.Resource.Name}] = f.Outcome
	}
	const repo = "acme-robotics/"
	for _, want := range []expected{
		{"branch-has-a-rule", repo + "cloud-api:main", soc2.Pass},
		{"branch-has-a-rule", repo + "warehouse-ui:main", soc2.Fail},
		{"merge-needs-approval", repo + "firmware:main", soc2.Pass},
		{"merge-needs-approval", repo + "ros-drivers:main", soc2.Pass},
		{"approval-is-for-what-is-merged", repo + "ros-drivers:main", soc2.Fail},
		{"branch-rule-binds-administrators", repo + "firmware:main", soc2.Pass},
		{"branch-rule-binds-administrators", repo + "infrastructure:main", soc2.Fail}, // the ruleset can be bypassed
		{"branch-history-is-kept", repo + "infrastructure:main", soc2.Pass},
		{"merge-waits-for-checks", repo + "cloud-api:main", soc2.Pass},
		{"merge-waits-for-checks", repo + "infrastructure:main", soc2.Fail},
		{"merge-waits-for-checks", repo + "website:main", soc2.Unobserved},
		{"merge-waits-for-checks", repo + "legacy-controller:master", soc2.NotApplicable},

		{"change-was-approved-and-tested", repo + "cloud-api#412", soc2.Pass},
		{"change-was-approved-and-tested", repo + "cloud-api#415", soc2.Pass},     // a program's, approved
		{"change-was-approved-and-tested", repo + "firmware#88", soc2.Fail},       // approved before the last commit
		{"change-was-approved-and-tested", repo + "infrastructure#31", soc2.Fail}, // merged by its author alone
		{"change-was-approved-and-tested", repo + "ros-drivers#19", soc2.Fail},    // its build had failed
		{"change-was-approved-and-tested", repo + "warehouse-ui#7", soc2.Fail},    // approved by one who wrote a part
		{"change-was-approved-and-tested", repo + "website#5", soc2.Unobserved},   // a commit of nobody known
		{"nothing-was-pushed-past-review", repo + "cloud-api:main", soc2.Pass},
		{"nothing-was-pushed-past-review", repo + "infrastructure:main", soc2.Fail}, // by an administrator, at night
		{"nothing-was-pushed-past-review", repo + "warehouse-ui:main", soc2.Fail},
		{"nothing-was-pushed-past-review", repo + "legacy-controller:master", soc2.NotApplicable},

		{"repository-is-searched-for-secrets", repo + "cloud-api", soc2.Pass},
		{"repository-is-searched-for-secrets", repo + "warehouse-ui", soc2.Fail},
		{"leaked-secret-is-revoked-in-time", repo + "cloud-api/secret-scanning/1", soc2.Pass},
		{"leaked-secret-is-revoked-in-time", repo + "ros-drivers/secret-scanning/1", soc2.Fail},
		{"leaked-secret-is-revoked-in-time", repo + "ros-drivers/secret-scanning/2", soc2.Pass}, // four days old

		{"dependencies-are-watched", repo + "firmware", soc2.Pass},
		{"dependencies-are-watched", repo + "warehouse-ui", soc2.Fail},
		{"dependencies-are-watched", repo + "website", soc2.Unobserved},
		{"code-is-scanned", repo + "cloud-api", soc2.Pass},
		{"code-is-scanned", repo + "firmware", soc2.Pass},
		{"code-is-scanned", repo + "ros-drivers", soc2.Fail},    // last in August
		{"code-is-scanned", repo + "infrastructure", soc2.Fail}, // never
		{"code-is-scanned", repo + "warehouse-ui", soc2.Fail},   // no licence: known to be absent
		{"code-is-scanned", repo + "website", soc2.NotApplicable},

		{"weak-dependency-is-fixed-in-time", repo + "cloud-api/dependabot/7", soc2.Pass},
		{"weak-dependency-is-fixed-in-time", repo + "cloud-api/dependabot/9", soc2.NotApplicable}, // developers' only
		{"weak-dependency-is-fixed-in-time", repo + "ros-drivers/dependabot/4", soc2.Fail},
		{"weak-dependency-is-fixed-in-time", repo + "infrastructure/dependabot/2", soc2.Pass},
		{"flaw-in-code-is-fixed-in-time", repo + "ros-drivers/code-scanning/1", soc2.Fail},
		{"flaw-in-code-is-fixed-in-time", repo + "ros-drivers/code-scanning/2", soc2.Pass},

		{"pipeline-takes-nothing-from-strangers", repo + "cloud-api/.github/workflows/ci.yml", soc2.Pass},
		{"pipeline-takes-nothing-from-strangers", repo + "ros-drivers/.github/workflows/pull-requests.yml", soc2.Fail},
		{"pipeline-takes-nothing-from-strangers", repo + "ros-drivers/.github/workflows/triage.yml", soc2.Fail},
		{"pipeline-calls-what-cannot-change", repo + "cloud-api/.github/workflows/release.yaml", soc2.Pass},
		{"pipeline-calls-what-cannot-change", repo + "infrastructure/.github/workflows/apply.yml", soc2.Fail},
		{"pipeline-states-its-rights", repo + "cloud-api/.github/workflows/release.yaml", soc2.Pass},
		{"pipeline-states-its-rights", repo + "infrastructure/.github/workflows/apply.yml", soc2.Fail},
		{"pipeline-states-its-rights", repo + "warehouse-ui/.github/workflows/deploy.yml", soc2.Fail},

		// Alerts of a repository the token was not made for may be missing.
		{"leaked-secret-is-revoked-in-time", "github/acme-robotics", soc2.Unobserved},
		{"weak-dependency-is-fixed-in-time", "github/acme-robotics", soc2.Unobserved},
	} {
		outcome, ok := got[[2]string{want.check, want.resource}]
		require.True(t, ok, "no finding of %s on %s", want.check, want.resource)
		require.Equal(t, want.outcome, outcome, "%s on %s", want.check, want.resource)
	}
}
