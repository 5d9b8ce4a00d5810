package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈volumes/1000⌉.
var ec2Volumes = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_ec2_volumes",
		Doc:         "Disks of a region (EBS volumes).",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.ec2.volume"}},
		Reads:       []string{"ec2:DescribeVolumes"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectVolumes(ctx, s, r, ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region }).DescribeVolumes)
	},
}

func collectVolumes(ctx context.Context, s session, r *evidence.Recorder,
	describe func(context.Context, *ec2.DescribeVolumesInput, ...func(*ec2.Options)) (*ec2.DescribeVolumesOutput, error),
) error {
	const operation = "ec2:DescribeVolumes"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVolumesInput{MaxResults: aws.Int32(ec2Page), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Volumes == nil {
			return nil, without(operation, "Volumes")
		}
		for _, v := range out.Volumes {
			if aws.ToString(v.VolumeId) == "" {
				return nil, without(operation, "id of a volume")
			}
			if err := r.Add(volumeFact(s, v)); err != nil {
				return nil, err
			}
		}
		return following(out.NextToken), nil
	})
}

func volumeFact(s session, v types.Volume) evidence.Fact {
	body := &evidence.Datastore{
		CreatedAt: utc(v.CreateTime), Tags: ec2Tags(v.Tags),
		Encryption: databaseEncryption(v.Encrypted, v.KmsKeyId),
		EBS:        &evidence.EBSDisk{},
	}
	if v.State != "" {
		body.EBS.Attached = aws.Bool(v.State == types.VolumeStateInUse)
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.ec2.volume",
		ID: *v.VolumeId, Name: body.Tags["Name"],
	}}
	if v.Encrypted == nil {
		fact.Miss("encryption.enabled", without("ec2:DescribeVolumes", "Encrypted"))
	}
	return fact
}
