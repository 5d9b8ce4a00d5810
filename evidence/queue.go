package evidence

import "time"

var queueKind = KindInfo{Kind: "Queue", New: func() any { return new(Queue) }, Doc: "Something that passes messages on: a queue, a topic."}

// Queue passes messages on: an SQS queue, an SNS topic.
type Queue struct {
	CreatedAt *time.Time `json:"created_at,omitzero"` // aws: sqs:GetQueueAttributes CreatedTimestamp
	// Encryption at rest. aws: sqs:GetQueueAttributes SqsManagedSseEnabled and
	// KmsMasterKeyId; sns:GetTopicAttributes KmsMasterKeyId
	Encryption *Encryption `json:"encryption,omitzero"`
	// Policy says who may send and receive. aws: Policy of sqs:GetQueueAttributes and sns:GetTopicAttributes
	Policy *PolicyDocument `json:"policy,omitzero"`

	// Public: the policy lets anybody send or receive. Derived.
	Public *bool `json:"public,omitzero" derived:"true"`
}
