package aws_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// motoCannot are the reads that moto 5.2.1 does not answer. What they would say
// is written by hand, from the API references.
var motoCannot = []string{"accessanalyzer:ListAnalyzers", "guardduty:ListFindings", "securityhub:GetEnabledStandards"}

// What records, watches and scans is stated as it was made; what moto cannot say
// is a hole, and no other is there.
func TestLoggingAgainstMoto(t *testing.T) {
	t.Parallel()
	m := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: m}.Seed()
	got := run(t, mototest.Unimplemented(http.DefaultTransport), func(s *transport.Seam) []connect.Source {
		return open(t, s, environment(m.Endpoint, anyone), "regions: [eu-west-1, us-east-1]")
	})

	t.Run("a trail is stated once, in its home region", func(t *testing.T) {
		require.Len(t, got.facts["aws.cloudtrail.trail"], 2)
		trail := *body[*evidence.AuditTrail](t, got, "aws.cloudtrail.trail", "acme-robotics-trail")
		resource := got.facts["aws.cloudtrail.trail"]["acme-robotics-trail"].Resource
		require.Equal(t, "eu-west-1", resource.Region)
		require.Equal(t, "arn:aws:cloudtrail:eu-west-1:"+companyAccount+":trail/acme-robotics-trail", resource.ID)
		require.False(t, trail.LastDelivered.Never)
		trail.LastDelivered = nil
		require.Equal(t, evidence.AuditTrail{
			Active: yes, Everywhere: yes, Reads: yes, Writes: yes, ExcludedSources: []string{}, IntegrityProtected: yes, Organisation: no,
			KeyID: aws.String(mototest.CustomerKey), Destination: aws.String("acme-robotics-logs"), DeliveryError: aws.String(""),
			Searchable: yes, LastSearchable: &evidence.Moment{Never: true}, // moto never says
		}, trail)
		require.Equal(t, &evidence.AuditTrail{
			Active: no, Everywhere: no, Reads: no, Writes: no, ExcludedSources: []string{"kms.amazonaws.com"}, IntegrityProtected: no, Organisation: no,
			KeyID: aws.String(""), Destination: aws.String("acme-robotics-backups"), DeliveryError: aws.String(""), LastDelivered: &evidence.Moment{Never: true},
			Searchable: no, LastSearchable: &evidence.Moment{Never: true},
		}, body[*evidence.AuditTrail](t, got, "aws.cloudtrail.trail", "telemetry-debugging"))
	})
	t.Run("log groups", func(t *testing.T) {
		days := map[string]int64{}
		for name, f := range got.facts["aws.logs.log_group"] {
			days[name] = *f.Body.(*evidence.LogStore).RetentionDays
		}
		for name, want := range map[string]int64{"/acme/cloudtrail": 731, "/acme/network/flow-logs": 365, "/acme/orders/application": 0, "/acme/reporting/nightly-import": 14, "/acme/telemetry/ingest": 365, "/acme/telemetry/debug": 30} {
			require.Contains(t, days, name)
			require.Equal(t, want, days[name], name)
		}
		require.Equal(t, "arn:aws:logs:us-east-1:"+companyAccount+":log-group:/acme/telemetry/debug", got.facts["aws.logs.log_group"]["/acme/telemetry/debug"].Resource.ID)
	})
	t.Run("configuration recorders", func(t *testing.T) {
		require.Equal(t, &evidence.ConfigurationRecorder{
			Exists: yes, Recording: yes, AllTypes: yes, GlobalTypes: yes, ExcludedTypes: []string{}, LastStatus: aws.String("PENDING"),
		}, body[*evidence.ConfigurationRecorder](t, got, "aws.config.recorder", "AWS Config in eu-west-1"))
		require.Equal(t, &evidence.ConfigurationRecorder{
			Exists: no, Recording: no, AllTypes: no, GlobalTypes: no, ExcludedTypes: []string{}, LastStatus: aws.String(""),
		}, body[*evidence.ConfigurationRecorder](t, got, "aws.config.recorder", "AWS Config in us-east-1"))
	})
	t.Run("GuardDuty, Security Hub and Inspector are on in one region and off in the other", func(t *testing.T) {
		detector := body[*evidence.ThreatDetection](t, got, "aws.guardduty.detector", "GuardDuty in eu-west-1")
		require.Equal(t, yes, detector.Enabled)
		require.Contains(t, detector.Features, evidence.DetectionFeature{Name: "S3_DATA_EVENTS", Enabled: true})
		require.Equal(t, &evidence.ThreatDetection{Enabled: no, Features: []evidence.DetectionFeature{}}, body[*evidence.ThreatDetection](t, got, "aws.guardduty.detector", "GuardDuty in us-east-1"))
		require.Equal(t, yes, body[*evidence.ThreatDetection](t, got, "aws.securityhub.hub", "Security Hub in eu-west-1").Enabled)
		require.Equal(t, &evidence.ThreatDetection{Enabled: no, Standards: []evidence.DetectionStandard{}}, body[*evidence.ThreatDetection](t, got, "aws.securityhub.hub", "Security Hub in us-east-1"))
		target := func(region, typ string) evidence.ScanTarget {
			targets := body[*evidence.VulnerabilityScanner](t, got, "aws.inspector2.region", "Inspector in "+region).Targets
			return targets[slices.IndexFunc(targets, func(s evidence.ScanTarget) bool { return s.Type == typ })]
		}
		require.Equal(t, evidence.ScanTarget{Type: "ECR", On: yes, InUse: yes}, target("eu-west-1", "ECR"))
		require.Equal(t, evidence.ScanTarget{Type: "ECR", On: no, InUse: yes}, target("us-east-1", "ECR"))
	})
	t.Run("VPCs", func(t *testing.T) {
		network := func(name string) *evidence.Network { return body[*evidence.Network](t, got, "aws.ec2.vpc", name) }
		production := network("production")
		require.Equal(t, yes, production.InUse)
		require.Equal(t, no, production.Default)
		require.Len(t, production.FlowLogs, 1)
		require.Equal(t, "ALL", production.FlowLogs[0].Traffic)
		require.Equal(t, "ACTIVE", production.FlowLogs[0].Status)
		require.Equal(t, &evidence.Network{InUse: yes, Default: no, FlowLogs: []evidence.FlowLog{}}, network("office-vpn"))
		require.Equal(t, "ACCEPT", network("telemetry").FlowLogs[0].Traffic)
	})
	t.Run("what moto cannot say is a hole", func(t *testing.T) {
		var operations []string
		for _, h := range got.holes() {
			service, _, _ := strings.Cut(h.Operation, ":")
			if h.Reason != evidence.Disabled && slices.Contains([]string{"accessanalyzer", "cloudtrail", "cloudwatchlogs", "configservice", "guardduty", "inspector2", "securityhub"}, service) {
				operations = append(operations, h.Operation)
			}
		}
		slices.Sort(operations)
		require.Equal(t, motoCannot, slices.Compact(operations))
	})
}
