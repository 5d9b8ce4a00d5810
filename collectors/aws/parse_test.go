package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	t.Run("every string or list is a list", func(t *testing.T) {
		t.Parallel()
		got, err := parsePolicy(`{"Id":"p","Statement":{"Effect":"Allow","Principal":{"AWS":["1","2"],"Service":"x"},"NotAction":"s3:*","NotResource":["a"],
			"Condition":{"NumericLessThan":{"s3:max-keys":10},"Bool":{"aws:SecureTransport":[true,"false"]}}}}`)
		require.NoError(t, err)
		require.Equal(t, &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
			Effect: "Allow", Principal: map[string][]string{"AWS": {"1", "2"}, "Service": {"x"}}, NotAction: []string{"s3:*"}, NotResource: []string{"a"},
			Condition: map[string]map[string][]string{"NumericLessThan": {"s3:max-keys": {"10"}}, "Bool": {"aws:SecureTransport": {"true", "false"}}},
		}}}, got)
	})
	for name, policy := range map[string]string{
		"nothing":                        "",
		"no statement":                   `{"Version":"2012-10-17"}`,
		"no statements":                  `{"Statement":[]}`,
		"a null statement":               `{"Statement":null}`,
		"no effect":                      `{"Statement":[{"Principal":"*","Action":"*","Resource":"*"}]}`,
		"an unknown effect":              `{"Statement":[{"Effect":"allow","Principal":"*","Action":"*","Resource":"*"}]}`,
		"an unknown element":             `{"Statement":[{"Effect":"Deny","Unless":"x"}]}`,
		"a principal that is a list":     `{"Statement":[{"Effect":"Allow","Principal":["*"]}]}`,
		"a condition without its value":  `{"Statement":[{"Effect":"Deny","Condition":{"Bool":{"aws:SecureTransport":null}}}]}`,
		"a condition that is a document": `{"Statement":[{"Effect":"Deny","Condition":{"Bool":{"aws:SecureTransport":{}}}}]}`,
		"an action that is a number":     `{"Statement":[{"Effect":"Allow","Action":7}]}`,
	} {
		t.Run("not "+name, func(t *testing.T) {
			t.Parallel()
			got, err := parsePolicy(policy)
			require.Error(t, err)
			require.Nil(t, got)
			require.Equal(t, evidence.ProviderError, evidence.HoleFrom(err).Reason)
		})
	}
}

const reportHeader = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,access_key_1_active,access_key_1_last_used_date,access_key_2_active,access_key_2_last_used_date\n"

func TestCredentialReport(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	user := types.User{UserName: aws.String("ada"), Arn: aws.String("arn:ada"), CreateDate: &created}
	filled := func(t *testing.T, row string, u types.User) (*evidence.User, evidence.Fact) {
		t.Helper()
		report, err := parseReport([]byte(reportHeader + row))
		require.NoError(t, err)
		body := &evidence.User{}
		fact := evidence.Fact{Body: body}
		report.fill(u, &fact)
		return body, fact
	}
	t.Run("the newest of all uses counts", func(t *testing.T) {
		t.Parallel()
		u := user
		u.PasswordLastUsed = aws.Time(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
		body, fact := filled(t, "ada,arn:ada,2026-01-02T03:04:05+00:00,true,2026-02-01T00:00:00+00:00,2026-01-15T08:00:00+00:00,true,true,2026-06-01T12:00:00+00:00,false,N/A\n", u)
		require.Empty(t, fact.Holes)
		require.True(t, *body.PasswordSignIn)
		require.EqualValues(t, 1, *body.ActiveKeys)
		require.Equal(t, evidence.VolatileDay(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)), body.LastActive)
		require.Equal(t, evidence.VolatileDay(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)), body.PasswordLastUsed, "the list of users is newer than the report")
		require.Equal(t, time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC), *body.PasswordSetAt)
	})
	t.Run("never used is a value", func(t *testing.T) {
		t.Parallel()
		body, fact := filled(t, "ada,arn:ada,2026-01-02T03:04:05+00:00,false,not_supported,N/A,false,true,N/A,true,no_information\n", user)
		require.Empty(t, fact.Holes)
		require.True(t, body.LastActive.Never)
		require.True(t, body.PasswordLastUsed.Never)
		require.Equal(t, created, *body.PasswordSetAt)
		require.EqualValues(t, 2, *body.ActiveKeys)
	})
	for name, row := range map[string]string{
		"of a user newer than the report":               "",
		"of a deleted user of the same name":            "ada,arn:ada,2025-01-02T03:04:05+00:00,false,N/A,N/A,false,false,N/A,false,N/A\n",
		"of a user whose creation time cannot be read":  "ada,arn:ada,soon,false,N/A,N/A,false,false,N/A,false,N/A\n",
		"of values that are neither yes, no nor a date": "ada,arn:ada,2026-01-02T03:04:05+00:00,maybe,soon,soon,x,x,x,x,x\n",
		"of empty values":                               "ada,arn:ada,2026-01-02T03:04:05+00:00,,,,,,,,\n",
	} {
		t.Run("a row "+name+" leaves holes", func(t *testing.T) {
			t.Parallel()
			body, fact := filled(t, row, user)
			require.Equal(t, &evidence.User{}, body)
			for _, field := range []string{"password_sign_in", "last_active", "active_keys", "password_last_used", "password_set_at"} {
				hole, ok := fact.Hole(field)
				require.True(t, ok, field)
				require.Equal(t, "iam:GetCredentialReport", hole.Operation)
			}
		})
	}
	for name, content := range map[string]string{
		"nothing": "", "HTML": "<html></html>", "another table": "a,b\n1,2\n", "a short row": reportHeader + "ada,arn\n", "half a quote": reportHeader + `"ada`,
	} {
		t.Run("not "+name, func(t *testing.T) {
			t.Parallel()
			_, err := parseReport([]byte(content))
			require.Error(t, err)
		})
	}
}

