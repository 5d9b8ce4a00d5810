package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// What moto cannot say of logging, detection and scanning, judged on answers
// written from AWS's references: each good and each bad of the sample company.
func TestSampleOfLogging(t *testing.T) {
	t.Parallel()
	scan := newCompany(t).scan(0)
	for _, want := range []expected{
		{"account-records-every-action", "", soc2.Pass},
		{"trail-can-be-searched", "acme-robotics-trail", soc2.Pass},
		{"trail-can-be-searched", "telemetry-debugging", soc2.Fail},
		{"region-records-configuration", "AWS Config in eu-west-1", soc2.Pass},
		{"region-records-configuration", "AWS Config in us-east-1", soc2.Fail},
		{"region-measures-settings", "Security Hub in eu-west-1", soc2.Pass},
		{"region-measures-settings", "Security Hub in us-east-1", soc2.Fail},
		{"region-finds-outside-access", "IAM Access Analyzer in eu-west-1", soc2.Pass},
		{"region-finds-outside-access", "IAM Access Analyzer in us-east-1", soc2.Fail},
		{"threat-is-handled-in-time", "Discovery:S3/MaliciousIPCaller", soc2.Pass},
		{"threat-is-handled-in-time", "Stealth:IAMUser/CloudTrailLoggingDisabled", soc2.Fail},
		{"threat-is-handled-in-time", "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin", soc2.Pass},
		{"threat-is-handled-in-time", "Recon:IAMUser/MaliciousIPCaller.Custom", soc2.NotApplicable},
		{"threat-is-handled-in-time", "aws/111122223333/us-east-1", soc2.Unobserved},
		{"systems-are-scanned", "Inspector in eu-west-1", soc2.Pass},
		{"systems-are-scanned", "Inspector in us-east-1", soc2.Fail},
		{"system-weakness-is-fixed-in-time", "CVE-2026-31415 - openssl", soc2.Pass},
		{"system-weakness-is-fixed-in-time", "CVE-2026-20481 - libxml2", soc2.Fail},
		{"system-weakness-is-fixed-in-time", "CVE-2025-48810 - zlib1g", soc2.Pass},
		{"system-weakness-is-fixed-in-time", "CVE-2026-11873 - curl", soc2.Fail},
		{"system-weakness-is-fixed-in-time", "CVE-2026-27590 - glibc", soc2.Pass},
		{"system-weakness-is-fixed-in-time", "CVE-2026-09022 - perl-base", soc2.Pass},
		{"system-weakness-is-fixed-in-time", "aws/111122223333/us-east-1", soc2.Unobserved},
	} {
		require.Equal(t, want.outcome, outcomeOf(t, scan, want.check, want.resource), "%s on %s", want.check, want.resource)
	}
}
