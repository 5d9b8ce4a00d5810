package mototest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	guardtypes "github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	inspectortypes "github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/stretchr/testify/require"
)

// logging makes what records, watches and scans: in eu-west-1 as it should be,
// in us-east-1 forgotten, as happens in the region nobody works in.
func (c Company) logging() {
	c.T.Helper()
	c.logGroups()
	c.trails()
	c.recorder()
	c.networks()
	c.detection()
}

func (c Company) logGroups() {
	t, ctx := c.T, c.T.Context()
	for _, g := range []struct {
		region, name string
		days         int32
	}{
		{"eu-west-1", "/acme/cloudtrail", 731},
		{"eu-west-1", "/acme/network/flow-logs", 365},
		{"eu-west-1", "/acme/orders/application", 0}, // never expires
		{"eu-west-1", "/acme/reporting/nightly-import", 14},
		{"us-east-1", "/acme/telemetry/ingest", 365},
		{"us-east-1", "/acme/telemetry/debug", 30},
	} {
		client := cloudwatchlogs.NewFromConfig(c.Server.Writer(g.region, Anyone))
		c.on(2024, 2, 13)
		_, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.name})
		c.made(err)
		if g.days > 0 {
			_, err = client.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &g.name, RetentionInDays: &g.days})
			require.NoError(t, err)
		}
	}
}

func (c Company) trails() {
	t, ctx := c.T, c.T.Context()
	c.on(2024, 2, 13)
	europe := cloudtrail.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	_, err := europe.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String("acme-robotics-trail"), S3BucketName: aws.String("acme-robotics-logs"), KmsKeyId: aws.String(CustomerKey),
		IsMultiRegionTrail: aws.Bool(true), IncludeGlobalServiceEvents: aws.Bool(true), EnableLogFileValidation: aws.Bool(true),
		CloudWatchLogsLogGroupArn: aws.String("arn:aws:logs:eu-west-1:" + CompanyAccount + ":log-group:/acme/cloudtrail:*"),
		CloudWatchLogsRoleArn:     aws.String("arn:aws:iam::" + CompanyAccount + ":role/cloudtrail-to-logs"),
	})
	c.made(err)
	_, err = europe.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{
		TrailName: aws.String("acme-robotics-trail"),
		EventSelectors: []trailtypes.EventSelector{{
			ReadWriteType: trailtypes.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true),
			DataResources: []trailtypes.DataResource{}, ExcludeManagementEventSources: []string{},
		}},
	})
	require.NoError(t, err)
	_, err = europe.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("acme-robotics-trail")})
	require.NoError(t, err)

	c.on(2025, 3, 3)
	america := cloudtrail.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	_, err = america.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String("telemetry-debugging"), S3BucketName: aws.String("acme-robotics-backups"),
		IsMultiRegionTrail: aws.Bool(false), IncludeGlobalServiceEvents: aws.Bool(true), EnableLogFileValidation: aws.Bool(false),
	})
	c.made(err)
	_, err = america.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{
		TrailName: aws.String("telemetry-debugging"),
		AdvancedEventSelectors: []trailtypes.AdvancedEventSelector{{
			Name: aws.String("changes without key management"),
			FieldSelectors: []trailtypes.AdvancedFieldSelector{
				{Field: aws.String("eventCategory"), Equals: []string{"Management"}},
				{Field: aws.String("readOnly"), Equals: []string{"false"}},
				{Field: aws.String("eventSource"), NotEquals: []string{"kms.amazonaws.com"}},
			},
		}},
	})
	require.NoError(t, err)
}

// recorder records everything in eu-west-1, and nothing anywhere else.
func (c Company) recorder() {
	t, ctx := c.T, c.T.Context()
	c.on(2024, 2, 15)
	client := configservice.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	_, err := client.PutConfigurationRecorder(ctx, &configservice.PutConfigurationRecorderInput{ConfigurationRecorder: &configtypes.ConfigurationRecorder{
		Name: aws.String("default"), RoleARN: aws.String("arn:aws:iam::" + CompanyAccount + ":role/config-recorder"),
		RecordingGroup: &configtypes.RecordingGroup{AllSupported: true, IncludeGlobalResourceTypes: true},
	}})
	require.NoError(t, err)
	_, err = client.PutDeliveryChannel(ctx, &configservice.PutDeliveryChannelInput{DeliveryChannel: &configtypes.DeliveryChannel{
		Name: aws.String("default"), S3BucketName: aws.String("acme-robotics-logs"),
	}})
	require.NoError(t, err)
	_, err = client.StartConfigurationRecorder(ctx, &configservice.StartConfigurationRecorderInput{ConfigurationRecorderName: aws.String("default")})
	require.NoError(t, err)
}

