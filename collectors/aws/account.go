package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/controlwatch/controlwatch/evidence"
)

var account = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_account",
		Doc:         "The account itself: its root user and its enabled regions.",
		Populations: []evidence.Population{{Kind: "Account", Type: "aws.account"}},
		Reads:       []string{"iam:GetAccountSummary", "ec2:DescribeRegions"},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectAccount(ctx, s, r, accountReads{
			summary: iam.NewFromConfig(s.config).GetAccountSummary,
			regions: ec2.NewFromConfig(s.config).DescribeRegions,
		})
	},
}

type accountReads struct {
	summary func(context.Context, *iam.GetAccountSummaryInput, ...func(*iam.Options)) (*iam.GetAccountSummaryOutput, error)
	regions describeRegions
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
	out, err := reads.summary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		fact.Miss("root", unseen("iam:GetAccountSummary", err))
	} else {
		parseRoot(out.SummaryMap, &fact)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// parseRoot reads what the account summary says of the root user. Source: IAM
// API reference, GetAccountSummary: 1 is yes, 0 is no.
func parseRoot(summary map[string]int32, fact *evidence.Fact) {
	root := &evidence.RootUser{}
	fact.Body.(*evidence.Account).Root = root
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
