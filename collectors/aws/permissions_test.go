package aws_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestPolicyDocument(t *testing.T) {
	t.Parallel()
	policy := cwaws.PolicyDocument()
	require.Len(t, policy.Statement, 1)
	actions := policy.Statement[0].Action
	require.True(t, slices.IsSorted(actions))
	for _, action := range actions {
		require.Regexp(t, `^[a-z0-9-]+:(Get|List|Describe|Generate|BatchGet|Lookup)[A-Z]`, action, "what only reads")
		require.NotContains(t, action, "sts:", "needs no permission")
	}
	for operation, action := range map[string]string{
		"s3:ListBuckets":                 "s3:ListAllMyBuckets",
		"s3:GetBucketEncryption":         "s3:GetEncryptionConfiguration",
		"s3:GetPublicAccessBlock":        "s3:GetBucketPublicAccessBlock",
		"s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",

		"accessanalyzer:ListAnalyzers":                      "access-analyzer:ListAnalyzers",
		"cloudwatchlogs:DescribeLogGroups":                  "logs:DescribeLogGroups",
		"configservice:DescribeConfigurationRecorderStatus": "config:DescribeConfigurationRecorderStatus",
	} {
		require.NotContains(t, actions, operation, "IAM has no such action")
		require.Contains(t, actions, action)
	}
}

// operationsOf are the declared reads that need an action.
func operationsOf(action string) []string {
	var out []string
	for _, c := range append([]evidence.Collector{cwaws.Provider.Discovery}, cwaws.Provider.Collectors...) {
		for _, operation := range c.Reads {
			one := cwaws.PolicyOf(operation)
			if slices.Contains(one, action) && !slices.Contains(out, operation) {
				out = append(out, operation)
			}
		}
	}
	return out
}

// motoAsks are the actions that moto asks for instead of AWS's: it does not know
// those in motoIgnores.
var (
	motoAsks    = []string{"s3:ListBucket", "s3:GetPublicAccessBlock"}
	motoIgnores = []string{
		"iam:ListOrganizationsFeatures",
		"s3:GetEncryptionConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPublicAccessBlock", "s3:GetAccountPublicAccessBlock",
		"elasticfilesystem:DescribeFileSystems", "elasticfilesystem:DescribeBackupPolicy",
		// Operations that moto does not have, or whose signatures it takes for wrong.
		"lambda:ListFunctions", "lambda:GetPolicy",
		"backup:GetBackupPlan", "backup:ListBackupJobs", "backup:ListBackupPlans", "backup:ListBackupSelections", "backup:ListProtectedResources", "backup:ListRestoreJobs",
	}
)

// motoNeverAsked are actions for what this company does not have at moto: users
// without a report, permission sets, groups of a directory.
var motoNeverAsked = []string{
	"iam:GetLoginProfile", "iam:GetPolicy", "iam:GetPolicyVersion", "identitystore:ListGroupMemberships",
	"sso:DescribePermissionSet", "sso:GetInlinePolicyForPermissionSet", "sso:ListAccountAssignments",
	"sso:ListAccountsForProvisionedPermissionSet", "sso:ListCustomerManagedPolicyReferencesInPermissionSet", "sso:ListManagedPoliciesInPermissionSet",
}

// reading keeps of sources the feeds that may call one of some operations, since
// nothing else can differ; all of them where discovery itself may, or none is given.
func reading(sources []connect.Source, operations []string) []connect.Source {
	among := func(reads []string) bool {
		return slices.ContainsFunc(reads, func(op string) bool { return slices.Contains(operations, op) })
	}
	if len(operations) == 0 || among(cwaws.Provider.Discovery.Reads) {
		return sources
	}
	for i, s := range sources {
		sources[i].Discover = func(ctx context.Context, known []evidence.FeedID) (connect.Discovery, error) {
			d, err := s.Discover(ctx, known)
			d.Feeds = slices.DeleteFunc(d.Feeds, func(f connect.Feed) bool { return !among(f.Collector.Reads) })
			return d, err
		}
	}
	return sources
}

