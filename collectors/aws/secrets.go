package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈secrets/100⌉. No operation that gives a value is declared, so the
// guard refuses every one.
var secrets = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_secrets",
		Doc:         "Secrets of Secrets Manager in a region: their age and rotation, never their values. Secrets that await deletion are not among them.",
		Populations: []evidence.Population{{Kind: "Secret", Type: "aws.secretsmanager.secret"}},
		Reads:       []string{"secretsmanager:ListSecrets"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := secretsmanager.NewFromConfig(s.config, func(o *secretsmanager.Options) { o.Region = s.region })
		return collectSecrets(ctx, s, r, client.ListSecrets)
	},
}

const secretsPerPage = 100

func collectSecrets(ctx context.Context, s session, r *evidence.Recorder,
	list func(context.Context, *secretsmanager.ListSecretsInput, ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretsOutput, error),
) error {
	const operation = "secretsmanager:ListSecrets"
	r.Parameter(operation + " IncludePlannedDeletion=false")
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := list(ctx, &secretsmanager.ListSecretsInput{MaxResults: aws.Int32(secretsPerPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.SecretList == nil {
			return nil, without(operation, "SecretList")
		}
		for _, secret := range out.SecretList {
			if aws.ToString(secret.ARN) == "" {
				return nil, without(operation, "ARN of a secret")
			}
			if err := r.Add(secretFact(s, secret)); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
}

// secretFact states a secret. What was never set up is left out of the answer
// (Secrets Manager API reference, SecretListEntry).
func secretFact(s session, e types.SecretListEntry) evidence.Fact {
	const operation = "secretsmanager:ListSecrets"
	body := &evidence.Secret{
		CreatedAt:       utc(e.CreatedDate),
		Tags:            map[string]string{},
		RotationEnabled: aws.Bool(aws.ToBool(e.RotationEnabled)),
		RotationDays:    aws.Int64(0),
		LastRotated:     moment(e.LastRotatedDate),
		LastAccessed:    evidence.VolatileDay(aws.ToTime(e.LastAccessedDate)),
		Manager:         aws.String(aws.ToString(e.OwningService)),
	}
	for _, t := range e.Tags {
		body.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Secret", Type: "aws.secretsmanager.secret",
		ID: aws.ToString(e.ARN), Name: aws.ToString(e.Name),
	}}
	if e.LastChangedDate != nil {
		body.LastChanged = moment(e.LastChangedDate)
	} else {
		fact.Miss("last_changed", without(operation, "LastChangedDate"))
	}
	// The days are stated for every schedule, also one given as an expression
	// (Secrets Manager API reference, RotationRulesType).
	if e.RotationRules != nil || *body.RotationEnabled {
		body.RotationDays = nil
		if e.RotationRules != nil {
			body.RotationDays = e.RotationRules.AutomaticallyAfterDays
		}
		if body.RotationDays == nil {
			fact.Miss("rotation_days", without(operation, "AutomaticallyAfterDays"))
		}
	}
	return fact
}
