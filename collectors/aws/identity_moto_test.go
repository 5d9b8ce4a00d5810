package aws_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	storetypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// Rights, roles, ways in, contacts and organisation of the sample company are
// stated as they were made.
func TestIdentityAgainstMoto(t *testing.T) {
	t.Parallel()
	m := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: m}.Seed()
	center(t, m)
	got := run(t, nil, func(s *transport.Seam) []connect.Source {
		return open(t, s, environment(m.Endpoint, anyone), "regions: [eu-west-1]")
	})
	for _, p := range got.pulls {
		require.True(t, p.Complete() || unlikeAtMoto(p), "%s: %+v", p.Collector, p.Holes)
	}

	t.Run("users", func(t *testing.T) {
		attached := []evidence.AttachedPolicy{{ARN: "arn:aws:iam::" + companyAccount + ":policy/developers", Name: "developers"}}
		for name, want := range map[string]evidence.PolicyRights{
			"ada":   {Attached: []evidence.AttachedPolicy{}, Inline: []evidence.InlinePolicy{}, Groups: []string{"administrators"}},
			"linus": {Attached: []evidence.AttachedPolicy{}, Inline: []evidence.InlinePolicy{}, Groups: []string{"engineers"}},
			"grace": {Attached: attached, Inline: []evidence.InlinePolicy{}, Groups: []string{}},
			"ci-deploy": {
				Attached: []evidence.AttachedPolicy{}, Groups: []string{},
				Inline: []evidence.InlinePolicy{{Name: "deploy", Document: &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{
					{Effect: "Allow", NotAction: []string{"aws-portal:*", "billing:*"}, Resource: []string{"*"}},
				}}}},
			},
		} {
			want.Boundary = aws.String("")
			require.Equal(t, &want, body[*evidence.User](t, got, "aws.iam.user", name).Rights, name)
		}
	})
	t.Run("groups know their members", func(t *testing.T) {
		ids := func(names ...string) []string {
			var out []string
			for _, n := range names {
				out = append(out, got.facts["aws.iam.user"][n].Resource.ID)
			}
			slices.Sort(out)
			return out
		}
		require.Equal(t, ids("linus", "marie", "kofi"), body[*evidence.Group](t, got, "aws.iam.group", "engineers").Members)
		require.Equal(t, ids("ada"), body[*evidence.Group](t, got, "aws.iam.group", "administrators").Members)
		require.Equal(t, "developers", body[*evidence.Group](t, got, "aws.iam.group", "engineers").Rights.Attached[0].Name)
	})
	t.Run("policies", func(t *testing.T) {
		developers := body[*evidence.Policy](t, got, "aws.iam.policy", "developers")
		require.EqualValues(t, 2, *developers.Attachments)
		require.Len(t, developers.Document.Statements, 2)
		require.EqualValues(t, 0, *body[*evidence.Policy](t, got, "aws.iam.policy", "migration-2024").Attachments)
		require.Equal(t, []string{"group/administrators/everything", "role/build-server/rights", "role/firmware-deploy/rights", "user/ci-deploy/deploy"},
			slices.Sorted(maps.Keys(got.facts["aws.iam.inline_policy"])))
	})
	t.Run("roles", func(t *testing.T) {
		require.Len(t, got.facts["aws.iam.role"], 8)
		vendor := body[*evidence.Role](t, got, "aws.iam.role", "monitoring-vendor")
		require.Equal(t, []evidence.PolicyStatement{{
			Effect: "Allow", Principal: map[string][]string{"AWS": {"arn:aws:iam::" + mototest.VendorAccount + ":root"}}, Action: []string{"sts:AssumeRole"},
			Condition: map[string]map[string][]string{"StringEquals": {"sts:ExternalId": {"acme-4711"}}},
		}}, vendor.Trust.Statements)
		require.False(t, *vendor.ProviderOwned)
		require.Empty(t, *vendor.PermissionSet)
		require.Equal(t, map[string][]string{"AWS": {"*"}}, body[*evidence.Role](t, got, "aws.iam.role", "upload").Trust.Statements[0].Principal)
	})
	t.Run("ways in", func(t *testing.T) {
		oidc := body[*evidence.IdentityProvider](t, got, "aws.iam.oidc_provider", "token.actions.githubusercontent.com")
		require.Equal(t, []string{"sts.amazonaws.com"}, oidc.ClientIDs)
		require.Equal(t, []string{"6938fd4d98bab03faadb97b34396831e3780aea1"}, oidc.Thumbprints)
		require.Equal(t, "token.actions.githubusercontent.com", *oidc.Issuer)
		require.False(t, body[*evidence.IdentityProvider](t, got, "aws.iam.saml_provider", "okta").ValidUntil.Never)
	})
	t.Run("the account", func(t *testing.T) {
		account := body[*evidence.Account](t, got, "aws.account", companyAccount)
		require.Equal(t, &evidence.Contact{Email: aws.String("security@acme-robotics.example"), Telephone: yes}, account.Contacts.Security)
		require.True(t, *account.Organization.Member)
		require.True(t, *account.Organization.AllFeatures)
		require.Equal(t, companyAccount, *account.Organization.ManagementAccount)
		require.Len(t, account.Organization.Accounts, 3)
		require.Contains(t, account.Organization.Accounts, companyAccount)
		require.False(t, *account.Root.VirtualMFA)
	})
	t.Run("Identity Center", func(t *testing.T) {
		admins := body[*evidence.Role](t, got, "aws.identity_center.permission_set", "Administrators")
		require.Equal(t, []evidence.AttachedPolicy{{ARN: "arn:aws:iam::aws:policy/AdministratorAccess", Name: "AdministratorAccess", ProviderManaged: true}}, admins.Rights.Attached)
		require.Equal(t, "inline", admins.Rights.Inline[0].Name)
		ada := got.facts["aws.identity_center.user"]["ada"]
		require.Equal(t, "ada@acme-robotics.example", *ada.Body.(*evidence.User).Email)
		group := got.facts["aws.identity_center.group"]["administrators"]
		require.Equal(t, []string{ada.Resource.ID}, group.Body.(*evidence.Group).Members)
		require.Len(t, got.facts["aws.identity_center.assignment"], 2)
		holders := map[string]string{}
		for _, f := range got.facts["aws.identity_center.assignment"] {
			g := f.Body.(*evidence.Grant)
			require.Equal(t, "Administrators", *g.RoleName)
			require.Equal(t, companyAccount, *g.Target)
			holders[*g.HolderType] = *g.Holder
		}
		require.Equal(t, map[string]string{"group": group.Resource.ID, "user": ada.Resource.ID}, holders)
	})
}

