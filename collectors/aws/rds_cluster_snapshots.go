package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈manual cluster snapshots/100⌉ + one for each.
var rdsClusterSnapshots = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_rds_cluster_snapshots",
		Doc:         "Manual snapshots of database clusters of Aurora, RDS Multi-AZ, DocumentDB and Neptune in a region, and with whom they are shared.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.rds.db_cluster_snapshot"}},
		Reads:       []string{"rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshotAttributes"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := rds.NewFromConfig(s.config, inRegion(s.region))
		return collectClusterSnapshots(ctx, s, r, clusterSnapshotReads{
			list: client.DescribeDBClusterSnapshots, attributes: client.DescribeDBClusterSnapshotAttributes,
		})
	},
}

type clusterSnapshotReads struct {
	list       func(context.Context, *rds.DescribeDBClusterSnapshotsInput, ...func(*rds.Options)) (*rds.DescribeDBClusterSnapshotsOutput, error)
	attributes func(context.Context, *rds.DescribeDBClusterSnapshotAttributesInput, ...func(*rds.Options)) (*rds.DescribeDBClusterSnapshotAttributesOutput, error)
}

func collectClusterSnapshots(ctx context.Context, s session, r *evidence.Recorder, reads clusterSnapshotReads) error {
	const operation = "rds:DescribeDBClusterSnapshots"
	r.Parameter(operation + " SnapshotType=" + manualSnapshots)
	var all []types.DBClusterSnapshot
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &rds.DescribeDBClusterSnapshotsInput{SnapshotType: aws.String(manualSnapshots), Marker: token})
		if err != nil {
			return nil, err
		}
		if out.DBClusterSnapshots == nil {
			return nil, without(operation, "DBClusterSnapshots")
		}
		for _, snapshot := range out.DBClusterSnapshots {
			if aws.ToString(snapshot.DBClusterSnapshotArn) == "" || aws.ToString(snapshot.DBClusterSnapshotIdentifier) == "" {
				return nil, without(operation, "identifier and ARN of a snapshot")
			}
			all = append(all, snapshot)
		}
		return out.Marker, nil
	})
	err := each(ctx, all, func(ctx context.Context, snapshot types.DBClusterSnapshot) error {
		return collectClusterSnapshot(ctx, s, r, reads, snapshot)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func collectClusterSnapshot(ctx context.Context, s session, r *evidence.Recorder, reads clusterSnapshotReads, snapshot types.DBClusterSnapshot) error {
	const operation = "rds:DescribeDBClusterSnapshotAttributes"
	body := &evidence.Datastore{
		CreatedAt:  utc(snapshot.SnapshotCreateTime),
		Tags:       databaseTags(snapshot.TagList),
		Encryption: databaseEncryption(snapshot.StorageEncrypted, snapshot.KmsKeyId),
		RDS:        &evidence.RDSInstance{Engine: snapshot.Engine, EngineVersion: snapshot.EngineVersion},
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.rds.db_cluster_snapshot",
		ID: *snapshot.DBClusterSnapshotArn, Name: *snapshot.DBClusterSnapshotIdentifier,
	}}
	out, err := reads.attributes(ctx, &rds.DescribeDBClusterSnapshotAttributesInput{DBClusterSnapshotIdentifier: snapshot.DBClusterSnapshotIdentifier})
	if err == nil && out.DBClusterSnapshotAttributesResult == nil {
		err = without(operation, "DBClusterSnapshotAttributesResult")
	}
	if err == nil {
		for _, a := range out.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes {
			body.SharedWith = restoreAttribute(body.SharedWith, aws.ToString(a.AttributeName), a.AttributeValues)
		}
	}
	return addShared(ctx, r, fact, operation, err)
}
