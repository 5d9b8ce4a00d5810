package mototest

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	backuptypes "github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/stretchr/testify/require"
)

// GoodRegion is where everything of the good world is.
const GoodRegion = "eu-west-1"

// SeedGood makes one of everything, as it should be.
func (c Company) SeedGood() {
	c.T.Helper()
	w := world{Company: c, region: GoodRegion, good: true}
	t, ctx := c.T, c.T.Context()
	c.bucket(w.region, w.bucketName(), bucket{
		algorithm: s3types.ServerSideEncryptionAwsKms, key: CustomerKey, blocked: true, policy: tlsOnlyPolicy, versioned: true,
		ownership: s3types.ObjectOwnershipBucketOwnerEnforced,
		tags:      map[string]string{"data-classification": "confidential", "owner": "fleet", "environment": "production"},
	})
	_, err := s3control.NewFromConfig(c.Server.Writer(w.region, Anyone), func(o *s3control.Options) { o.HTTPClient = c.Server.toHost() }).PutPublicAccessBlock(ctx, &s3control.PutPublicAccessBlockInput{
		AccountId: aws.String(CompanyAccount), PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
		},
	})
	require.NoError(t, err)
	w.stores()
	w.messages()
	w.images()
	w.logs()
	w.compute("shop-1")

	_, err = backup.NewFromConfig(c.Server.Writer(w.region, Anyone)).CreateBackupPlan(ctx, &backup.CreateBackupPlanInput{BackupPlan: &backuptypes.BackupPlanInput{
		BackupPlanName: aws.String("daily"), Rules: []backuptypes.BackupRuleInput{{
			RuleName: aws.String("daily"), TargetBackupVaultName: aws.String("Default"), ScheduleExpression: aws.String("cron(0 2 * * ? *)"),
			Lifecycle: &backuptypes.Lifecycle{DeleteAfterDays: aws.Int64(35)},
		}},
	}})
	require.NoError(t, err)
	keys := kms.NewFromConfig(c.Server.Writer(w.region, Anyone))
	key, err := keys.CreateKey(ctx, &kms.CreateKeyInput{Description: aws.String("key")})
	require.NoError(t, err)
	_, err = keys.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: key.KeyMetadata.KeyId})
	require.NoError(t, err)

	config := configservice.NewFromConfig(c.Server.Writer(w.region, Anyone))
	_, err = config.PutConfigurationRecorder(ctx, &configservice.PutConfigurationRecorderInput{ConfigurationRecorder: &configtypes.ConfigurationRecorder{
		Name: aws.String("default"), RoleARN: aws.String("arn:aws:iam::" + CompanyAccount + ":role/config-recorder"),
		RecordingGroup: &configtypes.RecordingGroup{AllSupported: true, IncludeGlobalResourceTypes: true},
	}})
	require.NoError(t, err)
	_, err = config.PutDeliveryChannel(ctx, &configservice.PutDeliveryChannelInput{DeliveryChannel: &configtypes.DeliveryChannel{Name: aws.String("default"), S3BucketName: aws.String(w.bucketName())}})
	require.NoError(t, err)
	_, err = config.StartConfigurationRecorder(ctx, &configservice.StartConfigurationRecorderInput{ConfigurationRecorderName: aws.String("default")})
	require.NoError(t, err)
	_, err = guardduty.NewFromConfig(c.Server.Writer(w.region, Anyone)).CreateDetector(ctx, &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
	require.NoError(t, err)
	_, err = securityhub.NewFromConfig(c.Server.Writer(w.region, Anyone)).EnableSecurityHub(ctx, &securityhub.EnableSecurityHubInput{EnableDefaultStandards: aws.Bool(true)})
	require.NoError(t, err)
	c.goodPeople()
}

func (c Company) goodPeople() {
	t, ctx := c.T, c.T.Context()
	client := iam.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	_, err := client.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(14), PasswordReusePrevention: aws.Int32(24),
		RequireNumbers: true, RequireSymbols: true, RequireLowercaseCharacters: true, RequireUppercaseCharacters: true,
	})
	require.NoError(t, err)
	c.user(client, "person", true, "arn:aws:iam::"+CompanyAccount+":u2f/user/person/key-5AQ7")
	c.user(client, "robot", false)
	c.use(c.key(client, "robot"))
	readers := c.policy(client, "readers", developersPolicy)
	c.group(client, "readers", []string{"person", "robot"})
	_, err = client.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: aws.String("readers"), PolicyArn: &readers})
	require.NoError(t, err)
	trust := strings.ReplaceAll(githubTrust, "NAME", "repo:acme-robotics/firmware:environment:production")
	_, err = client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("pipeline"), AssumeRolePolicyDocument: &trust})
	c.made(err)
	c.waysIn(client)
}

func daysOf(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
