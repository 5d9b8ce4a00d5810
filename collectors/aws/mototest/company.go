package mototest

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"
)

// Company fills an account with Acme Robotics: resources known to be good and
// resources known to be bad. It writes, with clients of its own.
type Company struct {
	T      *testing.T
	Server Server
	// At sets the server's clock. Nil: things happen now.
	At func(time.Time)
}

func (c Company) on(year int, month time.Month, day int) {
	if c.At != nil {
		c.At(time.Date(year, month, day, 10, 0, 0, 0, time.UTC))
	}
}

// Seed creates the resources.
func (c Company) Seed() {
	c.T.Helper()
	c.people()
	c.buckets()
	c.databases()
	c.logging()
	c.stores()
	c.compute()
	c.identity()
}

func (c Company) people() {
	t, ctx := c.T, c.T.Context()
	client := iam.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	c.on(2024, 2, 5)
	_, err := client.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(14), PasswordReusePrevention: aws.Int32(24),
		RequireNumbers: true, RequireSymbols: true, RequireLowercaseCharacters: true, RequireUppercaseCharacters: true,
		AllowUsersToChangePassword: true,
	})
	require.NoError(t, err)

	c.on(2024, 2, 6)
	c.user(client, "ada", true, "arn:aws:iam::"+CompanyAccount+":mfa/ada")
	c.on(2024, 3, 11)
	c.user(client, "linus", false)
	c.on(2024, 3, 12)
	linus := c.key(client, "linus")
	c.on(2024, 9, 2)
	c.user(client, "grace", true)
	c.on(2025, 1, 20)
	c.user(client, "marie", true, "arn:aws:iam::"+CompanyAccount+":u2f/user/marie/laptop-5AQ7")
	c.on(2025, 6, 10)
	c.user(client, "kofi", true, "GAHT12345678")
	retired := c.key(client, "kofi")
	c.on(2026, 4, 28)
	c.user(client, "ci-deploy", false)
	c.key(client, "ci-deploy")
	c.on(2026, 10, 19)
	ada := c.key(client, "ada")
	_, err = client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("kofi"), AccessKeyId: &retired.ID, Status: iamtypes.StatusTypeInactive})
	require.NoError(t, err)
	c.key(client, "kofi")

	c.on(2026, 11, 12)
	c.use(linus)
	c.on(2026, 11, 15)
	c.use(ada)
}

func (c Company) user(client *iam.Client, name string, password bool, factors ...string) {
	t, ctx := c.T, c.T.Context()
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	c.made(err)
	if password {
		_, err = client.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: &name, Password: aws.String("correct horse battery staple 1!A")})
		c.made(err)
	}
	for _, serial := range factors {
		_, err = client.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
			UserName: &name, SerialNumber: aws.String(serial),
			AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
		})
		require.NoError(t, err)
	}
}

func (c Company) key(client *iam.Client, user string) Keys {
	out, err := client.CreateAccessKey(c.T.Context(), &iam.CreateAccessKeyInput{UserName: &user})
	require.NoError(c.T, err)
	return Keys{ID: *out.AccessKey.AccessKeyId, Secret: *out.AccessKey.SecretAccessKey}
}

// use signs one request with a key, after which moto knows when it was last used.
func (c Company) use(k Keys) {
	_, err := sts.NewFromConfig(c.Server.Writer("us-east-1", k)).GetCallerIdentity(c.T.Context(), &sts.GetCallerIdentityInput{})
	require.NoError(c.T, err)
}

const (
	tlsOnlyPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*",` +
		`"Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	publicPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"Everybody","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}]}`
	logsPolicy   = `{"Version":"2012-10-17","Statement":[{"Sid":"TLSOnly","Effect":"Deny","Principal":{"AWS":"*"},"Action":["s3:*"],` +
		`"Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},` +
		`{"Sid":"Logs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*",` +
		`"Condition":{"StringEquals":{"aws:SourceAccount":"` + CompanyAccount + `"}}}]}`
	// CustomerKey encrypts what is encrypted by a key of the company's own.
	CustomerKey = "arn:aws:kms:eu-west-1:" + CompanyAccount + ":key/1c0ffee5-0000-4000-8000-000000000001"
)

func (c Company) buckets() {
	c.on(2024, 2, 12)
	c.bucket("eu-west-1", "acme-robotics-logs", bucket{
		algorithm: s3types.ServerSideEncryptionAes256, blocked: true, policy: logsPolicy, versioned: true,
		ownership: s3types.ObjectOwnershipBucketOwnerEnforced, tags: map[string]string{"data-classification": "internal"},
	})
	c.bucket("eu-west-1", "acme-robotics-customer-data", bucket{
		algorithm: s3types.ServerSideEncryptionAwsKms, key: CustomerKey, blocked: true, policy: tlsOnlyPolicy, versioned: true,
		ownership: s3types.ObjectOwnershipBucketOwnerEnforced, logTo: "acme-robotics-logs",
		tags: map[string]string{"data-classification": "restricted", "owner": "ada"},
	})
	c.on(2024, 5, 27)
	c.bucket("us-east-1", "acme-robotics-backups", bucket{
		algorithm: s3types.ServerSideEncryptionAes256, blocked: true, versioned: true,
		ownership: s3types.ObjectOwnershipBucketOwnerEnforced, tags: map[string]string{"data-classification": "confidential"},
	})
	c.on(2025, 3, 3)
	c.bucket("us-east-1", "acme-robotics-website", bucket{
		algorithm: s3types.ServerSideEncryptionAes256, policy: publicPolicy, tags: map[string]string{"data-classification": "public"},
	})
	c.on(2025, 8, 14)
	c.bucket("eu-west-1", "acme-robotics-legacy-exports", bucket{
		algorithm: s3types.ServerSideEncryptionAes256, publicACL: true, ownership: s3types.ObjectOwnershipObjectWriter,
	})
}

