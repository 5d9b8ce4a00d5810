package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: 3.
var ec2Defaults = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_ec2_defaults",
		Doc:         "What EC2 does in a region unless told otherwise: encryption of new disks, public snapshots, metadata of new machines.",
		Populations: []evidence.Population{{Kind: "RegionDefaults", Type: "aws.ec2.region"}},
		Reads:       []string{"ec2:GetEbsEncryptionByDefault", "ec2:GetSnapshotBlockPublicAccessState", "ec2:GetInstanceMetadataDefaults"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region })
		return collectEC2Defaults(ctx, s, r, ec2DefaultReads{
			encryption: client.GetEbsEncryptionByDefault, block: client.GetSnapshotBlockPublicAccessState, metadata: client.GetInstanceMetadataDefaults,
		})
	},
}

type ec2DefaultReads struct {
	encryption func(context.Context, *ec2.GetEbsEncryptionByDefaultInput, ...func(*ec2.Options)) (*ec2.GetEbsEncryptionByDefaultOutput, error)
	block      func(context.Context, *ec2.GetSnapshotBlockPublicAccessStateInput, ...func(*ec2.Options)) (*ec2.GetSnapshotBlockPublicAccessStateOutput, error)
	metadata   func(context.Context, *ec2.GetInstanceMetadataDefaultsInput, ...func(*ec2.Options)) (*ec2.GetInstanceMetadataDefaultsOutput, error)
}

// collectEC2Defaults always records the region: that it is enabled is known.
func collectEC2Defaults(ctx context.Context, s session, r *evidence.Recorder, reads ec2DefaultReads) error {
	body := &evidence.RegionDefaults{}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "RegionDefaults", Type: "aws.ec2.region",
		ID: "ec2/" + s.account + "/" + s.region, Name: "EC2 in " + s.region,
	}}
	var err error
	if body.DiskEncryption, err = defaultEncryption(ctx, reads); err != nil {
		fact.Miss("disk_encryption", err)
	}
	if body.SnapshotBlock, err = snapshotBlock(ctx, reads); err != nil {
		fact.Miss("snapshot_block", err)
	}
	if body.MetadataTokens, err = defaultTokens(ctx, reads); err != nil {
		fact.Miss("metadata_tokens", err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

func defaultEncryption(ctx context.Context, reads ec2DefaultReads) (*bool, error) {
	const operation = "ec2:GetEbsEncryptionByDefault"
	out, err := reads.encryption(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
	if err != nil {
		return nil, unseen(operation, err)
	}
	if out.EbsEncryptionByDefault == nil {
		return nil, without(operation, "EbsEncryptionByDefault")
	}
	return out.EbsEncryptionByDefault, nil
}

func snapshotBlock(ctx context.Context, reads ec2DefaultReads) (*string, error) {
	const operation = "ec2:GetSnapshotBlockPublicAccessState"
	out, err := reads.block(ctx, &ec2.GetSnapshotBlockPublicAccessStateInput{})
	if err != nil {
		return nil, unseen(operation, err)
	}
	if out.State == "" {
		return nil, without(operation, "State")
	}
	return aws.String(string(out.State)), nil
}

// defaultTokens: an account that set no preference has none, and then the image
// or AWS's own default decides. Source: EC2 API reference, GetInstanceMetadataDefaults.
func defaultTokens(ctx context.Context, reads ec2DefaultReads) (*string, error) {
	const operation = "ec2:GetInstanceMetadataDefaults"
	out, err := reads.metadata(ctx, &ec2.GetInstanceMetadataDefaultsInput{})
	if err != nil {
		return nil, unseen(operation, err)
	}
	if out.AccountLevel == nil {
		return nil, without(operation, "AccountLevel")
	}
	switch tokens := out.AccountLevel.HttpTokens; tokens {
	case "", types.HttpTokensStateOptional, types.HttpTokensStateRequired:
		return aws.String(string(tokens)), nil
	}
	return nil, without(operation, "known HttpTokens")
}
