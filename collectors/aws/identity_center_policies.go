package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/controlwatch/controlwatch/evidence"
)

type publishedPolicyReads struct {
	get     func(context.Context, *iam.GetPolicyInput, ...func(*iam.Options)) (*iam.GetPolicyOutput, error)
	version func(context.Context, *iam.GetPolicyVersionInput, ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error)
}

// collectPublished states an AWS managed policy that a permission set names.
// The details of the account hold it only if something in this account uses it
// too; its text is the same in every account.
func collectPublished(ctx context.Context, s session, r *evidence.Recorder, reads publishedPolicyReads, arn string) {
	body := &evidence.Policy{ProviderManaged: aws.Bool(true), Holder: aws.String("")}
	fact := evidence.Fact{Body: body, Resource: centerResource(s, "Policy", centerPolicies, arn, publishedName(arn))}
	const get, getVersion = "iam:GetPolicy", "iam:GetPolicyVersion"
	out, err := reads.get(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err == nil && (out.Policy == nil || aws.ToString(out.Policy.DefaultVersionId) == "") {
		err = without(get, "DefaultVersionId")
	}
	if err != nil {
		for _, field := range []string{"created_at", "attachments", "document"} {
			fact.Miss(field, unseen(get, err))
		}
	} else {
		body.CreatedAt, body.Attachments = utc(out.Policy.CreateDate), wide(out.Policy.AttachmentCount)
		version, err := reads.version(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: out.Policy.DefaultVersionId})
		switch {
		case err != nil:
			fact.Miss("document", unseen(getVersion, err))
		case version.PolicyVersion == nil:
			fact.Miss("document", without(getVersion, "PolicyVersion"))
		default:
			if body.Document, err = identityPolicy(getVersion, aws.ToString(version.PolicyVersion.Document)); err != nil {
				fact.Miss("document", err)
			}
		}
	}
	if ctx.Err() != nil {
		return
	}
	if err := r.Add(fact); err != nil {
		r.Miss(centerPolicies, err)
	}
}

func publishedName(arn string) string {
	for i := len(arn) - 1; i >= 0; i-- {
		if arn[i] == '/' {
			return arn[i+1:]
		}
	}
	return arn
}
