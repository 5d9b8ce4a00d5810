package aws

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: 1 for each region, and where Security Hub is on ⌈standards ÷ 100⌉ more.
var securityHub = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_security_hub",
		Doc:         "Security Hub in a region: whether it is on, and by which standards it measures.",
		Populations: []evidence.Population{{Kind: "ThreatDetection", Type: "aws.securityhub.hub"}},
		Reads:       []string{"securityhub:DescribeHub", "securityhub:GetEnabledStandards"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := securityhub.NewFromConfig(s.config, func(o *securityhub.Options) { o.Region = s.region })
		return collectHub(ctx, s, r, hubReads{hub: client.DescribeHub, standards: client.GetEnabledStandards})
	},
}

type hubReads struct {
	hub       func(context.Context, *securityhub.DescribeHubInput, ...func(*securityhub.Options)) (*securityhub.DescribeHubOutput, error)
	standards func(context.Context, *securityhub.GetEnabledStandardsInput, ...func(*securityhub.Options)) (*securityhub.GetEnabledStandardsOutput, error)
}

func collectHub(ctx context.Context, s session, r *evidence.Recorder, reads hubReads) error {
	const operation = "securityhub:DescribeHub"
	body := &evidence.ThreatDetection{}
	fact := evidence.Fact{Body: body, Resource: regionResource(s, "ThreatDetection", "aws.securityhub.hub", "securityhub", "Security Hub")}
	out, err := reads.hub(ctx, &securityhub.DescribeHubInput{})
	switch {
	case notSubscribed(err):
		body.Enabled, body.Standards = aws.Bool(false), []evidence.DetectionStandard{}
	case err != nil:
		fact.Miss("enabled", unseen(operation, err))
		fact.Miss("standards", unseen(operation, err))
	case aws.ToString(out.HubArn) == "":
		fact.Miss("enabled", without(operation, "HubArn"))
		fact.Miss("standards", without(operation, "HubArn"))
	default:
		body.Enabled = aws.Bool(true)
		standards, err := enabledStandards(ctx, r, reads)
		if err != nil {
			fact.Miss("standards", err)
		}
		body.Standards = standards
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// notSubscribed is Security Hub's answer where it is off. The same code also
// says that a principal may not ask, so its text decides.
func notSubscribed(err error) bool {
	code, status := codeAndStatus(err)
	return code == "InvalidAccessException" && status == http.StatusUnauthorized &&
		strings.Contains(err.Error(), "not subscribed to AWS Security Hub")
}

// enabledStandards are the standards in any state, nil where the list was not
// seen to its end.
func enabledStandards(ctx context.Context, r *evidence.Recorder, reads hubReads) ([]evidence.DetectionStandard, error) {
	const operation = "securityhub:GetEnabledStandards"
	standards := []evidence.DetectionStandard{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.standards(ctx, &securityhub.GetEnabledStandardsInput{MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.StandardsSubscriptions == nil {
			return nil, without(operation, "StandardsSubscriptions")
		}
		for _, s := range out.StandardsSubscriptions {
			standards = append(standards, evidence.DetectionStandard{ID: aws.ToString(s.StandardsArn), Status: string(s.StandardsStatus)})
		}
		return more(out.NextToken), nil
	})
	if err != nil {
		return nil, err
	}
	return standards, nil
}
