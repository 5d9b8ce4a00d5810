package mototest

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	efstypes "github.com/aws/aws-sdk-go-v2/service/efs/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"
)

// stores fills in what is kept beside buckets and databases: tables, file
// systems, snapshots, messages, images, keys and secrets. There is no backup
// plan: moto could not say what it is applied to.
func (c Company) stores() {
	c.tables()
	c.fileSystems()
	c.snapshots()
	c.messages()
	c.images()
	c.keys()
	c.secrets()
}

// labelled are the tags that every resource of the company should carry.
var labelled = [][2]string{{"owner", "fleet"}, {"environment", "production"}, {"data-classification", "confidential"}}

func (c Company) tables() {
	t, ctx := c.T, c.T.Context()
	client := dynamodb.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	table := func(name string, in dynamodb.CreateTableInput) {
		in.TableName, in.BillingMode = &name, dynamotypes.BillingModePayPerRequest
		in.AttributeDefinitions = []dynamotypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: dynamotypes.ScalarAttributeTypeS}}
		in.KeySchema = []dynamotypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: dynamotypes.KeyTypeHash}}
		_, err := client.CreateTable(ctx, &in)
		c.made(err)
	}
	c.on(2024, 6, 3)
	var tags []dynamotypes.Tag
	for _, l := range labelled {
		tags = append(tags, dynamotypes.Tag{Key: aws.String(l[0]), Value: aws.String(l[1])})
	}
	table("devices", dynamodb.CreateTableInput{
		DeletionProtectionEnabled: aws.Bool(true), Tags: tags,
		SSESpecification: &dynamotypes.SSESpecification{Enabled: aws.Bool(true), SSEType: dynamotypes.SSETypeKms, KMSMasterKeyId: aws.String(CustomerKey)},
	})
	_, err := client.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
		TableName: aws.String("devices"), PointInTimeRecoverySpecification: &dynamotypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)},
	})
	require.NoError(t, err)
	c.on(2025, 11, 4)
	table("sessions", dynamodb.CreateTableInput{})
}

func (c Company) fileSystems() {
	ctx := c.T.Context()
	client := efs.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	c.on(2024, 9, 16)
	tags := []efstypes.Tag{{Key: aws.String("Name"), Value: aws.String("shared-models")}}
	for _, l := range labelled {
		tags = append(tags, efstypes.Tag{Key: aws.String(l[0]), Value: aws.String(l[1])})
	}
	_, err := client.CreateFileSystem(ctx, &efs.CreateFileSystemInput{
		CreationToken: aws.String("shared-models"), Encrypted: aws.Bool(true), Backup: aws.Bool(true), Tags: tags,
	})
	c.made(err)
	c.on(2025, 9, 22)
	_, err = client.CreateFileSystem(ctx, &efs.CreateFileSystemInput{
		CreationToken: aws.String("scratch"), Encrypted: aws.Bool(false),
		Tags: []efstypes.Tag{{Key: aws.String("Name"), Value: aws.String("scratch")}},
	})
	c.made(err)
}

func (c Company) snapshots() {
	t, ctx := c.T, c.T.Context()
	europe, america := rds.NewFromConfig(c.Server.Writer("eu-west-1", Anyone)), rds.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	c.on(2026, 3, 2)
	_, err := europe.CreateDBSnapshot(ctx, &rds.CreateDBSnapshotInput{
		DBInstanceIdentifier: aws.String("orders"), DBSnapshotIdentifier: aws.String("orders-before-16-4"),
		Tags: []rdstypes.Tag{{Key: aws.String("owner"), Value: aws.String("ada")}},
	})
	c.made(err)
	c.on(2026, 4, 14)
	_, err = europe.CreateDBSnapshot(ctx, &rds.CreateDBSnapshotInput{DBInstanceIdentifier: aws.String("reporting"), DBSnapshotIdentifier: aws.String("reporting-for-agency")})
	c.made(err)
	_, err = europe.ModifyDBSnapshotAttribute(ctx, &rds.ModifyDBSnapshotAttributeInput{
		DBSnapshotIdentifier: aws.String("reporting-for-agency"), AttributeName: aws.String("restore"), ValuesToAdd: []string{"all"},
	})
	require.NoError(t, err)
	c.on(2026, 7, 1)
	for _, name := range []string{"telemetry-2026-h1", "telemetry-for-partner"} {
		_, err = america.CreateDBClusterSnapshot(ctx, &rds.CreateDBClusterSnapshotInput{DBClusterIdentifier: aws.String("telemetry"), DBClusterSnapshotIdentifier: aws.String(name)})
		c.made(err)
	}
	_, err = america.ModifyDBClusterSnapshotAttribute(ctx, &rds.ModifyDBClusterSnapshotAttributeInput{
		DBClusterSnapshotIdentifier: aws.String("telemetry-for-partner"), AttributeName: aws.String("restore"), ValuesToAdd: []string{"444455556666"},
	})
	require.NoError(t, err)
}

