package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/controlwatch/controlwatch/evidence"
)

var rdsInstances = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_rds_instances",
		Doc:         "Database instances of RDS, Aurora, DocumentDB and Neptune in a region.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.rds.db_instance"}},
		Reads:       []string{"rds:DescribeDBInstances"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectInstances(ctx, s, r, rds.NewFromConfig(s.config, inRegion(s.region)).DescribeDBInstances)
	},
}

func inRegion(region string) func(*rds.Options) { return func(o *rds.Options) { o.Region = region } }

type describeInstances func(context.Context, *rds.DescribeDBInstancesInput, ...func(*rds.Options)) (*rds.DescribeDBInstancesOutput, error)

func collectInstances(ctx context.Context, s session, r *evidence.Recorder, describe describeInstances) error {
	instances, listErr := allInstances(ctx, r, describe)
	for _, i := range instances {
		if err := r.Add(instanceFact(s, i)); err != nil {
			return err
		}
	}
	return listErr
}

// allInstances lists a region's instances. What was listed before an error is returned with it.
func allInstances(ctx context.Context, r *evidence.Recorder, describe describeInstances) ([]types.DBInstance, error) {
	const operation = "rds:DescribeDBInstances"
	var instances []types.DBInstance
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := describe(ctx, &rds.DescribeDBInstancesInput{Marker: token})
		if err != nil {
			return nil, err
		}
		if out.DBInstances == nil {
			return nil, without(operation, "DBInstances")
		}
		for _, i := range out.DBInstances {
			if aws.ToString(i.DBInstanceArn) == "" {
				return nil, without(operation, "ARN of an instance")
			}
			instances = append(instances, i)
		}
		return out.Marker, nil
	})
	return instances, err
}

// instanceFact states an instance. Its id is the ARN: what runs under it is
// told apart by name everywhere at AWS, and a rename is a new ARN there too.
func instanceFact(s session, i types.DBInstance) evidence.Fact {
	body := &evidence.Datastore{
		CreatedAt:         utc(i.InstanceCreateTime),
		Tags:              databaseTags(i.TagList),
		Encryption:        databaseEncryption(i.StorageEncrypted, i.KmsKeyId),
		Backup:            &evidence.Backup{RetentionDays: wide(i.BackupRetentionPeriod)},
		DeletionProtected: i.DeletionProtection,
		RDS: &evidence.RDSInstance{
			Engine: i.Engine, EngineVersion: i.EngineVersion,
			PubliclyAccessible: i.PubliclyAccessible, MultiAZ: i.MultiAZ,
			Cluster: aws.String(aws.ToString(i.DBClusterIdentifier)),
		},
	}
	// The backups of a cluster's member are the cluster's: what the instance does
	// not say of them stays unseen.
	if i.LatestRestorableTime != nil || aws.ToString(i.DBClusterIdentifier) == "" {
		body.Backup.LatestRestorable = evidence.VolatileHalfDay(aws.ToTime(i.LatestRestorableTime))
	}
	return evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.rds.db_instance",
		ID: aws.ToString(i.DBInstanceArn), Name: aws.ToString(i.DBInstanceIdentifier),
	}}
}
