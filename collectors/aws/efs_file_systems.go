package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	"github.com/aws/aws-sdk-go-v2/service/efs/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈file systems/1000⌉ + one for each file system.
var efsFileSystems = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_efs_file_systems",
		Doc:         "File systems of EFS in a region.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.efs.file_system"}},
		Reads:       []string{"efs:DescribeFileSystems", "efs:DescribeBackupPolicy"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := efs.NewFromConfig(s.config, func(o *efs.Options) { o.Region = s.region })
		return collectFileSystems(ctx, s, r, fileSystemReads{list: client.DescribeFileSystems, backup: client.DescribeBackupPolicy})
	},
}

type fileSystemReads struct {
	list   func(context.Context, *efs.DescribeFileSystemsInput, ...func(*efs.Options)) (*efs.DescribeFileSystemsOutput, error)
	backup func(context.Context, *efs.DescribeBackupPolicyInput, ...func(*efs.Options)) (*efs.DescribeBackupPolicyOutput, error)
}

const fileSystemsPerPage = 1000

func collectFileSystems(ctx context.Context, s session, r *evidence.Recorder, reads fileSystemReads) error {
	const operation = "efs:DescribeFileSystems"
	var all []types.FileSystemDescription
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &efs.DescribeFileSystemsInput{MaxItems: aws.Int32(fileSystemsPerPage), Marker: token})
		if err != nil {
			return nil, err
		}
		if out.FileSystems == nil {
			return nil, without(operation, "FileSystems")
		}
		for _, f := range out.FileSystems {
			if aws.ToString(f.FileSystemArn) == "" || aws.ToString(f.FileSystemId) == "" {
				return nil, without(operation, "id and ARN of a file system")
			}
			all = append(all, f)
		}
		return out.NextMarker, nil
	})
	err := each(ctx, all, func(ctx context.Context, f types.FileSystemDescription) error {
		return collectFileSystem(ctx, s, r, reads, f)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func collectFileSystem(ctx context.Context, s session, r *evidence.Recorder, reads fileSystemReads, f types.FileSystemDescription) error {
	body := &evidence.Datastore{
		CreatedAt:  utc(f.CreationTime),
		Encryption: databaseEncryption(f.Encrypted, f.KmsKeyId), // as with RDS, whose key it is is not said
		Backup:     &evidence.Backup{},
	}
	if f.Tags != nil {
		body.Tags = map[string]string{}
		for _, t := range f.Tags {
			body.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
	}
	name := aws.ToString(f.Name)
	if name == "" {
		name = *f.FileSystemId
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Datastore", Type: "aws.efs.file_system", ID: *f.FileSystemArn, Name: name,
	}}
	policy, err := reads.backup(ctx, &efs.DescribeBackupPolicyInput{FileSystemId: f.FileSystemId})
	body.Backup.Automatic = seen(&fact, "backup.automatic", "efs:DescribeBackupPolicy", err, "PolicyNotFound",
		func() *bool { return aws.Bool(false) }, func() (*bool, error) { return parseBackupPolicy(policy.BackupPolicy) })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

func parseBackupPolicy(p *types.BackupPolicy) (*bool, error) {
	const operation = "efs:DescribeBackupPolicy"
	if p == nil {
		return nil, without(operation, "BackupPolicy")
	}
	switch p.Status {
	case types.StatusEnabled:
		return aws.Bool(true), nil
	case types.StatusEnabling, types.StatusDisabled, types.StatusDisabling: // not yet, or no longer
		return aws.Bool(false), nil
	}
	return nil, without(operation, "known Status")
}
