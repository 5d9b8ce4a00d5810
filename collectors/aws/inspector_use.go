package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/controlwatch/controlwatch/evidence"
)

// useReads ask whether there is anything of a type. Each stops at the first it finds.
type useReads struct {
	instances    func(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	repositories func(context.Context, *ecr.DescribeRepositoriesInput, ...func(*ecr.Options)) (*ecr.DescribeRepositoriesOutput, error)
	functions    func(context.Context, *lambda.ListFunctionsInput, ...func(*lambda.Options)) (*lambda.ListFunctionsOutput, error)
}

// anyInstance leaves out terminated instances, which EC2 lists for an hour. With
// a filter a page can be empty although more follow.
func (u useReads) anyInstance(ctx context.Context, r *evidence.Recorder) (found bool, err error) {
	const operation = "ec2:DescribeInstances"
	err = pages(operation, r, func(token *string) (*string, error) {
		out, err := u.instances(ctx, &ec2.DescribeInstancesInput{
			MaxResults: aws.Int32(5), NextToken: token, // the least EC2 allows
			Filters: []ec2types.Filter{{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}}},
		})
		if err != nil {
			return nil, err
		}
		if out.Reservations == nil {
			return nil, without(operation, "reservationSet")
		}
		if found = len(out.Reservations) > 0; found {
			return nil, nil
		}
		return more(out.NextToken), nil
	})
	return found, err
}

func (u useReads) anyRepository(ctx context.Context, r *evidence.Recorder) (found bool, err error) {
	const operation = "ecr:DescribeRepositories"
	err = pages(operation, r, func(token *string) (*string, error) {
		out, err := u.repositories(ctx, &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(1), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Repositories == nil {
			return nil, without(operation, "repositories")
		}
		if found = len(out.Repositories) > 0; found {
			return nil, nil
		}
		return more(out.NextToken), nil
	})
	return found, err
}

func (u useReads) anyFunction(ctx context.Context, r *evidence.Recorder) (found bool, err error) {
	const operation = "lambda:ListFunctions"
	err = pages(operation, r, func(token *string) (*string, error) {
		out, err := u.functions(ctx, &lambda.ListFunctionsInput{MaxItems: aws.Int32(1), Marker: token})
		if err != nil {
			return nil, err
		}
		if out.Functions == nil {
			return nil, without(operation, "Functions")
		}
		if found = len(out.Functions) > 0; found {
			return nil, nil
		}
		return more(out.NextMarker), nil
	})
	return found, err
}
