package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

var accessKeys = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_iam_access_keys",
		Doc:         "Access keys of IAM users and when they were last used.",
		Populations: []evidence.Population{{Kind: "AccessKey", Type: "aws.iam.access_key"}},
		Reads:       []string{"iam:ListUsers", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := iam.NewFromConfig(s.config)
		return collectAccessKeys(ctx, s, r, accessKeyReads{
			users: client.ListUsers, list: client.ListAccessKeys, lastUsed: client.GetAccessKeyLastUsed,
		})
	},
}

type accessKeyReads struct {
	users    listUsers
	list     func(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	lastUsed func(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error)
}

// collectAccessKeys lists the keys of every user. A user whose keys cannot be
// listed makes the list of keys incomplete; the others' keys are kept.
func collectAccessKeys(ctx context.Context, s session, r *evidence.Recorder, reads accessKeyReads) error {
	users, listErr := allUsers(ctx, r, reads.users)
	err := each(ctx, users, func(ctx context.Context, u types.User) error {
		return collectKeysOf(ctx, s, r, reads, u)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func collectKeysOf(ctx context.Context, s session, r *evidence.Recorder, reads accessKeyReads, u types.User) error {
	const operation = "iam:ListAccessKeys"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &iam.ListAccessKeysInput{UserName: u.UserName, Marker: token})
		if err != nil {
			return nil, err
		}
		if out.AccessKeyMetadata == nil {
			return nil, without(operation, "AccessKeyMetadata")
		}
		for _, key := range out.AccessKeyMetadata {
			if aws.ToString(key.AccessKeyId) == "" {
				return nil, without(operation, "id of a key")
			}
			fact := accessKeyFact(s.account, u, key)
			collectLastUsed(ctx, reads, key, &fact)
			if err := r.Add(fact); err != nil {
				return nil, err
			}
		}
		return marker(out.IsTruncated, out.Marker), nil
	})
}

func accessKeyFact(account string, u types.User, key types.AccessKeyMetadata) evidence.Fact {
	body := &evidence.AccessKey{User: u.UserName, CreatedAt: utc(key.CreateDate)}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: account, Kind: "AccessKey", Type: "aws.iam.access_key",
		ID: aws.ToString(key.AccessKeyId), Name: aws.ToString(u.UserName) + "/" + aws.ToString(key.AccessKeyId),
	}}
	switch key.Status {
	case types.StatusTypeActive:
		body.Active = aws.Bool(true)
	case types.StatusTypeInactive, "Expired":
		body.Active = aws.Bool(false)
	default:
		fact.Miss("active", without("iam:ListAccessKeys", "known Status"))
	}
	return fact
}

func collectLastUsed(ctx context.Context, reads accessKeyReads, key types.AccessKeyMetadata, fact *evidence.Fact) {
	const operation = "iam:GetAccessKeyLastUsed"
	out, err := reads.lastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKeyId})
	switch {
	case err != nil:
		fact.Miss("last_used", unseen(operation, err))
	case out.AccessKeyLastUsed == nil:
		fact.Miss("last_used", without(operation, "AccessKeyLastUsed"))
	default:
		fact.Body.(*evidence.AccessKey).LastUsed = parseLastUsed(out.AccessKeyLastUsed.LastUsedDate)
	}
}

// parseLastUsed: a key that was never used, or not since AWS began to note it
// in April 2015, has no date (AccessKeyLastUsed, IAM API reference).
func parseLastUsed(at *time.Time) *evidence.Moment {
	return evidence.VolatileDay(aws.ToTime(at))
}