// BareBucket creates a bucket on which nothing was ever set.
func (c Company) BareBucket(region, name string) { c.bucket(region, name, bucket{}) }

// bucket is how a bucket is set up; what is zero was never set.
type bucket struct {
	algorithm s3types.ServerSideEncryption
	key       string
	policy    string
	blocked   bool
	publicACL bool
	versioned bool
	ownership s3types.ObjectOwnership
	logTo     string
	tags      map[string]string
}

func (c Company) bucket(region, name string, b bucket) {
	t, ctx := c.T, c.T.Context()
	client := s3.NewFromConfig(c.Server.Writer(region, Anyone), func(o *s3.Options) { o.UsePathStyle = true })
	in := &s3.CreateBucketInput{Bucket: &name, ObjectOwnership: b.ownership}
	if region != "us-east-1" {
		in.CreateBucketConfiguration = &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(region)}
	}
	_, err := client.CreateBucket(ctx, in)
	c.made(err)
	if b.algorithm != "" {
		rule := &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: b.algorithm}
		if b.key != "" {
			rule.KMSMasterKeyID = &b.key
		}
		_, err = client.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: &name, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
			Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: rule}},
		}})
		require.NoError(t, err)
	}
	if b.policy != "" {
		_, err = client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: aws.String(named(b.policy, name))})
		require.NoError(t, err)
	}
	if b.blocked {
		_, err = client.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &name, PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
		}})
		require.NoError(t, err)
	}
	if b.publicACL {
		_, err = client.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: &name, ACL: s3types.BucketCannedACLPublicRead})
		require.NoError(t, err)
	}
	if b.versioned {
		_, err = client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &name, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}})
		require.NoError(t, err)
	}
	if b.logTo != "" {
		_, err = client.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{Bucket: &name, BucketLoggingStatus: &s3types.BucketLoggingStatus{
			LoggingEnabled: &s3types.LoggingEnabled{TargetBucket: &b.logTo, TargetPrefix: aws.String(name + "/")},
		}})
		require.NoError(t, err)
	}
	if b.tags != nil {
		var set []s3types.Tag
		for _, k := range []string{"data-classification", "environment", "owner"} {
			if v, ok := b.tags[k]; ok {
				set = append(set, s3types.Tag{Key: aws.String(k), Value: aws.String(v)})
			}
		}
		_, err = client.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: &name, Tagging: &s3types.Tagging{TagSet: set}})
		require.NoError(t, err)
	}
}

func (c Company) databases() {
	ctx := c.T.Context()
	europe := rds.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	c.on(2024, 2, 14)
	_, err := europe.CreateDBInstance(ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("orders"), DBInstanceClass: aws.String("db.m7g.large"), Engine: aws.String("postgres"), EngineVersion: aws.String("16.4"),
		AllocatedStorage: aws.Int32(100), MasterUsername: aws.String("postgres"), MasterUserPassword: aws.String("example-only-1"),
		StorageEncrypted: aws.Bool(true), KmsKeyId: aws.String(CustomerKey), BackupRetentionPeriod: aws.Int32(14),
		DeletionProtection: aws.Bool(true), MultiAZ: aws.Bool(true), PubliclyAccessible: aws.Bool(false),
		Tags: []rdstypes.Tag{{Key: aws.String("environment"), Value: aws.String("production")}},
	})
	c.made(err)
	c.on(2025, 5, 6)
	_, err = europe.CreateDBInstance(ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("reporting"), DBInstanceClass: aws.String("db.t4g.medium"), Engine: aws.String("mysql"), EngineVersion: aws.String("8.0.39"),
		AllocatedStorage: aws.Int32(50), MasterUsername: aws.String("admin"), MasterUserPassword: aws.String("example-only-1"),
		StorageEncrypted: aws.Bool(false), BackupRetentionPeriod: aws.Int32(0), DeletionProtection: aws.Bool(false), PubliclyAccessible: aws.Bool(true),
	})
	c.made(err)
	c.on(2026, 1, 12)
	america := rds.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	_, err = america.CreateDBCluster(ctx, &rds.CreateDBClusterInput{
		DBClusterIdentifier: aws.String("telemetry"), Engine: aws.String("aurora-postgresql"), EngineVersion: aws.String("16.4"),
		MasterUsername: aws.String("postgres"), MasterUserPassword: aws.String("example-only-1"),
		StorageEncrypted: aws.Bool(true), BackupRetentionPeriod: aws.Int32(7), DeletionProtection: aws.Bool(true),
		Tags: []rdstypes.Tag{{Key: aws.String("environment"), Value: aws.String("production")}},
	})
	c.made(err)
	_, err = america.CreateDBInstance(ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("telemetry-1"), DBInstanceClass: aws.String("db.r7g.large"), Engine: aws.String("aurora-postgresql"),
		DBClusterIdentifier: aws.String("telemetry"), StorageEncrypted: aws.Bool(true), PubliclyAccessible: aws.Bool(false),
	})
	c.made(err)
}

func named(policy, bucket string) string { return strings.ReplaceAll(policy, "BUCKET", bucket) }
