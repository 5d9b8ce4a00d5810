package aws

import (
	"context"
	"strings"

	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: 8 + ⌈virtual MFA devices/100⌉ + ⌈accounts of the organisation/20⌉, and
// as many as it takes until the credential report is made.
var account = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_account",
		Doc:         "The account itself: its root user, its contacts, its organisation and its enabled regions.",
		Populations: []evidence.Population{{Kind: "Account", Type: "aws.account"}},
		Reads: []string{
			"iam:GetAccountSummary", "ec2:DescribeRegions",
			"iam:GenerateCredentialReport", "iam:GetCredentialReport", "iam:ListVirtualMFADevices", "iam:ListOrganizationsFeatures",
			"account:GetAlternateContact", "organizations:DescribeOrganization", "organizations:ListAccounts",
		},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client, members := iam.NewFromConfig(s.config), organizations.NewFromConfig(s.config)
		return collectAccount(ctx, s, r, accountReads{
			summary: client.GetAccountSummary,
			regions: ec2.NewFromConfig(s.config).DescribeRegions,
			contact: accountapi.NewFromConfig(s.config).GetAlternateContact,
			root: rootReads{
				report:  reportReads{generate: client.GenerateCredentialReport, get: client.GetCredentialReport},
				virtual: client.ListVirtualMFADevices, features: client.ListOrganizationsFeatures,
			},
			organization: organizationReads{describe: members.DescribeOrganization, accounts: members.ListAccounts},
		})
	},
}

type accountReads struct {
	summary func(context.Context, *iam.GetAccountSummaryInput, ...func(*iam.Options)) (*iam.GetAccountSummaryOutput, error)
	regions describeRegions
	contact getContact
	root    rootReads

	organization organizationReads
}

// collectAccount always records the account: that it exists is known. What
// could not be read of it is a hole in the fact.
func collectAccount(ctx context.Context, s session, r *evidence.Recorder, reads accountReads) error {
	body := &evidence.Account{}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "Account", Type: "aws.account", ID: s.account,
	}}
	if len(s.regions) > 0 {
		r.Parameter("settings regions=" + strings.Join(s.regions, ","))
	}
	var err error
	if body.Regions, err = enabledRegions(ctx, reads.regions); err != nil {
		fact.Miss("regions", err)
	}
	body.Root = &evidence.RootUser{}
	out, err := reads.summary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		for _, field := range []string{"root.mfa_enabled", "root.password_present", "root.access_keys_present"} {
			fact.Miss(field, unseen("iam:GetAccountSummary", err))
		}
	} else {
		parseRoot(out.SummaryMap, &fact)
	}
	collectRoot(ctx, s, r, reads.root, &fact)
	collectContacts(ctx, reads.contact, &fact)
	collectOrganization(ctx, r, reads.organization, &fact)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// parseRoot reads what the account summary says of the root user. Source: IAM
// API reference, GetAccountSummary: 1 is yes, 0 is no.
func parseRoot(summary map[string]int32, fact *evidence.Fact) {
	root := fact.Body.(*evidence.Account).Root
	for key, field := range map[string]struct {
		path string
		into **bool
	}{
		"AccountMFAEnabled":        {"root.mfa_enabled", &root.MFAEnabled},
		"AccountPasswordPresent":   {"root.password_present", &root.PasswordPresent},
		"AccountAccessKeysPresent": {"root.access_keys_present", &root.AccessKeysPresent},
	} {
		n, ok := summary[key]
		if !ok || n < 0 {
			fact.Miss(field.path, without("iam:GetAccountSummary", key))
			continue
		}
		yes := n > 0
		*field.into = &yes
	}
}
