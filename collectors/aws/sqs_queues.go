package aws

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈queues/1000⌉ + one for each queue.
var sqsQueues = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_sqs_queues",
		Doc:         "Queues of SQS in a region.",
		Populations: []evidence.Population{{Kind: "Queue", Type: "aws.sqs.queue"}},
		Reads:       []string{"sqs:ListQueues", "sqs:GetQueueAttributes"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := sqs.NewFromConfig(s.config, func(o *sqs.Options) { o.Region = s.region })
		return collectQueues(ctx, s, r, queueReads{list: client.ListQueues, attributes: client.GetQueueAttributes})
	},
}

type queueReads struct {
	list       func(context.Context, *sqs.ListQueuesInput, ...func(*sqs.Options)) (*sqs.ListQueuesOutput, error)
	attributes func(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// queuesPerPage must be asked for: without it SQS gives 1,000 queues and never
// says that there are more (SQS API reference, ListQueues).
const queuesPerPage = 1000

func collectQueues(ctx context.Context, s session, r *evidence.Recorder, reads queueReads) error {
	const operation = "sqs:ListQueues"
	var queues []string
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &sqs.ListQueuesInput{MaxResults: aws.Int32(queuesPerPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		// A region without queues answers an object without QueueUrls, so its
		// absence is no sign of a broken answer.
		for _, address := range out.QueueUrls {
			if queueName(address) == "" {
				return nil, without(operation, "name of a queue")
			}
			queues = append(queues, address)
		}
		return out.NextToken, nil
	})
	err := each(ctx, queues, func(ctx context.Context, address string) error {
		return collectQueue(ctx, s, r, reads, address)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

// collectQueue reads one queue. Its ARN is made of its URL, so that a queue
// whose attributes are denied is still the same queue.
func collectQueue(ctx context.Context, s session, r *evidence.Recorder, reads queueReads, address string) error {
	const operation = "sqs:GetQueueAttributes"
	name := queueName(address)
	body := &evidence.Queue{}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Queue", Type: "aws.sqs.queue",
		ID: "arn:" + s.partition + ":sqs:" + s.region + ":" + s.account + ":" + name, Name: name,
	}}
	out, err := reads.attributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &address, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err == nil && out.Attributes["QueueArn"] == "" {
		err = without(operation, "QueueArn")
	}
	if err == nil {
		if seconds, bad := strconv.ParseInt(out.Attributes["CreatedTimestamp"], 10, 64); bad == nil {
			body.CreatedAt = aws.Time(time.Unix(seconds, 0).UTC())
		}
	}
	body.Encryption = seen(&fact, "encryption", operation, err, "", nil,
		func() (*evidence.Encryption, error) { return parseQueueEncryption(out.Attributes) })
	body.Policy = seen(&fact, "policy", operation, err, "", nil, func() (*evidence.PolicyDocument, error) {
		if out.Attributes["Policy"] == "" { // left out where none was set
			return noPolicy(), nil
		}
		return parsePolicyOf(operation, out.Attributes["Policy"])
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// queueName is the last part of a queue's URL.
func queueName(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.Contains(u.Path, "/") {
		return ""
	}
	return afterLast(u.Path, "/")
}

func afterLast(text, separator string) string {
	return text[strings.LastIndex(text, separator)+len(separator):]
}

func parseQueueEncryption(attributes map[string]string) (*evidence.Encryption, error) {
	if key := attributes["KmsMasterKeyId"]; key != "" {
		return queueEncryption(key, "alias/aws/sqs"), nil
	}
	switch attributes["SqsManagedSseEnabled"] {
	case "true":
		return &evidence.Encryption{Enabled: aws.Bool(true), Algorithm: aws.String("SSE-SQS"), KeyID: aws.String(""), CustomerKey: aws.Bool(false)}, nil
	case "false":
		return queueEncryption("", ""), nil
	}
	return nil, without("sqs:GetQueueAttributes", "SqsManagedSseEnabled")
}

// queueEncryption states encryption under a KMS key, if there is one. An alias
// other than the service's own can only be the customer's.
func queueEncryption(key, own string) *evidence.Encryption {
	if key == "" {
		return &evidence.Encryption{Enabled: aws.Bool(false), Algorithm: aws.String(""), KeyID: aws.String(""), CustomerKey: aws.Bool(false)}
	}
	return &evidence.Encryption{
		Enabled: aws.Bool(true), Algorithm: aws.String("aws:kms"), KeyID: aws.String(key), CustomerKey: aws.Bool(!strings.HasSuffix(key, own)),
	}
}