func TestParseFactors(t *testing.T) {
	t.Parallel()
	device := func(serial string) types.MFADevice { return types.MFADevice{SerialNumber: &serial} }
	require.Equal(t, &evidence.MFA{Enabled: aws.Bool(false), Strong: aws.Bool(false), Factors: []string{}}, parseFactors(nil))
	require.Equal(t, &evidence.MFA{Enabled: aws.Bool(true), Strong: aws.Bool(false), Factors: []string{"sms"}},
		parseFactors([]types.MFADevice{device("arn:aws:iam::1:sms-mfa/ada")}), "a text message is a weak factor")
	require.Equal(t, &evidence.MFA{Enabled: aws.Bool(true), Strong: aws.Bool(true), Factors: []string{"hardware", "sms", "u2f", "virtual"}},
		parseFactors([]types.MFADevice{device("arn:aws:iam::1:sms-mfa/a"), device("arn:aws:iam::1:mfa/a"), device("arn:aws:iam::1:u2f/user/a/b"), device("GAHT12345678")}))
}

func TestParseRoot(t *testing.T) {
	t.Parallel()
	fact := evidence.Fact{Body: &evidence.Account{Root: &evidence.RootUser{}}}
	parseRoot(map[string]int32{"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}, &fact)
	root := fact.Body.(*evidence.Account).Root
	require.True(t, *root.MFAEnabled)
	require.False(t, *root.AccessKeysPresent)
	require.Nil(t, root.PasswordPresent)
	hole, ok := fact.Hole("root.password_present")
	require.True(t, ok)
	require.Equal(t, "iam:GetAccountSummary", hole.Operation)
}

func TestParsePasswordPolicy(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 90, *parsePasswordPolicy(types.PasswordPolicy{ExpirePasswords: true, MaxPasswordAge: aws.Int32(90)}).MaxAgeDays)
	never := parsePasswordPolicy(types.PasswordPolicy{MinimumPasswordLength: aws.Int32(6)})
	require.Zero(t, *never.MaxAgeDays)
	require.EqualValues(t, 6, *never.MinLength)
	require.Nil(t, parsePasswordPolicy(types.PasswordPolicy{}).MinLength, "not stated is not seen")
}

func TestParseBucketSettings(t *testing.T) {
	t.Parallel()
	rule := func(algorithm s3types.ServerSideEncryption, key string) *s3types.ServerSideEncryptionConfiguration {
		return &s3types.ServerSideEncryptionConfiguration{Rules: []s3types.ServerSideEncryptionRule{{
			ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: algorithm, KMSMasterKeyID: &key},
		}}}
	}
	for key, customers := range map[string]bool{"": false, "arn:aws:kms:eu-west-1:1:alias/aws/s3": false, "alias/mine": true, "1c0ffee5": true} {
		got, err := parseEncryption(rule("aws:kms", key))
		require.NoError(t, err)
		require.Equal(t, customers, *got.CustomerKey, key)
	}
	for _, c := range []*s3types.ServerSideEncryptionConfiguration{nil, {}, {Rules: []s3types.ServerSideEncryptionRule{{}}}, rule("", "")} {
		_, err := parseEncryption(c)
		require.Error(t, err)
	}
	_, err := parseBucketBlock(nil)
	require.Error(t, err)
	partly, err := parseBucketBlock(&s3types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true)})
	require.NoError(t, err)
	require.Nil(t, partly.BlockPublicPolicy, "a switch that is not stated is not seen")
	for _, list := range [][]s3types.Grant{nil, {{}}, {{Grantee: &s3types.Grantee{}, Permission: "READ"}}, {{Grantee: &s3types.Grantee{ID: aws.String("x")}}}} {
		_, err := parseGrants(list)
		require.Error(t, err)
	}
	none, err := parseGrants([]s3types.Grant{})
	require.NoError(t, err)
	require.NotNil(t, *none, "no grants were seen")
	_, err = parseOwnership(&s3types.OwnershipControls{})
	require.Error(t, err)
	_, err = parseVersioning("Perhaps")
	require.Error(t, err)
	_, err = parseTags(nil)
	require.Error(t, err)
	require.Equal(t, []string{"us-east-1", "eu-west-1", "eu-north-1"}, []string{parseLocation(""), parseLocation("EU"), parseLocation("eu-north-1")})
}

