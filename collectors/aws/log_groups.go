package aws

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈log groups ÷ 50⌉ for each region.
var logGroups = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_log_groups",
		Doc:         "Log groups of CloudWatch Logs in a region, and how long they keep entries.",
		Populations: []evidence.Population{{Kind: "LogStore", Type: "aws.logs.log_group"}},
		Reads:       []string{"cloudwatchlogs:DescribeLogGroups"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := cloudwatchlogs.NewFromConfig(s.config, func(o *cloudwatchlogs.Options) { o.Region = s.region })
		return collectLogGroups(ctx, s, r, client.DescribeLogGroups)
	},
}

// logGroupsPerPage is the most that DescribeLogGroups gives at a time.
const logGroupsPerPage = 50

func collectLogGroups(ctx context.Context, s session, r *evidence.Recorder,
	describe func(context.Context, *cloudwatchlogs.DescribeLogGroupsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error),
) error {
	const operation = "cloudwatchlogs:DescribeLogGroups"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := describe(ctx, &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(logGroupsPerPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.LogGroups == nil {
			return nil, without(operation, "logGroups")
		}
		for _, g := range out.LogGroups {
			if aws.ToString(g.LogGroupName) == "" || aws.ToString(g.Arn) == "" {
				return nil, without(operation, "name or ARN of a log group")
			}
			if err := r.Add(logGroupFact(s, g)); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
}

// logGroupFact states a log group. Entries never expire where no retention is
// set, and no key of one's own encrypts them where none is named (CloudWatch
// Logs API reference, LogGroup).
func logGroupFact(s session, g types.LogGroup) evidence.Fact {
	body := &evidence.LogStore{
		RetentionDays: aws.Int64(int64(aws.ToInt32(g.RetentionInDays))),
		KeyID:         aws.String(aws.ToString(g.KmsKeyId)),
	}
	if g.CreationTime != nil {
		body.CreatedAt = aws.Time(time.UnixMilli(*g.CreationTime).UTC())
	}
	return evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "LogStore", Type: "aws.logs.log_group",
		ID: strings.TrimSuffix(*g.Arn, ":*"), Name: *g.LogGroupName, // the ARN ends on a pattern for the group's streams
	}}
}
