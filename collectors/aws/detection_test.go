package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	guardtypes "github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	inspectortypes "github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	hubtypes "github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

var here = session{account: "111122223333", partition: "aws", region: "eu-west-1"}

func TestRecordedTypes(t *testing.T) {
	t.Parallel()
	strategy := func(s configtypes.RecordingStrategyType) *configtypes.RecordingStrategy {
		return &configtypes.RecordingStrategy{UseOnly: s}
	}
	for name, c := range map[string]struct {
		group configtypes.RecordingGroup
		want  recordedGroup
	}{
		"everything and what is global": {configtypes.RecordingGroup{AllSupported: true, IncludeGlobalResourceTypes: true}, recordedGroup{true, true, []string{}}},
		"everything in the region":      {configtypes.RecordingGroup{AllSupported: true}, recordedGroup{true, false, []string{}}},
		"nothing stated":                {configtypes.RecordingGroup{}, recordedGroup{false, false, []string{}}},
		"chosen types": {configtypes.RecordingGroup{
			RecordingStrategy: strategy("INCLUSION_BY_RESOURCE_TYPES"), ResourceTypes: []configtypes.ResourceType{"AWS::EC2::Instance", "AWS::IAM::Role"},
		}, recordedGroup{false, false, []string{}}},
		"chosen types with all that is global": {configtypes.RecordingGroup{
			RecordingStrategy: strategy("INCLUSION_BY_RESOURCE_TYPES"), ResourceTypes: globalTypes,
		}, recordedGroup{false, true, []string{}}},
		"all but one, whatever the switch for global types says": {configtypes.RecordingGroup{
			RecordingStrategy:        strategy("EXCLUSION_BY_RESOURCE_TYPES"),
			ExclusionByResourceTypes: &configtypes.ExclusionByResourceTypes{ResourceTypes: []configtypes.ResourceType{"AWS::EC2::Volume", "AWS::EC2::Instance"}},
		}, recordedGroup{true, true, []string{"AWS::EC2::Instance", "AWS::EC2::Volume"}}},
		"all but roles": {configtypes.RecordingGroup{
			RecordingStrategy: strategy("EXCLUSION_BY_RESOURCE_TYPES"), IncludeGlobalResourceTypes: true,
			ExclusionByResourceTypes: &configtypes.ExclusionByResourceTypes{ResourceTypes: []configtypes.ResourceType{"AWS::IAM::Role"}},
		}, recordedGroup{true, false, []string{"AWS::IAM::Role"}}},
	} {
		require.Equal(t, c.want, recordedTypes(&c.group), name)
	}
	require.Nil(t, customerRecorder([]configtypes.ConfigurationRecorder{{ServicePrincipal: aws.String("securityhub.amazonaws.com")}}), "a service's recorder is not the customer's")
}

func refusal(status int, code, message string) error {
	return &smithy.OperationError{Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
		Err:      &smithy.GenericAPIError{Code: code, Message: message},
	}}
}

// Only the documented answer says that Security Hub is off.
func TestSecurityHubOff(t *testing.T) {
	t.Parallel()
	look := func(t *testing.T, out *securityhub.DescribeHubOutput, err error, standards *securityhub.GetEnabledStandardsOutput) evidence.Fact {
		t.Helper()
		r := evidence.NewRecorder(evidence.Pull{Populations: securityHub.Populations})
		require.NoError(t, collectHub(t.Context(), here, r, hubReads{
			hub: func(context.Context, *securityhub.DescribeHubInput, ...func(*securityhub.Options)) (*securityhub.DescribeHubOutput, error) {
				return out, err
			},
			standards: func(context.Context, *securityhub.GetEnabledStandardsInput, ...func(*securityhub.Options)) (*securityhub.GetEnabledStandardsOutput, error) {
				return standards, nil
			},
		}))
		_, facts := r.Result()
		return facts[0]
	}
	off := look(t, nil, refusal(401, "InvalidAccessException", "Account 111122223333 is not subscribed to AWS Security Hub"), nil)
	require.Equal(t, &evidence.ThreatDetection{Enabled: aws.Bool(false), Standards: []evidence.DetectionStandard{}}, off.Body)
	for name, err := range map[string]error{
		"another account": refusal(401, "InvalidAccessException", "The account may not perform this operation"),
		"another code":    refusal(401, "AccessDeniedException", "is not subscribed to AWS Security Hub"),
		"another status":  refusal(403, "InvalidAccessException", "is not subscribed to AWS Security Hub"),
		"no answer":       errors.New("connection reset"),
	} {
		fact := look(t, nil, err, nil)
		require.Nil(t, fact.Body.(*evidence.ThreatDetection).Enabled, name)
		_, ok := fact.Hole("enabled")
		require.True(t, ok, name)
	}
	empty := look(t, &securityhub.DescribeHubOutput{}, nil, nil)
	require.Nil(t, empty.Body.(*evidence.ThreatDetection).Enabled, "an answer without a hub is no hub that is on")
	on := &securityhub.DescribeHubOutput{HubArn: aws.String("arn")}
	require.Nil(t, look(t, on, nil, &securityhub.GetEnabledStandardsOutput{}).Body.(*evidence.ThreatDetection).Standards)
	cut := look(t, on, nil, &securityhub.GetEnabledStandardsOutput{StandardsSubscriptions: []hubtypes.StandardsSubscription{{StandardsArn: aws.String("a"), StandardsStatus: "READY"}}, NextToken: aws.String("again")})
	require.Nil(t, cut.Body.(*evidence.ThreatDetection).Standards, "a list cut short is no list")
	hole, _ := cut.Hole("standards")
	require.Equal(t, evidence.Truncated, hole.Reason)
}

