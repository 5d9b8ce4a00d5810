package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈tables/100⌉ + 3 for each table.
var dynamodbTables = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_dynamodb_tables",
		Doc:         "Tables of DynamoDB in a region.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.dynamodb.table"}},
		Reads: []string{
			"dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:ListTagsOfResource",
		},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := dynamodb.NewFromConfig(s.config, func(o *dynamodb.Options) { o.Region = s.region })
		return collectTables(ctx, s, r, tableReads{
			list: client.ListTables, describe: client.DescribeTable, backups: client.DescribeContinuousBackups, tags: client.ListTagsOfResource,
		})
	},
}

type tableReads struct {
	list     func(context.Context, *dynamodb.ListTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error)
	describe func(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	backups  func(context.Context, *dynamodb.DescribeContinuousBackupsInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeContinuousBackupsOutput, error)
	tags     func(context.Context, *dynamodb.ListTagsOfResourceInput, ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error)
}

func collectTables(ctx context.Context, s session, r *evidence.Recorder, reads tableReads) error {
	tables, listErr := allTables(ctx, r, reads)
	err := each(ctx, tables, func(ctx context.Context, name string) error {
		return collectTable(ctx, s, r, reads, name)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func allTables(ctx context.Context, r *evidence.Recorder, reads tableReads) ([]string, error) {
	const operation = "dynamodb:ListTables"
	var tables []string
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &dynamodb.ListTablesInput{ExclusiveStartTableName: token})
		if err != nil {
			return nil, err
		}
		if out.TableNames == nil {
			return nil, without(operation, "TableNames")
		}
		tables = append(tables, out.TableNames...)
		return out.LastEvaluatedTableName, nil
	})
	return tables, err
}

// collectTable reads one table. Its ARN is made of what is known, so that a
// table that does not let itself be described is still the same table.
func collectTable(ctx context.Context, s session, r *evidence.Recorder, reads tableReads, name string) error {
	body := &evidence.Datastore{Backup: &evidence.Backup{}}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.dynamodb.table",
		ID: "arn:" + s.partition + ":dynamodb:" + s.region + ":" + s.account + ":table/" + name, Name: name,
	}}

	table, err := reads.describe(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err == nil && table.Table == nil {
		err = without("dynamodb:DescribeTable", "Table")
	}
	if err == nil {
		body.CreatedAt = utc(table.Table.CreationDateTime)
		body.Encryption = tableEncryption(table.Table.SSEDescription)
		// Left out where it was never switched on (DynamoDB API reference, TableDescription).
		body.DeletionProtected = aws.Bool(aws.ToBool(table.Table.DeletionProtectionEnabled))
	} else {
		for _, field := range []string{"created_at", "encryption", "deletion_protected"} {
			fact.Miss(field, unseen("dynamodb:DescribeTable", err))
		}
	}

	backups, err := reads.backups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &name})
	body.Backup.PointInTime = seen(&fact, "backup.point_in_time", "dynamodb:DescribeContinuousBackups", err, "", nil,
		func() (*bool, error) { return parsePointInTime(backups.ContinuousBackupsDescription) })

	tags, err := tableTags(ctx, r, reads, fact.Resource.ID)
	body.Tags = tags
	if err != nil {
		fact.Miss("tags", err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// tableEncryption: a table is always encrypted; without SSEDescription under a
// key that AWS owns. With KMS the key can be AWS's own for DynamoDB or the
// customer's, which the key's ARN does not tell (DynamoDB API reference, SSEDescription).
func tableEncryption(sse *types.SSEDescription) *evidence.Encryption {
	if sse == nil || sse.Status == types.SSEStatusDisabled {
		return &evidence.Encryption{Enabled: aws.Bool(true), Algorithm: aws.String("AES256"), KeyID: aws.String(""), CustomerKey: aws.Bool(false)}
	}
	e := &evidence.Encryption{Enabled: aws.Bool(true), KeyID: aws.String(aws.ToString(sse.KMSMasterKeyArn))}
	if sse.SSEType != "" {
		e.Algorithm = aws.String(string(sse.SSEType))
	}
	return e
}

func parsePointInTime(c *types.ContinuousBackupsDescription) (*bool, error) {
	const operation = "dynamodb:DescribeContinuousBackups"
	if c == nil || c.PointInTimeRecoveryDescription == nil {
		return nil, without(operation, "PointInTimeRecoveryDescription")
	}
	switch c.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus {
	case types.PointInTimeRecoveryStatusEnabled:
		return aws.Bool(true), nil
	case types.PointInTimeRecoveryStatusDisabled:
		return aws.Bool(false), nil
	}
	return nil, without(operation, "known PointInTimeRecoveryStatus")
}

func tableTags(ctx context.Context, r *evidence.Recorder, reads tableReads, arn string) (map[string]string, error) {
	const operation = "dynamodb:ListTagsOfResource"
	tags := map[string]string{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.tags(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn, NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Tags == nil {
			return nil, without(operation, "Tags")
		}
		for _, t := range out.Tags {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	return tags, nil
}