// moto checks signatures and policies here: who holds exactly our policy sees
// everything, and who lacks one action loses what needs it and nothing else.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	m := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: m}.Seed()
	client := iam.NewFromConfig(m.Writer("us-east-1", anyone))
	principal := func(name string, policy cwaws.IdentityPolicy) mototest.Keys {
		policy.Statement = append(policy.Statement, cwaws.IdentityStatement{Effect: "Allow", Action: motoAsks, Resource: "*"})
		document, err := json.Marshal(policy)
		require.NoError(t, err)
		_, err = client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		require.NoError(t, err)
		_, err = client.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("reads"), PolicyDocument: aws.String(string(document))})
		require.NoError(t, err)
		out, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})
		require.NoError(t, err)
		return mototest.Keys{ID: *out.AccessKey.AccessKeyId, Secret: *out.AccessKey.SecretAccessKey}
	}
	base := mototest.NewSupplement(t, m, http.DefaultTransport, time.Now())
	look := func(t *testing.T, k mototest.Keys, operations ...string) look {
		t.Helper()
		return run(t, base, func(s *transport.Seam) []connect.Source {
			return reading(open(t, s, environment(m.Endpoint, k), sampleSettings), operations)
		})
	}

	whole := cwaws.PolicyDocument()
	auditor := principal("auditor", whole)
	lacking := map[string]mototest.Keys{}
	for _, action := range whole.Statement[0].Action {
		less := cwaws.PolicyDocument()
		less.Statement[0].Action = slices.DeleteFunc(less.Statement[0].Action, func(a string) bool { return a == action })
		lacking[action] = principal(strings.ReplaceAll("without-"+action, ":", "-"), less)
	}
	m.Enforce(t)

	t.Run("exactly our policy is enough to see everything", func(t *testing.T) {
		got := look(t, auditor)
		require.Equal(t, cwaws.Feeds(2), got.read())
		requireEach(t, atEnforcingMoto, got.holes())
		for _, hole := range slices.DeleteFunc(got.holes(), unlikeEnforcingMoto) {
			require.Contains(t, notInMoto, hole.Field, "%+v", hole)
		}
	})
	for action, k := range lacking {
		if slices.Contains(motoIgnores, action) || motoNeverAsks(action) || slices.Contains(mototest.Lacking, action) {
			continue // the conformance suite denies what needs them
		}
		t.Run("without "+action+" what needs it is a hole", func(t *testing.T) {
			got := look(t, k, operationsOf(action)...)
			named := false
			for _, hole := range got.holes() {
				if slices.Contains(notInMoto, hole.Field) && !slices.Contains(operationsOf(action), hole.Operation) || unlikeEnforcingMoto(hole) {
					continue
				}
				if slices.Contains(notInMoto, hole.Field) && hole.Reason != evidence.Denied {
					continue // what moto leaves out of an answer that it gave
				}
				require.Equal(t, evidence.Denied, hole.Reason, "%+v", hole)
				require.Contains(t, operationsOf(action), hole.Operation)
				require.Contains(t, hole.Detail, "allow the action "+action)
				named = true
			}
			require.Equal(t, !slices.Contains(motoNeverAsked, action), named)
		})
	}
	t.Run("wrong credentials are a denied discovery", func(t *testing.T) {
		got := look(t, mototest.Keys{ID: auditor.ID, Secret: "wrong"})
		require.Equal(t, len(cwaws.Provider.Collectors)-1, got.read(), "one of each collector, but for the event log, which nobody asked for")
		for _, p := range got.pulls {
			require.Equal(t, evidence.Denied, p.Holes[0].Reason, "%+v", p.Holes[0])
			require.Equal(t, "sts:GetCallerIdentity", p.Holes[0].Operation)
			require.NotContains(t, p.Holes[0].Detail, auditor.ID)
		}
	})
}
