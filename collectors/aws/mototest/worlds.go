package mototest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	efstypes "github.com/aws/aws-sdk-go-v2/service/efs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	inspectortypes "github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"
)

// Reset empties the server: every account is as fresh as the day it was opened.
func (s Server) Reset(c Company) {
	c.T.Helper()
	require.NoError(c.T, s.Call(c.T, "POST", "/moto-api/reset", ""))
}

// world is how everything of one account is set up, all of it good or all of it bad.
type world struct {
	Company
	region string
	good   bool
}

func (w world) ec2() *ec2.Client { return ec2.NewFromConfig(w.Server.Writer(w.region, Anyone)) }

func (w world) stores() {
	t, ctx := w.T, w.T.Context()
	databases := rds.NewFromConfig(w.Server.Writer(w.region, Anyone))
	var tags []rdstypes.Tag
	var tableTags []dynamotypes.Tag
	fileTags := []efstypes.Tag{{Key: aws.String("Name"), Value: aws.String("files")}}
	if w.good {
		for _, l := range labelled {
			tags = append(tags, rdstypes.Tag{Key: aws.String(l[0]), Value: aws.String(l[1])})
			tableTags = append(tableTags, dynamotypes.Tag{Key: aws.String(l[0]), Value: aws.String(l[1])})
			fileTags = append(fileTags, efstypes.Tag{Key: aws.String(l[0]), Value: aws.String(l[1])})
		}
	} else {
		tableTags = []dynamotypes.Tag{{Key: aws.String("data-classification"), Value: aws.String("confidential")}}
	}
	days := aws.Int32(0)
	if w.good {
		days = aws.Int32(14)
	}
	_, err := databases.CreateDBInstance(ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("database"), DBInstanceClass: aws.String("db.m7g.large"), Engine: aws.String("postgres"), EngineVersion: aws.String("16.4"),
		AllocatedStorage: aws.Int32(100), MasterUsername: aws.String("postgres"), MasterUserPassword: aws.String("example-only-1"),
		StorageEncrypted: &w.good, BackupRetentionPeriod: days, DeletionProtection: &w.good, PubliclyAccessible: aws.Bool(!w.good), Tags: tags,
	})
	w.made(err)
	_, err = databases.CreateDBSnapshot(ctx, &rds.CreateDBSnapshotInput{DBInstanceIdentifier: aws.String("database"), DBSnapshotIdentifier: aws.String("database-copy")})
	w.made(err)
	_, err = databases.CreateDBCluster(ctx, &rds.CreateDBClusterInput{
		DBClusterIdentifier: aws.String("cluster"), Engine: aws.String("aurora-postgresql"), EngineVersion: aws.String("16.4"),
		MasterUsername: aws.String("postgres"), MasterUserPassword: aws.String("example-only-1"),
		StorageEncrypted: &w.good, BackupRetentionPeriod: aws.Int32(max(1, *days)), DeletionProtection: &w.good, Tags: tags,
	})
	w.made(err)
	_, err = databases.CreateDBClusterSnapshot(ctx, &rds.CreateDBClusterSnapshotInput{DBClusterIdentifier: aws.String("cluster"), DBClusterSnapshotIdentifier: aws.String("cluster-copy")})
	w.made(err)
	if !w.good {
		_, err = databases.ModifyDBSnapshotAttribute(ctx, &rds.ModifyDBSnapshotAttributeInput{
			DBSnapshotIdentifier: aws.String("database-copy"), AttributeName: aws.String("restore"), ValuesToAdd: []string{"all"},
		})
		require.NoError(t, err)
		_, err = databases.ModifyDBClusterSnapshotAttribute(ctx, &rds.ModifyDBClusterSnapshotAttributeInput{
			DBClusterSnapshotIdentifier: aws.String("cluster-copy"), AttributeName: aws.String("restore"), ValuesToAdd: []string{VendorAccount},
		})
		require.NoError(t, err)
	}

	tables := dynamodb.NewFromConfig(w.Server.Writer(w.region, Anyone))
	in := &dynamodb.CreateTableInput{
		TableName: aws.String("table"), BillingMode: dynamotypes.BillingModePayPerRequest, Tags: tableTags,
		AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
		KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: dynamotypes.KeyTypeHash}},
	}
	if w.good {
		in.SSESpecification = &dynamotypes.SSESpecification{Enabled: aws.Bool(true), SSEType: dynamotypes.SSETypeKms, KMSMasterKeyId: aws.String(CustomerKey)}
	}
	_, err = tables.CreateTable(ctx, in)
	w.made(err)
	if w.good {
		_, err = tables.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
			TableName: aws.String("table"), PointInTimeRecoverySpecification: &dynamotypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)},
		})
		require.NoError(t, err)
	}
	_, err = efs.NewFromConfig(w.Server.Writer(w.region, Anyone)).CreateFileSystem(ctx, &efs.CreateFileSystemInput{
		CreationToken: aws.String("files"), Encrypted: &w.good, Backup: &w.good, Tags: fileTags,
	})
	require.NoError(t, err)
	_, err = secretsmanager.NewFromConfig(w.Server.Writer(w.region, Anyone)).CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("secret"), SecretString: aws.String("example-only-1")})
	require.NoError(t, err)
}