func TestGuardDutyFindings(t *testing.T) {
	t.Parallel()
	const total = 120
	finding := func(id string) guardtypes.Finding {
		return guardtypes.Finding{
			Id: &id, Arn: aws.String("arn:" + id), Severity: aws.Float64(8.9), CreatedAt: aws.String("2026-11-15T02:14:09.311Z"), UpdatedAt: aws.String("2026-11-16T02:14:09.311Z"),
			Service: &guardtypes.Service{Archived: aws.Bool(false)},
		}
	}
	reads := func(status guardtypes.DetectorStatus, change func(ids []string) []guardtypes.Finding) guardDutyReads {
		return guardDutyReads{
			detectors: func(context.Context, *guardduty.ListDetectorsInput, ...func(*guardduty.Options)) (*guardduty.ListDetectorsOutput, error) {
				return &guardduty.ListDetectorsOutput{DetectorIds: []string{"d"}, NextToken: aws.String("")}, nil
			},
			detector: func(context.Context, *guardduty.GetDetectorInput, ...func(*guardduty.Options)) (*guardduty.GetDetectorOutput, error) {
				return &guardduty.GetDetectorOutput{Status: status, Features: []guardtypes.DetectorFeatureConfigurationResult{}}, nil
			},
			list: func(_ context.Context, in *guardduty.ListFindingsInput, _ ...func(*guardduty.Options)) (*guardduty.ListFindingsOutput, error) {
				if in.FindingCriteria != nil {
					return nil, errors.New("a criterion leaves findings out")
				}
				first := 0
				if in.NextToken != nil {
					_, _ = fmt.Sscan(*in.NextToken, &first)
				}
				out := &guardduty.ListFindingsOutput{FindingIds: []string{}, NextToken: aws.String("")}
				for i := first; i < min(first+int(*in.MaxResults), total); i++ {
					out.FindingIds = append(out.FindingIds, fmt.Sprint("f", i))
				}
				if next := first + int(*in.MaxResults); next < total {
					out.NextToken = aws.String(fmt.Sprint(next))
				}
				return out, nil
			},
			get: func(_ context.Context, in *guardduty.GetFindingsInput, _ ...func(*guardduty.Options)) (*guardduty.GetFindingsOutput, error) {
				return &guardduty.GetFindingsOutput{Findings: change(in.FindingIds)}, nil
			},
		}
	}
	all := func(ids []string) (out []guardtypes.Finding) {
		for _, id := range ids {
			out = append(out, finding(id))
		}
		return out
	}
	look := func(t *testing.T, reads guardDutyReads) (evidence.Pull, []evidence.Fact) {
		t.Helper()
		r := evidence.NewRecorder(evidence.Pull{Populations: guardDuty.Populations})
		require.NoError(t, collectGuardDuty(t.Context(), here, r, reads))
		return r.Result()
	}

	t.Run("a suspended detector is not on, and shows what it found before", func(t *testing.T) {
		t.Parallel()
		pull, facts := look(t, reads("DISABLED", all))
		require.Len(t, facts, total+1)
		require.Equal(t, aws.Bool(false), facts[total].Body.(*evidence.ThreatDetection).Enabled)
		hole, _ := pull.HoleFor(guardDutyFinding)
		require.Equal(t, evidence.Disabled, hole.Reason)
	})
	t.Run("all pages are read", func(t *testing.T) {
		t.Parallel()
		pull, facts := look(t, reads("ENABLED", all))
		require.True(t, pull.Complete(), "%+v", pull.Holes)
		require.Len(t, facts, total+1)
		require.Equal(t, aws.Bool(true), facts[total].Body.(*evidence.ThreatDetection).Enabled)
		first := facts[0].Body.(*evidence.SecurityAlert)
		require.Equal(t, "high", *first.Severity)
		require.Equal(t, 15, first.OpenedAt.Day(), "as old as its creation")
	})
	t.Run("a finding that the list names and nobody gives leaves the list open", func(t *testing.T) {
		t.Parallel()
		pull, _ := look(t, reads("ENABLED", func(ids []string) []guardtypes.Finding { return all(ids[1:]) }))
		require.False(t, pull.CompleteFor(guardDutyFinding))
		require.True(t, pull.CompleteFor("aws.guardduty.detector"))
	})
	t.Run("what a finding does not say is a hole", func(t *testing.T) {
		t.Parallel()
		_, facts := look(t, reads("ENABLED", func(ids []string) (out []guardtypes.Finding) {
			for _, id := range ids {
				out = append(out, guardtypes.Finding{Id: &id, Arn: &id})
			}
			return out
		}))
		for _, field := range []string{"score", "severity", "opened_at", "state", "dismissed_as"} {
			_, ok := facts[0].Hole(field)
			require.True(t, ok, field)
		}
	})
	t.Run("no detector is no clean list", func(t *testing.T) {
		t.Parallel()
		off := reads("ENABLED", all)
		off.detectors = func(context.Context, *guardduty.ListDetectorsInput, ...func(*guardduty.Options)) (*guardduty.ListDetectorsOutput, error) {
			return &guardduty.ListDetectorsOutput{DetectorIds: []string{}}, nil
		}
		pull, facts := look(t, off)
		hole, ok := pull.HoleFor(guardDutyFinding)
		require.True(t, ok)
		require.Equal(t, evidence.Disabled, hole.Reason)
		require.Equal(t, aws.Bool(false), facts[0].Body.(*evidence.ThreatDetection).Enabled)
	})
	t.Run("a member's finding names the member", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "444455556666/i-1", inAccount(here, aws.String("444455556666"), "i-1"))
		require.Equal(t, "i-1", inAccount(here, &here.account, "i-1"))
	})
}