// networks makes VPCs with something in them; the default VPC of each region stays empty.
func (c Company) networks() {
	t, ctx := c.T, c.T.Context()
	for _, n := range []struct {
		region, name string
		traffic      ec2types.TrafficType // of its flow log; empty: it has none
	}{
		{"eu-west-1", "production", ec2types.TrafficTypeAll},
		{"eu-west-1", "office-vpn", ""},
		{"us-east-1", "telemetry", ec2types.TrafficTypeAccept},
	} {
		client := ec2.NewFromConfig(c.Server.Writer(n.region, Anyone))
		c.on(2024, 2, 14)
		v, err := client.CreateVpc(ctx, &ec2.CreateVpcInput{
			CidrBlock: aws.String("10.20.0.0/16"),
			TagSpecifications: []ec2types.TagSpecification{{
				ResourceType: ec2types.ResourceTypeVpc, Tags: []ec2types.Tag{{Key: aws.String("Name"), Value: &n.name}},
			}},
		})
		require.NoError(t, err)
		subnet, err := client.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: v.Vpc.VpcId, CidrBlock: aws.String("10.20.1.0/24")})
		require.NoError(t, err)
		_, err = client.CreateNetworkInterface(ctx, &ec2.CreateNetworkInterfaceInput{SubnetId: subnet.Subnet.SubnetId})
		c.made(err)
		if n.traffic != "" {
			_, err = client.CreateFlowLogs(ctx, &ec2.CreateFlowLogsInput{
				ResourceType: ec2types.FlowLogsResourceTypeVpc, ResourceIds: []string{*v.Vpc.VpcId}, TrafficType: n.traffic,
				LogDestinationType: ec2types.LogDestinationTypeS3, LogDestination: aws.String("arn:aws:s3:::acme-robotics-logs"),
			})
			c.made(err)
		}
	}
}

// detection turns on in eu-west-1 what watches and scans, and in us-east-1
// nothing, though there is something to scan.
func (c Company) detection() {
	t, ctx := c.T, c.T.Context()
	c.on(2024, 2, 15)
	europe := c.Server.Writer("eu-west-1", Anyone)
	_, err := guardduty.NewFromConfig(europe).CreateDetector(ctx, &guardduty.CreateDetectorInput{
		Enable: aws.Bool(true), FindingPublishingFrequency: guardtypes.FindingPublishingFrequencyFifteenMinutes,
		Features: []guardtypes.DetectorFeatureConfiguration{{Name: guardtypes.DetectorFeatureS3DataEvents, Status: guardtypes.FeatureStatusEnabled}},
	})
	require.NoError(t, err)
	_, err = securityhub.NewFromConfig(europe).EnableSecurityHub(ctx, &securityhub.EnableSecurityHubInput{EnableDefaultStandards: aws.Bool(true)})
	require.NoError(t, err)
	types := []inspectortypes.ResourceScanType{inspectortypes.ResourceScanTypeEc2, inspectortypes.ResourceScanTypeEcr, inspectortypes.ResourceScanTypeLambda}
	_, err = inspector2.NewFromConfig(europe).Enable(ctx, &inspector2.EnableInput{AccountIds: []string{CompanyAccount}, ResourceTypes: types})
	require.NoError(t, err)
	america := inspector2.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	_, err = america.Enable(ctx, &inspector2.EnableInput{AccountIds: []string{CompanyAccount}, ResourceTypes: types})
	require.NoError(t, err)
	_, err = america.Disable(ctx, &inspector2.DisableInput{AccountIds: []string{CompanyAccount}, ResourceTypes: types})
	require.NoError(t, err)
	for region, name := range map[string]string{"eu-west-1": "orders/api", "us-east-1": "telemetry/ingest"} {
		_, err = ecr.NewFromConfig(c.Server.Writer(region, Anyone)).CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name})
		require.NoError(t, err)
	}
}
