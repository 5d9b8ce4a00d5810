package aws_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"
	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

var (
	yes = aws.Bool(true)
	no  = aws.Bool(false)
)

// Every resource of the sample company, good or bad, is stated as it was made.
func TestCollectorsAgainstMoto(t *testing.T) {
	t.Parallel()
	m := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: m}.Seed()
	europe := s3.NewFromConfig(m.Writer("eu-west-1", anyone), func(o *s3.Options) { o.UsePathStyle = true })
	mototest.Company{T: t, Server: m}.BareBucket("us-east-1", "acme-robotics-bare")
	_, err := europe.PutBucketVersioning(t.Context(), versioning("acme-robotics-legacy-exports", "Suspended"))
	require.NoError(t, err)

	base := mototest.NewSupplement(t, m, http.DefaultTransport, time.Now())
	look := func() look {
		return run(t, base, func(s *transport.Seam) []connect.Source {
			return open(t, s, environment(m.Endpoint, anyone), "regions: [eu-west-1, us-east-1]")
		})
	}
	got := look()

	t.Run("every population was seen to its end", func(t *testing.T) {
		require.Equal(t, cwaws.Feeds(2), got.read())
		for _, p := range got.pulls {
			require.True(t, p.Complete() || unlikeAtMoto(p), "%s: %+v", p.Collector, p.Holes)
			require.Equal(t, "arn:aws:sts::"+companyAccount+":user/moto", p.Principal)
			require.NotEmpty(t, p.OperationCounts)
		}
	})
	t.Run("the only hole is what moto does not say", func(t *testing.T) {
		requireEach(t, atMoto, got.holes())
		holes := slices.DeleteFunc(got.holes(), unlikeMoto)
		require.Len(t, holes, len(notInMoto))
		for _, hole := range holes {
			require.Contains(t, notInMoto, hole.Field)
		}
	})
	t.Run("the account", func(t *testing.T) {
		account := body[*evidence.Account](t, got, "aws.account", companyAccount)
		require.Contains(t, account.Regions, "eu-west-1")
		require.True(t, slices.IsSorted(account.Regions))
		require.Equal(t, &evidence.RootUser{MFAEnabled: no, AccessKeysPresent: no, VirtualMFA: no}, account.Root)
	})
	t.Run("the password policy", func(t *testing.T) {
		require.Equal(t, &evidence.PasswordPolicy{
			Set: yes, MinLength: aws.Int64(14), RememberLast: aws.Int64(24), MaxAgeDays: aws.Int64(0),
			RequireSymbol: yes, RequireNumber: yes, RequireUpper: yes, RequireLower: yes, ChangeOwn: yes,
		}, body[*evidence.PasswordPolicy](t, got, "aws.iam.password_policy", "password policy"))
	})
	t.Run("users", func(t *testing.T) { requireUsers(t, got) })
	t.Run("access keys", func(t *testing.T) { requireKeys(t, got) })
	t.Run("buckets", func(t *testing.T) { requireBuckets(t, got) })
	t.Run("databases", func(t *testing.T) { requireDatabases(t, got) })
	t.Run("the report's time is kept as provenance", func(t *testing.T) {
		i := slices.IndexFunc(got.pulls, func(p evidence.Pull) bool { return p.Collector == "aws_iam_users" })
		require.Equal(t, []string{"iam:GetCredentialReport GeneratedTime=2015-02-02T20:02:02Z"}, got.pulls[i].Parameters)
	})
	t.Run("what is taken away and what is set is seen the next time", func(t *testing.T) {
		client := iam.NewFromConfig(m.Writer("us-east-1", anyone))
		_, err := client.DeleteAccountPasswordPolicy(t.Context(), &iam.DeleteAccountPasswordPolicyInput{})
		require.NoError(t, err)
		control := s3control.NewFromConfig(m.Writer("us-east-1", anyone), func(o *s3control.Options) { o.HTTPClient = toHost(m) })
		_, err = control.PutPublicAccessBlock(t.Context(), &s3control.PutPublicAccessBlockInput{
			AccountId: aws.String(companyAccount),
			PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{
				BlockPublicAcls: yes, IgnorePublicAcls: yes, BlockPublicPolicy: yes, RestrictPublicBuckets: no,
			},
		})
		require.NoError(t, err)
		require.Equal(t, block(no, no, no, no), body[*evidence.DatastoreDefaults](t, got, "aws.s3.account", "S3 of "+companyAccount).PublicAccessBlock)

		then := look()
		require.Equal(t, block(yes, yes, yes, no), body[*evidence.DatastoreDefaults](t, then, "aws.s3.account", "S3 of "+companyAccount).PublicAccessBlock)
		policy := body[*evidence.PasswordPolicy](t, then, "aws.iam.password_policy", "password policy")
		require.False(t, *policy.Set)
		require.EqualValues(t, 8, *policy.MinLength)
	})
	t.Run("without a filter every enabled region is planned", func(t *testing.T) {
		all := run(t, base, func(s *transport.Seam) []connect.Source {
			return open(t, s, environment(m.Endpoint, anyone), "{}")
		})
		require.Equal(t, cwaws.Feeds(len(body[*evidence.Account](t, all, "aws.account", companyAccount).Regions)), all.read())
	})
}