// center fills Identity Center, of which moto has an instance in each region.
func center(t *testing.T, m mototest.Server) {
	t.Helper()
	admin, store := ssoadmin.NewFromConfig(m.Writer("eu-west-1", anyone)), identitystore.NewFromConfig(m.Writer("eu-west-1", anyone))
	instances, err := admin.ListInstances(t.Context(), &ssoadmin.ListInstancesInput{})
	require.NoError(t, err)
	instance := instances.Instances[0]
	user, err := store.CreateUser(t.Context(), &identitystore.CreateUserInput{
		IdentityStoreId: instance.IdentityStoreId, UserName: aws.String("ada"), DisplayName: aws.String("Ada"),
		Name:   &storetypes.Name{GivenName: aws.String("Ada"), FamilyName: aws.String("Example")},
		Emails: []storetypes.Email{{Value: aws.String("ada@acme-robotics.example"), Primary: true}},
	})
	require.NoError(t, err)
	group, err := store.CreateGroup(t.Context(), &identitystore.CreateGroupInput{IdentityStoreId: instance.IdentityStoreId, DisplayName: aws.String("administrators")})
	require.NoError(t, err)
	_, err = store.CreateGroupMembership(t.Context(), &identitystore.CreateGroupMembershipInput{
		IdentityStoreId: instance.IdentityStoreId, GroupId: group.GroupId, MemberId: &storetypes.MemberIdMemberUserId{Value: *user.UserId},
	})
	require.NoError(t, err)
	set, err := admin.CreatePermissionSet(t.Context(), &ssoadmin.CreatePermissionSetInput{InstanceArn: instance.InstanceArn, Name: aws.String("Administrators"), SessionDuration: aws.String("PT1H")})
	require.NoError(t, err)
	arn := set.PermissionSet.PermissionSetArn
	_, err = admin.AttachManagedPolicyToPermissionSet(t.Context(), &ssoadmin.AttachManagedPolicyToPermissionSetInput{
		InstanceArn: instance.InstanceArn, PermissionSetArn: arn, ManagedPolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess"),
	})
	require.NoError(t, err)
	_, err = admin.PutInlinePolicyToPermissionSet(t.Context(), &ssoadmin.PutInlinePolicyToPermissionSetInput{
		InstanceArn: instance.InstanceArn, PermissionSetArn: arn,
		InlinePolicy: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}]}`),
	})
	require.NoError(t, err)
	for id, of := range map[*string]ssotypes.PrincipalType{user.UserId: ssotypes.PrincipalTypeUser, group.GroupId: ssotypes.PrincipalTypeGroup} {
		_, err = admin.CreateAccountAssignment(t.Context(), &ssoadmin.CreateAccountAssignmentInput{
			InstanceArn: instance.InstanceArn, PermissionSetArn: arn, PrincipalId: id, PrincipalType: of,
			TargetId: aws.String(companyAccount), TargetType: ssotypes.TargetTypeAwsAccount,
		})
		require.NoError(t, err)
	}
	_, err = admin.ProvisionPermissionSet(t.Context(), &ssoadmin.ProvisionPermissionSetInput{
		InstanceArn: instance.InstanceArn, PermissionSetArn: arn, TargetType: ssotypes.ProvisionTargetTypeAllProvisionedAccounts,
	})
	require.NoError(t, err)
}