func (w world) messages() {
	t, ctx := w.T, w.T.Context()
	queue, topic := map[string]string{"KmsMasterKeyId": CustomerKey}, map[string]string{"KmsMasterKeyId": "alias/aws/sns"}
	if !w.good {
		queue = map[string]string{"SqsManagedSseEnabled": "false", "Policy": action(everybodySends, "sqs:SendMessage")}
		topic = map[string]string{"Policy": action(everybodySends, "sns:Subscribe")}
	}
	_, err := sqs.NewFromConfig(w.Server.Writer(w.region, Anyone)).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("queue"), Attributes: queue})
	require.NoError(t, err)
	_, err = sns.NewFromConfig(w.Server.Writer(w.region, Anyone)).CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("topic"), Attributes: topic})
	require.NoError(t, err)
}

func (w world) logs() {
	t, ctx := w.T, w.T.Context()
	client := cloudwatchlogs.NewFromConfig(w.Server.Writer(w.region, Anyone))
	days := aws.Int32(14)
	if w.good {
		days = aws.Int32(365)
	}
	_, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/logs")})
	w.made(err)
	_, err = client.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("/logs"), RetentionInDays: days})
	require.NoError(t, err)

	trails := cloudtrail.NewFromConfig(w.Server.Writer(w.region, Anyone))
	in := &cloudtrail.CreateTrailInput{
		Name: aws.String("trail"), S3BucketName: aws.String(w.bucketName()), IsMultiRegionTrail: &w.good, IncludeGlobalServiceEvents: aws.Bool(true), EnableLogFileValidation: &w.good,
	}
	if w.good {
		in.KmsKeyId = aws.String(CustomerKey)
		in.CloudWatchLogsLogGroupArn = aws.String("arn:aws:logs:" + w.region + ":" + CompanyAccount + ":log-group:/logs:*")
		in.CloudWatchLogsRoleArn = aws.String("arn:aws:iam::" + CompanyAccount + ":role/cloudtrail-to-logs")
	}
	_, err = trails.CreateTrail(ctx, in)
	w.made(err)
	if !w.good {
		return // it was never switched on
	}
	_, err = trails.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{TrailName: aws.String("trail"), EventSelectors: []trailtypes.EventSelector{{
		ReadWriteType: trailtypes.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true), DataResources: []trailtypes.DataResource{}, ExcludeManagementEventSources: []string{},
	}}})
	require.NoError(t, err)
	_, err = trails.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("trail")})
	require.NoError(t, err)
}

func (w world) bucketName() string {
	if w.good {
		return "acme-good-data"
	}
	return "acme-bad-data"
}

