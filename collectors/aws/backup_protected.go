package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈protected resources/1000⌉.
var backupProtected = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_backup_protected",
		Doc:         "Resources of which AWS Backup holds a copy in a region, and when the newest was made.",
		Populations: []evidence.Population{{Kind: "ProtectedResource", Type: "aws.backup.protected_resource"}},
		Reads:       []string{"backup:ListProtectedResources"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectProtected(ctx, s, r, backupClient(s).ListProtectedResources)
	},
}

func backupClient(s session) *backup.Client {
	return backup.NewFromConfig(s.config, func(o *backup.Options) { o.Region = s.region })
}

// perPageOfBackup is the most that AWS Backup gives at once (API reference, MaxResults).
const perPageOfBackup = 1000

func collectProtected(ctx context.Context, s session, r *evidence.Recorder,
	list func(context.Context, *backup.ListProtectedResourcesInput, ...func(*backup.Options)) (*backup.ListProtectedResourcesOutput, error),
) error {
	const operation = "backup:ListProtectedResources"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := list(ctx, &backup.ListProtectedResourcesInput{MaxResults: aws.Int32(perPageOfBackup), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Results == nil {
			return nil, without(operation, "Results")
		}
		for _, p := range out.Results {
			arn := aws.ToString(p.ResourceArn)
			if arn == "" {
				return nil, without(operation, "ARN of a resource")
			}
			body := &evidence.ProtectedResource{Type: p.ResourceType}
			fact := evidence.Fact{Body: body, Resource: evidence.Resource{
				Provider: "aws", Account: s.account, Region: s.region, Kind: "ProtectedResource", Type: "aws.backup.protected_resource",
				ID: arn, Name: afterLast(arn, ":"),
			}}
			// Without a time nothing says that there ever was a copy.
			if p.LastBackupTime != nil {
				body.LastBackup = evidence.VolatileHour(*p.LastBackupTime)
			} else {
				fact.Miss("last_backup", without(operation, "LastBackupTime"))
			}
			if err := r.Add(fact); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
}