func requireUsers(t *testing.T, got look) {
	t.Helper()
	user := func(password *bool, keys int64, factors ...string) *evidence.User {
		has := aws.Bool(len(factors) > 0)
		return &evidence.User{
			Status: aws.String("active"), PasswordSignIn: password, ActiveKeys: &keys,
			MFA: &evidence.MFA{Enabled: has, Strong: has, Factors: append([]string{}, factors...)},
		}
	}
	want := map[string]*evidence.User{
		"ada": user(yes, 1, "virtual"), "grace": user(yes, 0), "linus": user(no, 1),
		"marie": user(yes, 0, "u2f"), "kofi": user(yes, 1, "hardware"), "ci-deploy": user(no, 1),
	}
	require.Len(t, got.facts["aws.iam.user"], len(want))
	for name, w := range want {
		is := *body[*evidence.User](t, got, "aws.iam.user", name)
		require.WithinDuration(t, time.Now(), *is.CreatedAt, time.Hour)
		used := name == "ada" || name == "linus" // their keys were
		require.Equal(t, !used, is.LastActive.Never, name)
		require.True(t, is.PasswordLastUsed.Never, name)
		require.WithinDuration(t, time.Now(), *is.PasswordSetAt, time.Hour)
		is.CreatedAt, is.LastActive, is.PasswordLastUsed, is.PasswordSetAt, is.Rights = nil, nil, nil, nil, nil
		require.Equal(t, w, &is, name)
	}
}

func requireKeys(t *testing.T, got look) {
	t.Helper()
	type key struct{ active, used bool }
	seen := map[string][]key{}
	for _, f := range got.facts["aws.iam.access_key"] {
		k := f.Body.(*evidence.AccessKey)
		require.WithinDuration(t, time.Now(), *k.CreatedAt, time.Hour)
		require.True(t, strings.HasPrefix(f.Resource.Name, *k.User+"/AKIA"), f.Resource.Name)
		seen[*k.User] = append(seen[*k.User], key{*k.Active, !k.LastUsed.Never})
	}
	slices.SortFunc(seen["kofi"], func(a, _ key) int {
		if a.active {
			return -1
		}
		return 1
	})
	require.Equal(t, map[string][]key{
		"ada": {{active: true, used: true}}, "linus": {{active: true, used: true}}, "ci-deploy": {{active: true}},
		"kofi": {{active: true}, {active: false}},
	}, seen)
}

func block(acls, ignore, policy, restrict *bool) *evidence.PublicAccessBlock {
	return &evidence.PublicAccessBlock{BlockPublicACLs: acls, IgnorePublicACLs: ignore, BlockPublicPolicy: policy, RestrictPublicBuckets: restrict}
}

