package aws_test

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// What moto cannot say, and is written from AWS's references, is stated as those say it.
func TestDetectionInSample(t *testing.T) {
	t.Parallel()
	exchanges, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	got := run(t, replay.New(exchanges), func(s *transport.Seam) []connect.Source {
		return open(t, s, environment("", anyone), sampleSettings)
	})

	t.Run("deliveries of a trail are stated by the hour, rounded down", func(t *testing.T) {
		trail := body[*evidence.AuditTrail](t, got, "aws.cloudtrail.trail", "acme-robotics-trail")
		hour := &evidence.Moment{At: time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)}
		require.Equal(t, hour, trail.LastDelivered)
		require.Equal(t, hour, trail.LastSearchable)
	})
	t.Run("a recorder's newest delivery", func(t *testing.T) {
		require.Equal(t, "SUCCESS", *body[*evidence.ConfigurationRecorder](t, got, "aws.config.recorder", "AWS Config in eu-west-1").LastStatus)
	})
	t.Run("threats, archived ones too, are as old as their first appearance", func(t *testing.T) {
		require.Len(t, got.facts["aws.guardduty.finding"], 4)
		require.Equal(t, &evidence.SecurityAlert{
			About: aws.String("threat"), Severity: aws.String("high"), Score: aws.Float64(7.5), State: aws.String("open"), DismissedAs: aws.String(""),
			Title: aws.String("CloudTrail logging was disabled by kofi."), Identifier: aws.String(""), Subject: aws.String("kofi"),
			OpenedAt: aws.Time(time.Date(2026, 10, 28, 17, 5, 33, 902e6, time.UTC)),
		}, body[*evidence.SecurityAlert](t, got, "aws.guardduty.finding", "Stealth:IAMUser/CloudTrailLoggingDisabled"))
		archived := body[*evidence.SecurityAlert](t, got, "aws.guardduty.finding", "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin")
		require.Equal(t, "dismissed", *archived.State)
		require.Equal(t, "archived", *archived.DismissedAs)
		require.Nil(t, archived.ClosedAt)
	})
	t.Run("weaknesses in every state", func(t *testing.T) {
		states := map[string]string{}
		for _, f := range got.facts["aws.inspector2.finding"] {
			a := f.Body.(*evidence.SecurityAlert)
			require.Empty(t, f.Holes)
			require.Equal(t, "vulnerability", *a.About)
			states[*a.Identifier] = *a.Severity + " " + *a.State
		}
		require.Equal(t, map[string]string{
			"CVE-2026-31415": "critical open", "CVE-2026-20481": "high open", "CVE-2025-48810": "high open",
			"CVE-2026-11873": "medium dismissed", "CVE-2026-27590": "critical fixed", "CVE-2026-09022": "low open",
		}, states)
		unfixable := body[*evidence.SecurityAlert](t, got, "aws.inspector2.finding", "CVE-2025-48810 - zlib1g")
		require.Equal(t, no, unfixable.FixAvailable)
		require.Equal(t, time.Date(2026, 6, 20, 4, 40, 0, 0, time.UTC), *unfixable.OpenedAt)
		fixed := body[*evidence.SecurityAlert](t, got, "aws.inspector2.finding", "CVE-2026-27590 - glibc")
		require.Equal(t, time.Date(2026, 11, 6, 5, 12, 0, 0, time.UTC), *fixed.ClosedAt)
	})
	t.Run("a service that is off is a value, and what it would have found is a hole", func(t *testing.T) {
		require.Equal(t, no, body[*evidence.ThreatDetection](t, got, "aws.securityhub.hub", "Security Hub in us-east-1").Enabled)
		require.Equal(t, no, body[*evidence.ThreatDetection](t, got, "aws.guardduty.detector", "GuardDuty in us-east-1").Enabled)
		lost := map[string]string{}
		for _, p := range got.pulls {
			for _, h := range p.Holes {
				require.Equal(t, evidence.Disabled, h.Reason)
				lost[h.Type] = p.Scope.Region
			}
		}
		require.Equal(t, map[string]string{"aws.guardduty.finding": "us-east-1", "aws.inspector2.finding": "us-east-1"}, lost)
	})
	t.Run("analyzers and standards with their state", func(t *testing.T) {
		require.Equal(t, []evidence.Analyzer{{Name: "unused-access", Type: "ACCOUNT_UNUSED_ACCESS", Status: "ACTIVE"}},
			body[*evidence.AccessAnalyzer](t, got, "aws.accessanalyzer.region", "IAM Access Analyzer in us-east-1").Analyzers)
		standards := body[*evidence.ThreatDetection](t, got, "aws.securityhub.hub", "Security Hub in eu-west-1").Standards
		require.Equal(t, []string{"READY", "INCOMPLETE"}, []string{standards[0].Status, standards[1].Status})
	})
}