// compute: the one machine is named as one of the machines that Supplement knows.
func (w world) compute(name string) {
	t, ctx, client := w.T, w.T.Context(), w.ec2()
	n := w.network(client, "10.20.0.0/16", "10.20.1.0/24", "10.20.2.0/24")
	_, err := client.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{n.id}, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("network")}}})
	w.made(err)
	group, err := client.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{VpcId: &n.id, GroupName: aws.String("group"), Description: aws.String("the machine's")})
	require.NoError(t, err)
	open := from(tcp(443, 443), "0.0.0.0/0")
	if !w.good {
		open = from(types.IpPermission{IpProtocol: aws.String("-1")}, "0.0.0.0/0")
	}
	_, err = client.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: group.GroupId, IpPermissions: []types.IpPermission{open}})
	require.NoError(t, err)
	w.machine(client, n, machine{name: name, groups: []string{*group.GroupId}, tokens: w.good, encrypted: w.good})
	volume, err := client.CreateVolume(ctx, &ec2.CreateVolumeInput{
		AvailabilityZone: aws.String(w.region + "a"), Size: aws.Int32(100), Encrypted: &w.good,
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeVolume, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("disk")}}}},
	})
	require.NoError(t, err)
	snapshot, err := client.CreateSnapshot(ctx, &ec2.CreateSnapshotInput{
		VolumeId: volume.VolumeId, TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSnapshot, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("copy")}}}},
	})
	require.NoError(t, err)
	if w.good {
		w.label(volume.VolumeId)
		w.closeDefaultGroups()
		w.logTraffic(n)
		_, err = client.EnableEbsEncryptionByDefault(ctx, &ec2.EnableEbsEncryptionByDefaultInput{})
	} else {
		_, err = client.ModifySnapshotAttribute(ctx, &ec2.ModifySnapshotAttributeInput{
			SnapshotId: snapshot.SnapshotId, Attribute: types.SnapshotAttributeNameCreateVolumePermission, OperationType: types.OperationTypeAdd, GroupNames: []string{"all"},
		})
	}
	require.NoError(t, err)
	w.function()
	w.balancer(n, *group.GroupId)
}

// label labels machines and a disk.
func (w world) label(ids ...*string) {
	t, ctx, client := w.T, w.T.Context(), w.ec2()
	var resources []string
	for _, id := range ids {
		resources = append(resources, *id)
	}
	machines, err := client.DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	require.NoError(t, err)
	for _, r := range machines.Reservations {
		for _, i := range r.Instances {
			resources = append(resources, *i.InstanceId)
			for _, d := range i.BlockDeviceMappings {
				resources = append(resources, *d.Ebs.VolumeId)
			}
		}
	}
	var tags []types.Tag
	for _, l := range labelled {
		tags = append(tags, types.Tag{Key: aws.String(l[0]), Value: aws.String(l[1])})
	}
	_, err = client.CreateTags(ctx, &ec2.CreateTagsInput{Resources: resources, Tags: tags})
	w.made(err)
}

// closeDefaultGroups takes the rules from the default group of every network, that
// of the network which AWS makes included.
func (w world) closeDefaultGroups() {
	t, ctx, client := w.T, w.T.Context(), w.ec2()
	groups, err := client.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: []types.Filter{{Name: aws.String("group-name"), Values: []string{"default"}}}})
	require.NoError(t, err)
	for _, g := range groups.SecurityGroups {
		if len(g.IpPermissions) > 0 {
			_, err = client.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: g.GroupId, IpPermissions: g.IpPermissions})
			require.NoError(t, err)
		}
		if len(g.IpPermissionsEgress) > 0 {
			_, err = client.RevokeSecurityGroupEgress(ctx, &ec2.RevokeSecurityGroupEgressInput{GroupId: g.GroupId, IpPermissions: g.IpPermissionsEgress})
			require.NoError(t, err)
		}
	}
}

