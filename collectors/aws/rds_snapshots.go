package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈manual snapshots/100⌉ + one for each. Only manual snapshots can be
// shared (RDS user guide, sharing a DB snapshot).
var rdsSnapshots = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_rds_snapshots",
		Doc:         "Manual snapshots of database instances in a region, and with whom they are shared.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.rds.db_snapshot"}},
		Reads:       []string{"rds:DescribeDBSnapshots", "rds:DescribeDBSnapshotAttributes"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := rds.NewFromConfig(s.config, inRegion(s.region))
		return collectDatabaseSnapshots(ctx, s, r, snapshotReads{list: client.DescribeDBSnapshots, attributes: client.DescribeDBSnapshotAttributes})
	},
}

type snapshotReads struct {
	list       func(context.Context, *rds.DescribeDBSnapshotsInput, ...func(*rds.Options)) (*rds.DescribeDBSnapshotsOutput, error)
	attributes func(context.Context, *rds.DescribeDBSnapshotAttributesInput, ...func(*rds.Options)) (*rds.DescribeDBSnapshotAttributesOutput, error)
}

// manualSnapshots is the filter of both lists of snapshots.
const manualSnapshots = "manual"

func collectDatabaseSnapshots(ctx context.Context, s session, r *evidence.Recorder, reads snapshotReads) error {
	const operation = "rds:DescribeDBSnapshots"
	r.Parameter(operation + " SnapshotType=" + manualSnapshots)
	var all []types.DBSnapshot
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &rds.DescribeDBSnapshotsInput{SnapshotType: aws.String(manualSnapshots), Marker: token})
		if err != nil {
			return nil, err
		}
		if out.DBSnapshots == nil {
			return nil, without(operation, "DBSnapshots")
		}
		for _, snapshot := range out.DBSnapshots {
			if aws.ToString(snapshot.DBSnapshotArn) == "" || aws.ToString(snapshot.DBSnapshotIdentifier) == "" {
				return nil, without(operation, "identifier and ARN of a snapshot")
			}
			all = append(all, snapshot)
		}
		return out.Marker, nil
	})
	err := each(ctx, all, func(ctx context.Context, snapshot types.DBSnapshot) error {
		return collectSnapshot(ctx, s, r, reads, snapshot)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func collectSnapshot(ctx context.Context, s session, r *evidence.Recorder, reads snapshotReads, snapshot types.DBSnapshot) error {
	const operation = "rds:DescribeDBSnapshotAttributes"
	body := &evidence.Datastore{
		CreatedAt:  utc(snapshot.SnapshotCreateTime),
		Tags:       databaseTags(snapshot.TagList),
		Encryption: databaseEncryption(snapshot.Encrypted, snapshot.KmsKeyId),
		RDS:        &evidence.RDSInstance{Engine: snapshot.Engine, EngineVersion: snapshot.EngineVersion},
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.rds.db_snapshot",
		ID: *snapshot.DBSnapshotArn, Name: *snapshot.DBSnapshotIdentifier,
	}}
	out, err := reads.attributes(ctx, &rds.DescribeDBSnapshotAttributesInput{DBSnapshotIdentifier: snapshot.DBSnapshotIdentifier})
	if err == nil && out.DBSnapshotAttributesResult == nil {
		err = without(operation, "DBSnapshotAttributesResult")
	}
	if err == nil {
		for _, a := range out.DBSnapshotAttributesResult.DBSnapshotAttributes {
			body.SharedWith = restoreAttribute(body.SharedWith, aws.ToString(a.AttributeName), a.AttributeValues)
		}
	}
	return addShared(ctx, r, fact, operation, err)
}

// restoreAttribute takes the accounts out of the attribute that lists them; a
// snapshot that is not shared has it without values.
func restoreAttribute(found []string, name string, values []string) []string {
	if name != "restore" {
		return found
	}
	return append([]string{}, values...)
}

// addShared records a snapshot; one whose restore attribute was not in the
// answer is shared with nobody knows whom.
func addShared(ctx context.Context, r *evidence.Recorder, fact evidence.Fact, operation string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil && fact.Body.(*evidence.Datastore).SharedWith == nil {
		err = without(operation, "restore attribute")
	}
	if err != nil {
		fact.Miss("shared_with", unseen(operation, err))
	}
	return r.Add(fact)
}