func requireBuckets(t *testing.T, got look) {
	t.Helper()
	const owner = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a" // moto's, for every account
	mine := evidence.ACLGrant{Grantee: owner, Permission: "FULL_CONTROL"}
	everybody := evidence.ACLGrant{Grantee: "http://acs.amazonaws.com/groups/global/AllUsers", Permission: "READ"}
	absent := &evidence.PolicyDocument{Absent: true}
	open, closed := block(no, no, no, no), block(yes, yes, yes, yes)
	aes := &evidence.Encryption{Enabled: yes, Algorithm: aws.String("AES256"), KeyID: aws.String(""), CustomerKey: no}
	arns := func(name string) []string { return []string{"arn:aws:s3:::" + name, "arn:aws:s3:::" + name + "/*"} }
	insecure := map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}}

	for _, w := range []struct {
		name, region, ownership string
		tags                    map[string]string
		encryption              *evidence.Encryption
		versioning, logging     *bool
		policy                  *evidence.PolicyDocument
		block                   *evidence.PublicAccessBlock
		grants                  []evidence.ACLGrant
	}{
		{
			name: "acme-robotics-customer-data", region: "eu-west-1", ownership: "BucketOwnerEnforced",
			tags:       map[string]string{"data-classification": "restricted", "owner": "ada"},
			encryption: &evidence.Encryption{Enabled: yes, Algorithm: aws.String("aws:kms"), KeyID: aws.String(mototest.CustomerKey), CustomerKey: yes},
			versioning: yes, logging: yes, block: closed, grants: []evidence.ACLGrant{mine},
			policy: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
				Sid: "TLSOnly", Effect: "Deny", Principal: map[string][]string{"*": {"*"}}, Action: []string{"s3:*"},
				Resource: arns("acme-robotics-customer-data"), Condition: insecure,
			}}},
		},
		{
			name: "acme-robotics-logs", region: "eu-west-1", ownership: "BucketOwnerEnforced",
			tags: map[string]string{"data-classification": "internal"}, encryption: aes,
			versioning: yes, logging: no, block: closed, grants: []evidence.ACLGrant{mine},
			policy: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
				Sid: "TLSOnly", Effect: "Deny", Principal: map[string][]string{"AWS": {"*"}}, Action: []string{"s3:*"},
				Resource: arns("acme-robotics-logs"), Condition: insecure,
			}, {
				Sid: "Logs", Effect: "Allow", Principal: map[string][]string{"Service": {"logging.s3.amazonaws.com"}}, Action: []string{"s3:PutObject"},
				Resource:  []string{"arn:aws:s3:::acme-robotics-logs/*"},
				Condition: map[string]map[string][]string{"StringEquals": {"aws:SourceAccount": {companyAccount}}},
			}}},
		},
		{
			name: "acme-robotics-backups", region: "us-east-1", ownership: "BucketOwnerEnforced",
			tags: map[string]string{"data-classification": "confidential"}, encryption: aes,
			versioning: yes, logging: no, block: closed, grants: []evidence.ACLGrant{mine}, policy: absent,
		},
		{
			name: "acme-robotics-website", region: "us-east-1",
			tags: map[string]string{"data-classification": "public"}, encryption: aes,
			versioning: no, logging: no, block: open, grants: []evidence.ACLGrant{mine},
			policy: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
				Sid: "Everybody", Effect: "Allow", Principal: map[string][]string{"*": {"*"}}, Action: []string{"s3:GetObject"},
				Resource: []string{"arn:aws:s3:::acme-robotics-website/*"},
			}}},
		},
		{
			name: "acme-robotics-legacy-exports", region: "eu-west-1", ownership: "ObjectWriter",
			tags: map[string]string{}, encryption: aes,
			versioning: no, logging: no, block: open, grants: []evidence.ACLGrant{mine, everybody}, policy: absent,
		},
		{
			name: "acme-robotics-bare", region: "us-east-1", tags: map[string]string{},
			encryption: &evidence.Encryption{Enabled: no, Algorithm: aws.String(""), KeyID: aws.String(""), CustomerKey: no},
			versioning: no, logging: no, block: open, grants: []evidence.ACLGrant{mine}, policy: absent,
		},
	} {
		is := *body[*evidence.Datastore](t, got, "aws.s3.bucket", w.name)
		resource := got.facts["aws.s3.bucket"][w.name].Resource
		require.Equal(t, w.region, resource.Region, w.name)
		require.Equal(t, "arn:aws:s3:::"+w.name, resource.ID)
		require.WithinDuration(t, time.Now(), *is.CreatedAt, time.Hour)
		is.CreatedAt = nil
		require.Equal(t, evidence.Datastore{
			Tags: w.tags, Encryption: w.encryption, Versioning: w.versioning, Logging: w.logging,
			S3: &evidence.S3Bucket{Policy: w.policy, PublicAccessBlock: w.block, Grants: w.grants, Ownership: &w.ownership},
		}, is, w.name)
	}
	require.Len(t, got.facts["aws.s3.bucket"], 6)
}

