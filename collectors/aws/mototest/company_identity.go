package mototest

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/stretchr/testify/require"
)

// VendorAccount is a supplier's account.
const VendorAccount = "777788889999"

const (
	developersPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket","logs:*"],"Resource":"*"},` +
		`{"Effect":"Allow","Action":"lambda:UpdateFunctionCode","Resource":"arn:aws:lambda:eu-west-1:` + CompanyAccount + `:function:*"}]}`
	everythingPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"Everything","Effect":"Allow","Action":"*","Resource":"*"}]}`
	allButBilling    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":["aws-portal:*","billing:*"],"Resource":["*"]}}`
	deployPolicy     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:UpdateService","Resource":"arn:aws:ecs:eu-west-1:` + CompanyAccount + `:service/firmware/*"}]}`

	serviceTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"NAME.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	githubTrust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + CompanyAccount + `:oidc-provider/token.actions.githubusercontent.com"},` +
		`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},` +
		`"StringLike":{"token.actions.githubusercontent.com:sub":"NAME"}}}]}`
	vendorTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + VendorAccount + `:root"},"Action":"sts:AssumeRole"NAME}]}`
	openTrust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

// identity gives the people their rights, and the account its roles, its ways
// in from outside, its contact and its organisation.
func (c Company) identity() {
	client := iam.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	c.on(2024, 2, 7)
	developers := c.policy(client, "developers", developersPolicy)
	c.group(client, "engineers", []string{"linus", "marie", "kofi"})
	_, err := client.AttachGroupPolicy(c.T.Context(), &iam.AttachGroupPolicyInput{GroupName: aws.String("engineers"), PolicyArn: &developers})
	require.NoError(c.T, err)
	c.group(client, "administrators", []string{"ada"})
	_, err = client.PutGroupPolicy(c.T.Context(), &iam.PutGroupPolicyInput{
		GroupName: aws.String("administrators"), PolicyName: aws.String("everything"), PolicyDocument: aws.String(everythingPolicy),
	})
	require.NoError(c.T, err)
	c.on(2024, 9, 2)
	_, err = client.AttachUserPolicy(c.T.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("grace"), PolicyArn: &developers})
	require.NoError(c.T, err)
	c.on(2026, 4, 28)
	_, err = client.PutUserPolicy(c.T.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("ci-deploy"), PolicyName: aws.String("deploy"), PolicyDocument: aws.String(allButBilling),
	})
	require.NoError(c.T, err)
	c.policy(client, "migration-2024", everythingPolicy) // nobody has it
	c.roles(client)
	c.waysIn(client)
}

func (c Company) made(err error) {
	c.T.Helper()
	require.NoError(c.T, err)
}

func (c Company) policy(client *iam.Client, name, document string) string {
	_, err := client.CreatePolicy(c.T.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
	c.made(err)
	return "arn:aws:iam::" + CompanyAccount + ":policy/" + name
}

func (c Company) group(client *iam.Client, name string, members []string) {
	_, err := client.CreateGroup(c.T.Context(), &iam.CreateGroupInput{GroupName: &name})
	c.made(err)
	for _, m := range members {
		_, err = client.AddUserToGroup(c.T.Context(), &iam.AddUserToGroupInput{GroupName: &name, UserName: &m})
		require.NoError(c.T, err)
	}
}

func (c Company) roles(client *iam.Client) {
	named := func(trust, name string) string { return strings.ReplaceAll(trust, "NAME", name) }
	for _, r := range []struct{ name, trust, inline string }{
		{"telemetry-ingest", named(serviceTrust, "lambda"), ""},
		{"build-server", named(serviceTrust, "ec2"), everythingPolicy},
		{"firmware-deploy", named(githubTrust, "repo:acme-robotics/firmware:environment:production"), deployPolicy},
		{"website-deploy", named(githubTrust, "repo:acme-robotics/*"), ""},
		{"monitoring-vendor", named(vendorTrust, `,"Condition":{"StringEquals":{"sts:ExternalId":"acme-4711"}}`), ""},
		{"data-partner", named(vendorTrust, ""), ""},
		{"upload", openTrust, ""},
	} {
		_, err := client.CreateRole(c.T.Context(), &iam.CreateRoleInput{RoleName: &r.name, AssumeRolePolicyDocument: &r.trust})
		c.made(err)
		if r.inline != "" {
			_, err = client.PutRolePolicy(c.T.Context(), &iam.PutRolePolicyInput{RoleName: &r.name, PolicyName: aws.String("rights"), PolicyDocument: &r.inline})
			require.NoError(c.T, err)
		}
	}
}

func (c Company) waysIn(client *iam.Client) {
	t, ctx := c.T, c.T.Context()
	_, err := client.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
		Url: aws.String("https://token.actions.githubusercontent.com"), ClientIDList: []string{"sts.amazonaws.com"},
		ThumbprintList: []string{"6938fd4d98bab03faadb97b34396831e3780aea1"},
	})
	c.made(err)
	_, err = client.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{
		Name: aws.String("okta"), SAMLMetadataDocument: aws.String(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="http://www.okta.com/acme">` + strings.Repeat(" ", 1000) + `</EntityDescriptor>`),
	})
	require.NoError(t, err)
	// moto answers an absent contact with 400 where AWS documents 404, so all three are there.
	for _, of := range accounttypes.AlternateContactType("").Values() {
		_, err = accountapi.NewFromConfig(c.Server.Writer("us-east-1", Anyone)).PutAlternateContact(ctx, &accountapi.PutAlternateContactInput{
			AlternateContactType: of, Name: aws.String("Security team"), Title: aws.String("Security"),
			EmailAddress: aws.String("security@acme-robotics.example"), PhoneNumber: aws.String("+49 30 5550100"),
		})
		require.NoError(t, err)
	}
	members := organizations.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	_, err = members.CreateOrganization(ctx, &organizations.CreateOrganizationInput{})
	c.made(err)
	for _, name := range []string{"acme-robotics-staging", "acme-robotics-backup"} {
		_, err = members.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@acme-robotics.example")})
		c.made(err)
	}
}