const everybodySends = `{"Version":"2012-10-17","Statement":[{"Sid":"Everybody","Effect":"Allow","Principal":"*","Action":"ACTION","Resource":"*"}]}`

func (c Company) messages() {
	ctx := c.T.Context()
	queues := sqs.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	topics := sns.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	c.on(2024, 6, 10)
	_, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("orders"), Attributes: map[string]string{
		"KmsMasterKeyId": CustomerKey,
		"Policy": `{"Version":"2012-10-17","Statement":[{"Sid":"Alerts","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage",` +
			`"Resource":"arn:aws:sqs:eu-west-1:` + CompanyAccount + `:orders","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:` + CompanyAccount + `:alerts"}}}]}`,
	}})
	c.made(err)
	_, err = queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("shipments")})
	c.made(err)
	_, err = topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("alerts"), Attributes: map[string]string{"KmsMasterKeyId": "alias/aws/sns"}})
	c.made(err)
	c.on(2025, 2, 18)
	_, err = queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("partner-uploads"), Attributes: map[string]string{
		"SqsManagedSseEnabled": "false", "Policy": action(everybodySends, "sqs:SendMessage"),
	}})
	c.made(err)
	_, err = topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("partner-events"), Attributes: map[string]string{"Policy": action(everybodySends, "sns:Subscribe")}})
	c.made(err)
}

func (c Company) images() {
	t, ctx := c.T, c.T.Context()
	europe, america := ecr.NewFromConfig(c.Server.Writer("eu-west-1", Anyone)), ecr.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	c.on(2024, 4, 8)
	_, err := europe.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName: aws.String("robot/control"), ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable,
		ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{ScanOnPush: true},
	})
	c.made(err)
	c.on(2025, 10, 13)
	_, err = europe.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String("experiments")})
	c.made(err)
	c.on(2026, 1, 12)
	for _, name := range []string{"fleet/api", "sandbox"} {
		_, err = america.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name, ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable})
		c.made(err)
	}
	_, err = america.PutRegistryScanningConfiguration(ctx, &ecr.PutRegistryScanningConfigurationInput{
		ScanType: ecrtypes.ScanTypeBasic,
		Rules: []ecrtypes.RegistryScanningRule{{
			ScanFrequency:     ecrtypes.ScanFrequencyScanOnPush,
			RepositoryFilters: []ecrtypes.ScanningRepositoryFilter{{Filter: aws.String("fleet*"), FilterType: ecrtypes.ScanningRepositoryFilterTypeWildcard}},
		}},
	})
	require.NoError(t, err)
}

func (c Company) keys() {
	t, ctx := c.T, c.T.Context()
	client := kms.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	c.on(2024, 2, 7)
	key := func(in kms.CreateKeyInput) *string {
		out, err := client.CreateKey(ctx, &in)
		require.NoError(t, err)
		return out.KeyMetadata.KeyId
	}
	rotating := key(kms.CreateKeyInput{Description: aws.String("customer data")})
	_, err := client.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: rotating})
	require.NoError(t, err)
	key(kms.CreateKeyInput{Description: aws.String("exports")})
	key(kms.CreateKeyInput{Description: aws.String("firmware signing"), KeySpec: kmstypes.KeySpecEccNistP256, KeyUsage: kmstypes.KeyUsageTypeSignVerify})
	leaving := key(kms.CreateKeyInput{Description: aws.String("pilot"), Policy: aws.String(action(everybodySends, "kms:*"))})
	_, err = client.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: leaving, PendingWindowInDays: aws.Int32(30)})
	require.NoError(t, err)
}

func (c Company) secrets() {
	t, ctx := c.T, c.T.Context()
	client := secretsmanager.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	c.on(2024, 8, 5)
	for _, name := range []string{"orders/database", "partner/api-key"} {
		_, err := client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String("example-only-1")})
		c.made(err)
	}
	c.on(2026, 11, 2)
	_, err := client.RotateSecret(ctx, &secretsmanager.RotateSecretInput{
		SecretId: aws.String("orders/database"), RotationRules: &secrettypes.RotationRulesType{AutomaticallyAfterDays: aws.Int64(30)},
	})
	require.NoError(t, err)
}

// action puts an action into a policy.
func action(policy, name string) string { return strings.ReplaceAll(policy, "ACTION", name) }
