package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈repositories/1000⌉, and one where there is any repository.
var ecrRepositories = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_ecr_repositories",
		Doc:         "Repositories of container images in a region's private registry, and how the registry scans them.",
		Populations: []evidence.Population{{Kind: "Artifact", Type: "aws.ecr.repository"}},
		Reads:       []string{"ecr:DescribeRepositories", "ecr:GetRegistryScanningConfiguration"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := ecr.NewFromConfig(s.config, func(o *ecr.Options) { o.Region = s.region })
		return collectRepositories(ctx, s, r, repositoryReads{list: client.DescribeRepositories, scanning: client.GetRegistryScanningConfiguration})
	},
}

type repositoryReads struct {
	list     func(context.Context, *ecr.DescribeRepositoriesInput, ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error)
	scanning func(context.Context, *ecr.GetRegistryScanningConfigurationInput, ...func(*ecr.Options)) (*ecr.GetRegistryScanningConfigurationOutput, error)
}

const repositoriesPerPage = 1000

// collectRepositories reads the repositories and the registry's rules, which
// are stated with each repository, since they bind it.
func collectRepositories(ctx context.Context, s session, r *evidence.Recorder, reads repositoryReads) error {
	const operation = "ecr:DescribeRepositories"
	var all []types.Repository
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(repositoriesPerPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Repositories == nil {
			return nil, without(operation, "repositories")
		}
		for _, repository := range out.Repositories {
			if aws.ToString(repository.RepositoryArn) == "" {
				return nil, without(operation, "ARN of a repository")
			}
			all = append(all, repository)
		}
		return out.NextToken, nil
	})
	if len(all) == 0 {
		return listErr
	}
	scanning, scanErr := registryScanning(ctx, reads)
	for _, repository := range all {
		if err := r.Add(repositoryFact(s, repository, scanning, scanErr)); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return listErr
}

func registryScanning(ctx context.Context, reads repositoryReads) (*evidence.RegistryScanning, error) {
	const operation = "ecr:GetRegistryScanningConfiguration"
	out, err := reads.scanning(ctx, &ecr.GetRegistryScanningConfigurationInput{})
	if err != nil {
		return nil, unseen(operation, err)
	}
	c := out.ScanningConfiguration
	if c == nil || c.ScanType == "" || c.Rules == nil {
		return nil, without(operation, "scanType and rules")
	}
	scanning := &evidence.RegistryScanning{Type: string(c.ScanType), Rules: []evidence.ScanningRule{}}
	for _, rule := range c.Rules {
		stated := evidence.ScanningRule{Frequency: string(rule.ScanFrequency)}
		for _, filter := range rule.RepositoryFilters {
			if filter.FilterType != types.ScanningRepositoryFilterTypeWildcard {
				return nil, without(operation, "known type of a filter")
			}
			stated.Filters = append(stated.Filters, aws.ToString(filter.Filter))
		}
		scanning.Rules = append(scanning.Rules, stated)
	}
	return scanning, nil
}

func repositoryFact(s session, repository types.Repository, scanning *evidence.RegistryScanning, scanErr error) evidence.Fact {
	const operation = "ecr:DescribeRepositories"
	body := &evidence.Artifact{CreatedAt: utc(repository.CreatedAt), Scanning: scanning}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Artifact", Type: "aws.ecr.repository",
		ID: aws.ToString(repository.RepositoryArn), Name: aws.ToString(repository.RepositoryName),
	}}
	if scanErr != nil {
		fact.Miss("scanning", scanErr)
	}
	if repository.ImageTagMutability != "" {
		body.Mutability = aws.String(string(repository.ImageTagMutability))
	} else {
		fact.Miss("mutability", without(operation, "imageTagMutability"))
	}
	if repository.ImageScanningConfiguration != nil {
		body.ScanOnPush = aws.Bool(repository.ImageScanningConfiguration.ScanOnPush)
	} else {
		fact.Miss("scan_on_push", without(operation, "imageScanningConfiguration"))
	}
	if repository.EncryptionConfiguration != nil {
		body.KeyID = aws.String(aws.ToString(repository.EncryptionConfiguration.KmsKey))
	}
	return fact
}
