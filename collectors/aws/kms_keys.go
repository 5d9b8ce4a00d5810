package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈keys/1000⌉ + one for each key, AWS's own included, + 2 for each
// customer key, one of which only where AWS can rotate the key.
var kmsKeys = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_kms_keys",
		Doc:         "Customer managed keys of KMS in a region. Keys that AWS keeps for its services are passed over.",
		Populations: []evidence.Population{{Kind: "EncryptionKey", Type: "aws.kms.key"}},
		Reads:       []string{"kms:ListKeys", "kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:GetKeyPolicy"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := kms.NewFromConfig(s.config, func(o *kms.Options) { o.Region = s.region })
		return collectKeys(ctx, s, r, keyReads{
			list: client.ListKeys, describe: client.DescribeKey, rotation: client.GetKeyRotationStatus, policy: client.GetKeyPolicy,
		})
	},
}

type keyReads struct {
	list     func(context.Context, *kms.ListKeysInput, ...func(*kms.Options)) (*kms.ListKeysOutput, error)
	describe func(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
	rotation func(context.Context, *kms.GetKeyRotationStatusInput, ...func(*kms.Options)) (*kms.GetKeyRotationStatusOutput, error)
	policy   func(context.Context, *kms.GetKeyPolicyInput, ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error)
}

const keysPerPage = 1000

func collectKeys(ctx context.Context, s session, r *evidence.Recorder, reads keyReads) error {
	keys, listErr := allKeys(ctx, r, reads)
	err := each(ctx, keys, func(ctx context.Context, key types.KeyListEntry) error {
		return collectKey(ctx, s, r, reads, key)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func allKeys(ctx context.Context, r *evidence.Recorder, reads keyReads) ([]types.KeyListEntry, error) {
	const operation = "kms:ListKeys"
	var keys []types.KeyListEntry
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &kms.ListKeysInput{Limit: aws.Int32(keysPerPage), Marker: token})
		if err != nil {
			return nil, err
		}
		if out.Keys == nil {
			return nil, without(operation, "Keys")
		}
		for _, k := range out.Keys {
			if aws.ToString(k.KeyArn) == "" {
				return nil, without(operation, "ARN of a key")
			}
			keys = append(keys, k)
		}
		return marker(out.Truncated, out.NextMarker), nil
	})
	return keys, err
}

// collectKey reads one key. Whether it is the customer's only its description
// tells, so a key without one cannot be stated and makes the list incomplete.
func collectKey(ctx context.Context, s session, r *evidence.Recorder, reads keyReads, key types.KeyListEntry) error {
	const operation = "kms:DescribeKey"
	out, err := reads.describe(ctx, &kms.DescribeKeyInput{KeyId: key.KeyArn})
	if err != nil {
		return unseen(operation, err)
	}
	k := out.KeyMetadata
	switch {
	case k == nil:
		return without(operation, "KeyMetadata")
	case k.KeyManager == types.KeyManagerTypeAws:
		return nil
	case k.KeyManager != types.KeyManagerTypeCustomer || k.KeyState == "" || k.KeySpec == "" || k.Origin == "":
		return without(operation, "known KeyManager, KeyState, KeySpec and Origin")
	}
	body := &evidence.EncryptionKey{
		CreatedAt: utc(k.CreationDate),
		State:     aws.String(string(k.KeyState)),
		DeletedAt: moment(k.DeletionDate),
		Symmetric: aws.Bool(k.KeySpec == types.KeySpecSymmetricDefault),
		Origin:    aws.String(string(k.Origin)),
	}
	name := aws.ToString(k.Description)
	if name == "" {
		name = aws.ToString(k.KeyId)
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "EncryptionKey", Type: "aws.kms.key", ID: *key.KeyArn, Name: name,
	}}
	if *body.Symmetric && k.Origin == types.OriginTypeAwsKms {
		rotation, err := reads.rotation(ctx, &kms.GetKeyRotationStatusInput{KeyId: key.KeyArn})
		body.Rotation = seen(&fact, "rotation", "kms:GetKeyRotationStatus", err, "", nil,
			func() (*evidence.KeyRotation, error) { return parseRotation(&fact, rotation), nil })
	} else {
		// KMS cannot rotate asymmetric keys, keys for HMAC, imported material and key
		// stores of one's own (KMS developer guide, rotating keys).
		body.Rotation = &evidence.KeyRotation{Enabled: aws.Bool(false), PeriodDays: aws.Int64(0)}
	}
	policy, err := reads.policy(ctx, &kms.GetKeyPolicyInput{KeyId: key.KeyArn, PolicyName: aws.String("default")})
	body.Policy = seen(&fact, "policy", "kms:GetKeyPolicy", err, "", nil,
		func() (*evidence.PolicyDocument, error) {
			return parsePolicyOf("kms:GetKeyPolicy", aws.ToString(policy.Policy))
		})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// parseRotation: the period is stated where the key rotates, else there is none.
func parseRotation(fact *evidence.Fact, out *kms.GetKeyRotationStatusOutput) *evidence.KeyRotation {
	rotation := &evidence.KeyRotation{Enabled: aws.Bool(out.KeyRotationEnabled), PeriodDays: wide(out.RotationPeriodInDays)}
	switch {
	case !out.KeyRotationEnabled:
		rotation.PeriodDays = aws.Int64(0)
	case rotation.PeriodDays == nil:
		fact.Miss("rotation.period_days", without("kms:GetKeyRotationStatus", "RotationPeriodInDays"))
	}
	return rotation
}
