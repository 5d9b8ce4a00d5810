package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈topics/100⌉ + one for each topic.
var snsTopics = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_sns_topics",
		Doc:         "Topics of SNS in a region.",
		Populations: []evidence.Population{{Kind: "Queue", Type: "aws.sns.topic"}},
		Reads:       []string{"sns:ListTopics", "sns:GetTopicAttributes"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := sns.NewFromConfig(s.config, func(o *sns.Options) { o.Region = s.region })
		return collectTopics(ctx, s, r, topicReads{list: client.ListTopics, attributes: client.GetTopicAttributes})
	},
}

type topicReads struct {
	list       func(context.Context, *sns.ListTopicsInput, ...func(*sns.Options)) (*sns.ListTopicsOutput, error)
	attributes func(context.Context, *sns.GetTopicAttributesInput, ...func(*sns.Options)) (*sns.GetTopicAttributesOutput, error)
}

func collectTopics(ctx context.Context, s session, r *evidence.Recorder, reads topicReads) error {
	const operation = "sns:ListTopics"
	var topics []string
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &sns.ListTopicsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Topics == nil {
			return nil, without(operation, "Topics")
		}
		for _, t := range out.Topics {
			if aws.ToString(t.TopicArn) == "" {
				return nil, without(operation, "ARN of a topic")
			}
			topics = append(topics, *t.TopicArn)
		}
		return out.NextToken, nil
	})
	err := each(ctx, topics, func(ctx context.Context, arn string) error {
		return collectTopic(ctx, s, r, reads, arn)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func collectTopic(ctx context.Context, s session, r *evidence.Recorder, reads topicReads, arn string) error {
	const operation = "sns:GetTopicAttributes"
	body := &evidence.Queue{}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Queue", Type: "aws.sns.topic", ID: arn, Name: afterLast(arn, ":"),
	}}
	out, err := reads.attributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &arn})
	if err == nil && out.Attributes["TopicArn"] == "" {
		err = without(operation, "TopicArn")
	}
	if err == nil {
		// The attribute is left out where the topic is not encrypted (SNS API
		// reference, GetTopicAttributes).
		body.Encryption = queueEncryption(out.Attributes["KmsMasterKeyId"], "alias/aws/sns")
	} else {
		fact.Miss("encryption", unseen(operation, err))
	}
	body.Policy = seen(&fact, "policy", operation, err, "", nil, func() (*evidence.PolicyDocument, error) {
		if out.Attributes["Policy"] == "" { // a topic always has one
			return nil, without(operation, "Policy")
		}
		return parsePolicyOf(operation, out.Attributes["Policy"])
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}
