package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/controlwatch/controlwatch/evidence"
)

var rdsClusters = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_rds_clusters",
		Doc:         "Database clusters of Aurora, RDS Multi-AZ, DocumentDB and Neptune in a region.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.rds.db_cluster"}},
		Reads:       []string{"rds:DescribeDBClusters", "rds:DescribeDBInstances"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := rds.NewFromConfig(s.config, inRegion(s.region))
		return collectClusters(ctx, s, r, clusterReads{clusters: client.DescribeDBClusters, instances: client.DescribeDBInstances})
	},
}

type clusterReads struct {
	clusters  func(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error)
	instances describeInstances
}

// collectClusters reads the clusters and, since only an Aurora cluster's
// instances say whether they are publicly accessible, those too.
func collectClusters(ctx context.Context, s session, r *evidence.Recorder, reads clusterReads) error {
	clusters, listErr := allClusters(ctx, r, reads)
	if len(clusters) == 0 {
		return listErr
	}
	instances, memberErr := allInstances(ctx, r, reads.instances)
	for _, c := range clusters {
		fact := clusterFact(s, c)
		public, err := clusterPublic(c, instances, memberErr)
		fact.Body.(*evidence.Datastore).RDS.PubliclyAccessible = public
		if err != nil {
			fact.Miss("rds.publicly_accessible", err)
		}
		if err := r.Add(fact); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return listErr
}

func allClusters(ctx context.Context, r *evidence.Recorder, reads clusterReads) ([]types.DBCluster, error) {
	const operation = "rds:DescribeDBClusters"
	var clusters []types.DBCluster
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.clusters(ctx, &rds.DescribeDBClustersInput{Marker: token})
		if err != nil {
			return nil, err
		}
		if out.DBClusters == nil {
			return nil, without(operation, "DBClusters")
		}
		for _, c := range out.DBClusters {
			if aws.ToString(c.DBClusterArn) == "" {
				return nil, without(operation, "ARN of a cluster")
			}
			clusters = append(clusters, c)
		}
		return out.Marker, nil
	})
	return clusters, err
}

func clusterFact(s session, c types.DBCluster) evidence.Fact {
	body := &evidence.Datastore{
		CreatedAt:  utc(c.ClusterCreateTime),
		Tags:       databaseTags(c.TagList),
		Encryption: databaseEncryption(c.StorageEncrypted, c.KmsKeyId),
		Backup: &evidence.Backup{
			RetentionDays:    wide(c.BackupRetentionPeriod),
			LatestRestorable: evidence.VolatileHalfDay(aws.ToTime(c.LatestRestorableTime)),
		},
		DeletionProtected: c.DeletionProtection,
		RDS: &evidence.RDSInstance{
			Engine: c.Engine, EngineVersion: c.EngineVersion, MultiAZ: c.MultiAZ, Cluster: aws.String(""),
		},
	}
	return evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.rds.db_cluster",
		ID: aws.ToString(c.DBClusterArn), Name: aws.ToString(c.DBClusterIdentifier),
	}}
}

// clusterPublic says whether a cluster is publicly accessible: it or any of its
// instances is. Only Multi-AZ clusters say so of themselves (RDS API reference,
// DBCluster); without instances nothing answers. A member that was not seen could be the one.
func clusterPublic(c types.DBCluster, instances []types.DBInstance, memberErr error) (*bool, error) {
	public, err := aws.ToBool(c.PubliclyAccessible), memberErr
	for _, member := range c.DBClusterMembers {
		stated := (*bool)(nil)
		for _, i := range instances {
			if aws.ToString(i.DBInstanceIdentifier) == aws.ToString(member.DBInstanceIdentifier) {
				stated = i.PubliclyAccessible
			}
		}
		public = public || aws.ToBool(stated)
		if stated == nil && err == nil {
			err = without("rds:DescribeDBInstances", "instance that the cluster names as its member")
		}
	}
	if public {
		return aws.Bool(true), nil
	}
	if err != nil {
		return nil, err
	}
	return aws.Bool(false), nil
}

func databaseTags(list []types.Tag) map[string]string {
	if list == nil {
		return nil
	}
	tags := map[string]string{}
	for _, t := range list {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags
}

// databaseEncryption states what RDS says of encryption at rest. RDS names a KMS
// key whether it is the customer's or AWS's own, so whose it is stays unseen;
// without encryption there is none.
func databaseEncryption(enabled *bool, key *string) *evidence.Encryption {
	e := &evidence.Encryption{Enabled: enabled}
	if enabled == nil {
		return e
	}
	e.KeyID = aws.String(aws.ToString(key))
	if !*enabled {
		e.Algorithm, e.CustomerKey = aws.String(""), aws.Bool(false)
	}
	return e
}