func TestInspectorFindings(t *testing.T) {
	t.Parallel()
	asked := func(t *testing.T, targets []evidence.ScanTarget) (calls int, err error) {
		t.Helper()
		r := evidence.NewRecorder(evidence.Pull{Populations: inspector.Populations})
		err = collectWeaknesses(t.Context(), here, r, targets, inspectorReads{
			findings: func(context.Context, *inspector2.ListFindingsInput, ...func(*inspector2.Options)) (*inspector2.ListFindingsOutput, error) {
				calls++
				return &inspector2.ListFindingsOutput{Findings: []inspectortypes.Finding{}}, nil
			},
		})
		return calls, err
	}
	yes, no := aws.Bool(true), aws.Bool(false)
	for name, c := range map[string]struct {
		targets []evidence.ScanTarget
		calls   int
		reason  evidence.Reason
	}{
		"on":                                {[]evidence.ScanTarget{{Type: "EC2", On: no, InUse: yes}, {Type: "ECR", On: yes, InUse: yes}}, 1, ""},
		"perhaps on":                        {[]evidence.ScanTarget{{Type: "EC2", InUse: yes}}, 1, ""},
		"off, with something to search":     {[]evidence.ScanTarget{{Type: "EC2", On: no, InUse: yes}}, 0, evidence.Disabled},
		"off, with perhaps something":       {[]evidence.ScanTarget{{Type: "EC2", On: no}}, 0, evidence.Disabled},
		"off, with nothing to search":       {[]evidence.ScanTarget{{Type: "EC2", On: no, InUse: no}, {Type: "LAMBDA_CODE", On: no}}, 0, ""},
		"off, and only what nobody asks of": {[]evidence.ScanTarget{{Type: "CODE_REPOSITORY", On: no}}, 0, ""},
	} {
		calls, err := asked(t, c.targets)
		require.Equal(t, c.calls, calls, name)
		if c.reason == "" {
			require.NoError(t, err, name)
		} else {
			require.Equal(t, c.reason, evidence.HoleFrom(err).Reason, name)
		}
	}

	first := time.Date(2026, 6, 20, 4, 40, 0, 0, time.UTC)
	alert := func(change func(*inspectortypes.Finding)) (*evidence.SecurityAlert, evidence.Fact) {
		f := inspectortypes.Finding{FindingArn: aws.String("arn"), Severity: "HIGH", Status: "ACTIVE", Type: "PACKAGE_VULNERABILITY", FixAvailable: "YES", FirstObservedAt: &first}
		change(&f)
		fact := weaknessFact(here, f)
		return fact.Body.(*evidence.SecurityAlert), fact
	}
	for fix, want := range map[inspectortypes.FixAvailable]*bool{"YES": yes, "PARTIAL": yes, "NO": no, "": nil} {
		a, fact := alert(func(f *inspectortypes.Finding) { f.FixAvailable = fix })
		require.Equal(t, want, a.FixAvailable, fix)
		require.Equal(t, want == nil, len(fact.Holes) > 0)
	}
	open, _ := alert(func(f *inspectortypes.Finding) { f.Type, f.FixAvailable = "NETWORK_REACHABILITY", "" })
	require.Equal(t, yes, open.FixAvailable, "one's own settings wait for nobody's mend")
	for status, want := range map[inspectortypes.FindingStatus]string{"ACTIVE": "open", "SUPPRESSED": "dismissed", "CLOSED": "fixed"} {
		a, _ := alert(func(f *inspectortypes.Finding) { f.Status = status })
		require.Equal(t, want, *a.State)
	}
	unknown, fact := alert(func(f *inspectortypes.Finding) { f.Status, f.Severity, f.FirstObservedAt = "ARCHIVED", "", nil })
	require.Nil(t, unknown.State)
	for _, field := range []string{"state", "severity", "opened_at"} {
		_, ok := fact.Hole(field)
		require.True(t, ok, field)
	}
}
