package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

var passwordPolicy = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_iam_password_policy",
		Doc:         "What the passwords of IAM users must be like.",
		Populations: []evidence.Population{{Kind: "PasswordPolicy", Type: "aws.iam.password_policy"}},
		Reads:       []string{"iam:GetAccountPasswordPolicy"},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectPasswordPolicy(ctx, s, r, iam.NewFromConfig(s.config).GetAccountPasswordPolicy)
	},
}

func collectPasswordPolicy(ctx context.Context, s session, r *evidence.Recorder,
	get func(context.Context, *iam.GetAccountPasswordPolicyInput, ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error),
) error {
	const operation = "iam:GetAccountPasswordPolicy"
	body := defaultPasswordPolicy()
	out, err := get(ctx, &iam.GetAccountPasswordPolicyInput{})
	switch {
	case absent(err, "NoSuchEntity"):
	case err != nil:
		return unseen(operation, err)
	case out.PasswordPolicy == nil:
		return without(operation, "PasswordPolicy")
	default:
		body = parsePasswordPolicy(*out.PasswordPolicy)
	}
	return r.Add(evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "PasswordPolicy", Type: "aws.iam.password_policy",
		ID: "password-policy/" + s.account, Name: "password policy",
	}})
}

func parsePasswordPolicy(p types.PasswordPolicy) *evidence.PasswordPolicy {
	body := &evidence.PasswordPolicy{
		Set:           aws.Bool(true),
		MinLength:     wide(p.MinimumPasswordLength),
		RememberLast:  aws.Int64(int64(aws.ToInt32(p.PasswordReusePrevention))), // left out: none
		MaxAgeDays:    aws.Int64(0),
		RequireSymbol: aws.Bool(p.RequireSymbols),
		RequireNumber: aws.Bool(p.RequireNumbers),
		RequireUpper:  aws.Bool(p.RequireUppercaseCharacters),
		RequireLower:  aws.Bool(p.RequireLowercaseCharacters),
		ChangeOwn:     aws.Bool(p.AllowUsersToChangePassword),
	}
	if p.ExpirePasswords {
		body.MaxAgeDays = wide(p.MaxPasswordAge)
	}
	return body
}

// defaultPasswordPolicy holds where none was ever set. Source: IAM user guide,
// "Set an account password policy for IAM users", default policy: 8 to 128
// characters of at least three of four character types, never expires. Which
// three is the user's choice, so that no single type is required.
func defaultPasswordPolicy() *evidence.PasswordPolicy {
	return &evidence.PasswordPolicy{
		Set:           aws.Bool(false),
		MinLength:     aws.Int64(8),
		RememberLast:  aws.Int64(0),
		MaxAgeDays:    aws.Int64(0),
		RequireSymbol: aws.Bool(false),
		RequireNumber: aws.Bool(false),
		RequireUpper:  aws.Bool(false),
		RequireLower:  aws.Bool(false),
		ChangeOwn:     aws.Bool(false),
	}
}

func wide(n *int32) *int64 {
	if n == nil {
		return nil
	}
	return aws.Int64(int64(*n))
}
