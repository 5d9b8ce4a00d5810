package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈snapshots/1000⌉, and where there are any ⌈public ones/1000⌉.
var ec2Snapshots = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_ec2_snapshots",
		Doc:         "The account's own snapshots of disks in a region, and whether everybody may restore them.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.ec2.snapshot"}},
		Reads:       []string{"ec2:DescribeSnapshots"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectSnapshots(ctx, s, r, ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region }).DescribeSnapshots)
	},
}

type describeSnapshots func(context.Context, *ec2.DescribeSnapshotsInput, ...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error)

// collectSnapshots asks for all snapshots and then for those that everybody may
// restore: two lists instead of DescribeSnapshotAttribute for each. The second
// is asked for after the first, so that what was shared in between is public.
// Source: EC2 API reference, DescribeSnapshots: owner and restorable-by together
// give the own ones that are public.
func collectSnapshots(ctx context.Context, s session, r *evidence.Recorder, describe describeSnapshots) error {
	r.Parameter("ec2:DescribeSnapshots Owner=self")
	snapshots, listErr := allSnapshots(ctx, r, describe, nil)
	if len(snapshots) == 0 {
		return listErr
	}
	public, publicErr := allSnapshots(ctx, r, describe, []string{"all"})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	restorable := map[string]bool{}
	for _, p := range public {
		restorable[*p.SnapshotId] = true
	}
	for _, one := range snapshots {
		fact := snapshotFact(s, one)
		// One on the list is public, whatever of the list is missing.
		if yes := restorable[*one.SnapshotId]; yes || publicErr == nil {
			fact.Body.(*evidence.Datastore).EBS.RestorableByAll = &yes
		} else {
			fact.Miss("ebs.restorable_by_all", publicErr)
		}
		if err := r.Add(fact); err != nil {
			return err
		}
	}
	return listErr
}

func allSnapshots(ctx context.Context, r *evidence.Recorder, describe describeSnapshots, restorableBy []string) ([]types.Snapshot, error) {
	const operation = "ec2:DescribeSnapshots"
	var snapshots []types.Snapshot
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeSnapshotsInput{
			OwnerIds: []string{"self"}, RestorableByUserIds: restorableBy, MaxResults: aws.Int32(ec2Page), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.Snapshots == nil {
			return nil, without(operation, "Snapshots")
		}
		for _, one := range out.Snapshots {
			if aws.ToString(one.SnapshotId) == "" {
				return nil, without(operation, "id of a snapshot")
			}
			snapshots = append(snapshots, one)
		}
		return following(out.NextToken), nil
	})
	return snapshots, err
}

func snapshotFact(s session, one types.Snapshot) evidence.Fact {
	body := &evidence.Datastore{
		CreatedAt: utc(one.StartTime), Tags: ec2Tags(one.Tags),
		Encryption: databaseEncryption(one.Encrypted, one.KmsKeyId),
		EBS:        &evidence.EBSDisk{},
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.ec2.snapshot",
		ID: *one.SnapshotId, Name: body.Tags["Name"],
	}}
	if one.Encrypted == nil {
		fact.Miss("encryption.enabled", without("ec2:DescribeSnapshots", "Encrypted"))
	}
	return fact
}