func (w world) logTraffic(n network) {
	_, err := w.ec2().CreateFlowLogs(w.T.Context(), &ec2.CreateFlowLogsInput{
		ResourceType: types.FlowLogsResourceTypeVpc, ResourceIds: []string{n.id}, TrafficType: types.TrafficTypeAll,
		LogDestinationType: types.LogDestinationTypeS3, LogDestination: aws.String("arn:aws:s3:::" + w.bucketName()),
	})
	require.NoError(w.T, err)
}

func (w world) function() {
	t, ctx := w.T, w.T.Context()
	client := lambda.NewFromConfig(w.Server.Writer(w.region, Anyone))
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	role, err := iam.NewFromConfig(w.Server.Writer("us-east-1", Anyone)).CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("functions"), AssumeRolePolicyDocument: &trust})
	require.NoError(t, err)
	_, err = client.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("function"), Role: role.Role.Arn, Runtime: lambdatypes.RuntimePython313, Handler: aws.String("main.handler"),
		Code: &lambdatypes.FunctionCode{ZipFile: archive(w.Company)},
	})
	w.made(err)
	if !w.good {
		_, err = client.AddPermission(ctx, &lambda.AddPermissionInput{
			FunctionName: aws.String("function"), StatementId: aws.String("callers"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("*"),
		})
		require.NoError(t, err)
	}
}

func (w world) images() {
	in := &ecr.CreateRepositoryInput{RepositoryName: aws.String("images")}
	if w.good {
		in.ImageTagMutability, in.ImageScanningConfiguration = ecrtypes.ImageTagMutabilityImmutable, &ecrtypes.ImageScanningConfiguration{ScanOnPush: true}
	}
	client := ecr.NewFromConfig(w.Server.Writer(w.region, Anyone))
	_, err := client.CreateRepository(w.T.Context(), in)
	require.NoError(w.T, err)
	types := []inspectortypes.ResourceScanType{inspectortypes.ResourceScanTypeEc2, inspectortypes.ResourceScanTypeEcr, inspectortypes.ResourceScanTypeLambda}
	scanner := inspector2.NewFromConfig(w.Server.Writer(w.region, Anyone))
	_, err = scanner.Enable(w.T.Context(), &inspector2.EnableInput{AccountIds: []string{CompanyAccount}, ResourceTypes: types})
	require.NoError(w.T, err)
	if !w.good {
		_, err = scanner.Disable(w.T.Context(), &inspector2.DisableInput{AccountIds: []string{CompanyAccount}, ResourceTypes: types})
		require.NoError(w.T, err)
	}
}

func (w world) balancer(n network, group string) {
	t, ctx := w.T, w.T.Context()
	client := elb.NewFromConfig(w.Server.Writer(w.region, Anyone))
	target, err := client.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{
		Name: aws.String("shop"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: &n.id, TargetType: elbtypes.TargetTypeEnumInstance,
	})
	require.NoError(t, err)
	forward := []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: target.TargetGroups[0].TargetGroupArn}}
	left, policy := 200, "ELBSecurityPolicy-TLS13-1-2-2021-06"
	if !w.good {
		left, policy = 12, "ELBSecurityPolicy-2016-08"
	}
	certificate := w.certificate(w.region, "shop.example", daysOf(left))
	out, err := client.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{
		Name: aws.String("balancer"), Scheme: elbtypes.LoadBalancerSchemeEnumInternetFacing, Type: elbtypes.LoadBalancerTypeEnumApplication, Subnets: n.subnets, SecurityGroups: []string{group},
	})
	require.NoError(t, err)
	_, err = client.CreateListener(ctx, &elb.CreateListenerInput{
		LoadBalancerArn: out.LoadBalancers[0].LoadBalancerArn, Protocol: elbtypes.ProtocolEnumHttps, Port: aws.Int32(443), DefaultActions: forward,
		SslPolicy: &policy, Certificates: []elbtypes.Certificate{{CertificateArn: &certificate}},
	})
	w.made(err)
}