func TestClusterPublic(t *testing.T) {
	t.Parallel()
	lost := without("rds:DescribeDBInstances", "DBInstances")
	member := func(names ...string) []rdstypes.DBClusterMember {
		var out []rdstypes.DBClusterMember
		for _, n := range names {
			out = append(out, rdstypes.DBClusterMember{DBInstanceIdentifier: &n})
		}
		return out
	}
	instances := []rdstypes.DBInstance{
		{DBInstanceIdentifier: aws.String("open"), PubliclyAccessible: aws.Bool(true)},
		{DBInstanceIdentifier: aws.String("closed"), PubliclyAccessible: aws.Bool(false)},
		{DBInstanceIdentifier: aws.String("silent")},
	}
	for name, c := range map[string]struct {
		cluster rdstypes.DBCluster
		err     error
		want    *bool
	}{
		"it says so itself":                    {rdstypes.DBCluster{PubliclyAccessible: aws.Bool(true)}, nil, aws.Bool(true)},
		"one of its members is public":         {rdstypes.DBCluster{DBClusterMembers: member("closed", "open")}, nil, aws.Bool(true)},
		"it denies it and a member is public":  {rdstypes.DBCluster{PubliclyAccessible: aws.Bool(false), DBClusterMembers: member("open")}, nil, aws.Bool(true)},
		"no member is public":                  {rdstypes.DBCluster{DBClusterMembers: member("closed")}, nil, aws.Bool(false)},
		"it has no members":                    {rdstypes.DBCluster{}, nil, aws.Bool(false)},
		"a member was not seen":                {rdstypes.DBCluster{DBClusterMembers: member("closed", "gone")}, nil, nil},
		"a member does not say":                {rdstypes.DBCluster{DBClusterMembers: member("silent")}, nil, nil},
		"a member was not seen, one is public": {rdstypes.DBCluster{DBClusterMembers: member("gone", "open")}, nil, aws.Bool(true)},
		"the members could not be listed":      {rdstypes.DBCluster{}, lost, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := clusterPublic(c.cluster, instances, c.err)
			require.Equal(t, c.want, got)
			require.Equal(t, c.want == nil, err != nil)
		})
	}
}

func TestInstanceFact(t *testing.T) {
	t.Parallel()
	backup := func(i rdstypes.DBInstance) *evidence.Moment {
		return instanceFact(session{}, i).Body.(*evidence.Datastore).Backup.LatestRestorable
	}
	require.True(t, backup(rdstypes.DBInstance{}).Never, "an instance that names no restorable time has none")
	require.Nil(t, backup(rdstypes.DBInstance{DBClusterIdentifier: aws.String("c")}), "a member's backups are its cluster's")
	bare := instanceFact(session{}, rdstypes.DBInstance{}).Body.(*evidence.Datastore)
	require.Nil(t, bare.Encryption.Enabled)
	require.Nil(t, bare.Encryption.KeyID)
	require.Nil(t, bare.Tags)
	require.Nil(t, bare.Backup.RetentionDays)
}