func requireDatabases(t *testing.T, got look) {
	t.Helper()
	type database struct {
		typ, name, region, key, engine, version, cluster string
		encrypted, protected, public, multiAZ            *bool
		days                                             int64
		tags                                             map[string]string
	}
	const motosKey = "default_kms_key_id"
	production := map[string]string{"environment": "production"}
	for _, w := range []database{
		{
			typ: "aws.rds.db_instance", name: "orders", region: "eu-west-1", key: mototest.CustomerKey, engine: "postgres", version: "16.4",
			encrypted: yes, protected: yes, public: no, multiAZ: yes, days: 14, tags: production,
		},
		{
			typ: "aws.rds.db_instance", name: "reporting", region: "eu-west-1", engine: "mysql", version: "8.0.39",
			encrypted: no, protected: no, public: yes, multiAZ: no, days: 0, tags: map[string]string{},
		},
		{
			typ: "aws.rds.db_instance", name: "telemetry-1", region: "us-east-1", key: motosKey, engine: "aurora-postgresql", version: "16.4",
			encrypted: yes, protected: no, public: no, multiAZ: no, days: 7, tags: map[string]string{}, cluster: "telemetry",
		},
		{
			typ: "aws.rds.db_cluster", name: "telemetry", region: "us-east-1", key: motosKey, engine: "aurora-postgresql", version: "16.4",
			encrypted: yes, protected: yes, public: no, multiAZ: no, days: 7, tags: production,
		},
	} {
		is := *body[*evidence.Datastore](t, got, w.typ, w.name)
		require.Equal(t, w.region, got.facts[w.typ][w.name].Resource.Region)
		require.WithinDuration(t, time.Now(), *is.CreatedAt, time.Hour)
		require.NotNil(t, is.Backup.LatestRestorable)
		is.CreatedAt, is.Backup.LatestRestorable = nil, nil
		encryption := &evidence.Encryption{Enabled: w.encrypted, KeyID: &w.key}
		if !*w.encrypted {
			encryption.Algorithm, encryption.CustomerKey = aws.String(""), no
		}
		require.Equal(t, evidence.Datastore{
			Tags: w.tags, Encryption: encryption, DeletionProtected: w.protected, Backup: &evidence.Backup{RetentionDays: &w.days},
			RDS: &evidence.RDSInstance{Engine: &w.engine, EngineVersion: &w.version, PubliclyAccessible: w.public, MultiAZ: w.multiAZ, Cluster: &w.cluster},
		}, is, w.name)
	}
	require.Len(t, got.facts["aws.rds.db_instance"], 3)
	require.Len(t, got.facts["aws.rds.db_cluster"], 1)
}

func versioning(bucket string, status s3types.BucketVersioningStatus) *s3.PutBucketVersioningInput {
	return &s3.PutBucketVersioningInput{Bucket: &bucket, VersioningConfiguration: &s3types.VersioningConfiguration{Status: status}}
}
