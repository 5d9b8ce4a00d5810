package aws

import (
	"context"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// moto gives the details in one page; IAM does not.
func TestAuthorizationPages(t *testing.T) {
	t.Parallel()
	document := aws.String(url.PathEscape(`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a+b/*"}]}`))
	page := func(users ...types.UserDetail) *iam.GetAccountAuthorizationDetailsOutput {
		return &iam.GetAccountAuthorizationDetailsOutput{
			UserDetailList: append([]types.UserDetail{}, users...), GroupDetailList: []types.GroupDetail{}, RoleDetailList: []types.RoleDetail{}, Policies: []types.ManagedPolicyDetail{},
		}
	}
	user := func(id string, groups ...string) types.UserDetail {
		return types.UserDetail{UserId: aws.String(id), UserName: aws.String("name-" + id), Arn: aws.String("arn:" + id), GroupList: groups, AttachedManagedPolicies: []types.AttachedPolicy{}}
	}
	first := page(user("u1", "admins"))
	first.GroupDetailList = []types.GroupDetail{{
		GroupId: aws.String("g1"), GroupName: aws.String("admins"), Arn: aws.String("arn:g1"),
		AttachedManagedPolicies: []types.AttachedPolicy{{PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess"), PolicyName: aws.String("AdministratorAccess")}},
	}}
	second := page(user("u2", "admins"))
	second.UserDetailList[0].UserPolicyList = []types.PolicyDetail{{PolicyName: aws.String("own"), PolicyDocument: document}}
	second.Policies = []types.ManagedPolicyDetail{
		{Arn: aws.String("arn:aws:iam::aws:policy/Used"), AttachmentCount: aws.Int32(1), PolicyVersionList: []types.PolicyVersion{{IsDefaultVersion: false, Document: aws.String("old")}, {IsDefaultVersion: true, Document: document}}},
		{Arn: aws.String("arn:aws:iam::aws:policy/Unused"), AttachmentCount: aws.Int32(0)},
		{Arn: aws.String("arn:aws:iam::1:policy/own"), AttachmentCount: aws.Int32(0), PolicyVersionList: []types.PolicyVersion{{IsDefaultVersion: true, Document: aws.String("%zz")}}},
	}
	collect := func(answers map[string]*iam.GetAccountAuthorizationDetailsOutput) (evidence.Pull, map[string]evidence.Fact, error) {
		r := evidence.NewRecorder(evidence.Pull{Collector: iamAuthorization.Name, Populations: iamAuthorization.Populations})
		err := collectAuthorization(t.Context(), session{account: "1"}, r, func(_ context.Context, in *iam.GetAccountAuthorizationDetailsInput, _ ...func(*iam.Options)) (*iam.GetAccountAuthorizationDetailsOutput, error) {
			require.Equal(t, allEntities, in.Filter)
			return answers[aws.ToString(in.Marker)], nil
		})
		pull, facts := r.Result()
		byID := map[string]evidence.Fact{}
		for _, f := range facts {
			byID[f.Resource.ID] = f
		}
		return pull, byID, err
	}
	truncated := *first
	truncated.IsTruncated, truncated.Marker = true, aws.String("two")

	t.Run("to the last", func(t *testing.T) {
		t.Parallel()
		pull, facts, err := collect(map[string]*iam.GetAccountAuthorizationDetailsOutput{"": &truncated, "two": second})
		require.NoError(t, err)
		require.Equal(t, 2, pull.Pages)
		group := facts["g1"].Body.(*evidence.Group)
		require.Equal(t, []string{"u1", "u2"}, group.Members, "members on pages after their group's")
		require.Equal(t, []evidence.AttachedPolicy{{ARN: "arn:aws:iam::aws:policy/AdministratorAccess", Name: "AdministratorAccess", ProviderManaged: true}}, group.Rights.Attached)
		require.Equal(t, []string{"arn:aws:s3:::a+b/*"}, facts["arn:u2/inline/own"].Body.(*evidence.Policy).Document.Statements[0].Resource, "a plus sign is a plus sign")
		require.Equal(t, "aws.iam.managed_policy", facts["arn:aws:iam::aws:policy/Used"].Resource.Type)
		require.Equal(t, []string{"s3:*"}, facts["arn:aws:iam::aws:policy/Used"].Body.(*evidence.Policy).Document.Statements[0].Action, "the version in force")
		require.NotContains(t, facts, "arn:aws:iam::aws:policy/Unused")
		hole, ok := facts["arn:aws:iam::1:policy/own"].Hole("document")
		require.True(t, ok)
		require.Equal(t, authorizationDetails, hole.Operation)
		require.Nil(t, facts["arn:aws:iam::1:policy/own"].Body.(*evidence.Policy).Document)
	})
	for name, broken := range map[string]func(*iam.GetAccountAuthorizationDetailsOutput){
		"a page that does not say where the next begins": func(o *iam.GetAccountAuthorizationDetailsOutput) { o.Marker = nil },
		"a next page without its list of users":          func(*iam.GetAccountAuthorizationDetailsOutput) {},
	} {
		t.Run(name+" leaves the members unseen", func(t *testing.T) {
			t.Parallel()
			cut := truncated
			broken(&cut)
			without := page()
			without.UserDetailList = nil
			_, facts, err := collect(map[string]*iam.GetAccountAuthorizationDetailsOutput{"": &cut, "two": without})
			require.Error(t, err)
			require.Nil(t, facts["g1"].Body.(*evidence.Group).Members)
			_, ok := facts["g1"].Hole("members")
			require.True(t, ok)
		})
	}
}

func TestUserRights(t *testing.T) {
	t.Parallel()
	u := types.User{UserId: aws.String("u1")}
	fill := func(all userRights) evidence.Fact {
		fact := evidence.Fact{Body: &evidence.User{}}
		all.fill(u, &fact)
		return fact
	}
	t.Run("a user who is not in the whole list is newer than it", func(t *testing.T) {
		t.Parallel()
		hole, ok := fill(userRights{users: map[string]types.UserDetail{}}).Hole("rights")
		require.True(t, ok)
		require.Equal(t, evidence.Stale, hole.Reason)
	})
	t.Run("a user who is in a list cut short is known", func(t *testing.T) {
		t.Parallel()
		fact := fill(userRights{users: map[string]types.UserDetail{"u1": {AttachedManagedPolicies: []types.AttachedPolicy{}}}, err: without(authorizationDetails, "more")})
		require.Empty(t, fact.Holes)
		require.Equal(t, &evidence.PolicyRights{Attached: []evidence.AttachedPolicy{}, Inline: []evidence.InlinePolicy{}, Groups: []string{}, Boundary: aws.String("")}, fact.Body.(*evidence.User).Rights)
	})
	t.Run("an answer without a user's attached policies is not an answer without any", func(t *testing.T) {
		t.Parallel()
		fact := fill(userRights{users: map[string]types.UserDetail{"u1": {}}})
		require.Nil(t, fact.Body.(*evidence.User).Rights.Attached)
		_, ok := fact.Hole("rights.attached")
		require.True(t, ok)
	})
}

func TestPermissionSetOf(t *testing.T) {
	t.Parallel()
	for want, of := range map[string][2]string{
		"AdministratorAccess": {"/aws-reserved/sso.amazonaws.com/eu-west-1/", "AWSReservedSSO_AdministratorAccess_0123456789abcdef"},
		"my_own_set":          {"/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_my_own_set_0123456789abcdef"},
		"":                    {"/", "AWSReservedSSO_AdministratorAccess_0123456789abcdef"},
	} {
		require.Equal(t, want, permissionSetOf(of[0], of[1]))
	}
}
