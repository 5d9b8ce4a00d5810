package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// What the sample company's organisation has and lacks, by GitHub's documentation
// of each setting; good and bad of everything.
func TestSampleOfAccessAndPipelines(t *testing.T) {
	t.Parallel()
	scan := newCompany(t).scan(0)
	got := map[[2]string]soc2.Outcome{}
	for _, f := range scan.Findings {
		name := f.Resource.Name
		if name == "" {
			name = f.Resource.ID
		}
		got[[2]string{f.Check, name}] = f.Outcome
	}
	const org = "acme-robotics"
	for _, want := range []expected{
		{"organisation-requires-second-factor", org, soc2.Fail},
		{"code-host-uses-single-sign-on", org, soc2.Pass},
		{"base-permission-is-minimal", org, soc2.Pass},
		{"members-cannot-publish-repositories", org, soc2.Pass},
		{"members-cannot-delete-repositories", org, soc2.Pass},
		{"private-repositories-cannot-be-forked", org, soc2.Fail},
		{"code-host-audit-log-is-streamed", org, soc2.Unobserved}, // the enterprise is not named
		{"only-trusted-actions-run", org, soc2.Pass},
		{"workflow-token-is-read-only", org, soc2.Fail},
		{"own-runners-serve-private-repositories", org, soc2.Fail},

		{"public-repository-is-approved", org + "/website", soc2.Fail},
		{"public-repository-is-approved", org + "/firmware", soc2.Pass},
		{"unused-repository-is-archived", org + "/legacy-controller", soc2.Pass},
		{"repository-access-comes-through-teams", org + "/warehouse-ui marie", soc2.Fail},
		{"repository-access-comes-through-teams", org + "/warehouse-ui tom-freelance", soc2.NotApplicable},
		{"outside-collaborator-is-agreed-and-limited", org + "/warehouse-ui tom-freelance", soc2.Fail},
		{"outside-collaborator-is-agreed-and-limited", org + "/ros-drivers rosa-fieldworks", soc2.Fail}, // on nobody's list
		{"outside-collaborator-is-agreed-and-limited", org + "/warehouse-ui marie", soc2.NotApplicable},

		{"installed-app-is-agreed-or-harmless", "renovate", soc2.Fail},
		{"installed-app-is-agreed-or-harmless", "deploy-status", soc2.Pass},
		{"installed-app-is-agreed-or-harmless", "standup-bot", soc2.Fail},
		{"installed-app-is-agreed-or-harmless", "old-ci", soc2.NotApplicable},

		{"deploy-key-is-read-only-and-current", org + "/infrastructure argo cd", soc2.Pass},
		{"deploy-key-is-read-only-and-current", org + "/warehouse-ui jenkins", soc2.Fail},
		{"deploy-key-is-read-only-and-current", org + "/legacy-controller build box", soc2.Fail},
		{"webhook-is-encrypted-and-signed", org + " webhook 51001", soc2.Pass},
		{"webhook-is-encrypted-and-signed", org + "/warehouse-ui webhook 51003", soc2.Fail},
		{"webhook-is-encrypted-and-signed", org + "/firmware webhook 51004", soc2.NotApplicable},

		{"pipelines-keep-no-cloud-keys", org + "/warehouse-ui", soc2.Fail},
		{"pipelines-keep-no-cloud-keys", org + "/firmware", soc2.Pass},
		{"pipelines-keep-no-cloud-keys", org + "/legacy-controller", soc2.NotApplicable},
		{"pipelines-keep-no-cloud-keys", org + "/website", soc2.Unobserved}, // the token was not made for it
		{"environment-keeps-no-cloud-keys", org + "/cloud-api production", soc2.Pass},
		{"environment-keeps-no-cloud-keys", org + "/warehouse-ui prod/eu", soc2.Fail},
		{"production-environment-needs-approval", org + "/cloud-api production", soc2.Pass},
		{"production-environment-needs-approval", org + "/cloud-api staging", soc2.NotApplicable},
		{"production-environment-needs-approval", org + "/infrastructure production", soc2.Fail}, // every branch deploys
		{"production-environment-needs-approval", org + "/warehouse-ui prod/eu", soc2.Fail},

		{"repository-workflow-token-is-read-only", org + "/warehouse-ui", soc2.Fail},
		{"repository-workflow-token-is-read-only", org + "/cloud-api", soc2.Pass},
		{"public-repository-has-no-own-runner", org + "/ros-drivers", soc2.Fail},
		{"public-repository-has-no-own-runner", org + "/cloud-api", soc2.NotApplicable},
		{"strangers-pipelines-wait-for-approval", org + "/ros-drivers", soc2.Pass},
		{"repository-administrators-are-few", org + "/warehouse-ui", soc2.Unobserved}, // collaborators of the website were not seen
	} {
		outcome, ok := got[[2]string{want.check, want.resource}]
		if want.outcome == soc2.NotApplicable && !ok {
			continue // findings that do not apply are counted, not listed
		}
		require.True(t, ok, "%s on %s: no finding", want.check, want.resource)
		require.Equal(t, want.outcome, outcome, "%s on %s", want.check, want.resource)
	}
}
