package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈functions/50⌉ + 2 × functions. The variables of a function, which may
// hold secrets, come with the list and are dropped.
var lambdaFunctions = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_lambda_functions",
		Doc:         "Lambda functions of a region, who may call them and at which addresses.",
		Populations: []evidence.Population{{Kind: "Workload", Type: "aws.lambda.function"}},
		Reads:       []string{"lambda:ListFunctions", "lambda:GetPolicy", "lambda:ListFunctionUrlConfigs"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := lambda.NewFromConfig(s.config, func(o *lambda.Options) { o.Region = s.region })
		return collectFunctions(ctx, s, r, functionReads{functions: client.ListFunctions, policy: client.GetPolicy, urls: client.ListFunctionUrlConfigs})
	},
}

type functionReads struct {
	functions func(context.Context, *lambda.ListFunctionsInput, ...func(*lambda.Options)) (*lambda.ListFunctionsOutput, error)
	policy    func(context.Context, *lambda.GetPolicyInput, ...func(*lambda.Options)) (*lambda.GetPolicyOutput, error)
	urls      func(context.Context, *lambda.ListFunctionUrlConfigsInput, ...func(*lambda.Options)) (*lambda.ListFunctionUrlConfigsOutput, error)
}

func collectFunctions(ctx context.Context, s session, r *evidence.Recorder, reads functionReads) error {
	functions, listErr := allFunctions(ctx, r, reads)
	err := each(ctx, functions, func(ctx context.Context, f types.FunctionConfiguration) error {
		fact := functionFact(s, f)
		body := fact.Body.(*evidence.Workload)
		var err error
		if body.Lambda.Policy, err = functionPolicy(ctx, reads, f.FunctionName); err != nil {
			fact.Miss("lambda.policy", err)
		}
		if body.Lambda.URLs, err = functionURLs(ctx, r, reads, f.FunctionName); err != nil {
			fact.Miss("lambda.urls", err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.Add(fact)
	})
	if err != nil {
		return err
	}
	return listErr
}

func allFunctions(ctx context.Context, r *evidence.Recorder, reads functionReads) ([]types.FunctionConfiguration, error) {
	const operation = "lambda:ListFunctions"
	var functions []types.FunctionConfiguration
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.functions(ctx, &lambda.ListFunctionsInput{Marker: token})
		if err != nil {
			return nil, err
		}
		if out.Functions == nil {
			return nil, without(operation, "Functions")
		}
		for _, f := range out.Functions {
			if aws.ToString(f.FunctionArn) == "" || aws.ToString(f.FunctionName) == "" {
				return nil, without(operation, "ARN or name of a function")
			}
			functions = append(functions, f)
		}
		return following(out.NextMarker), nil
	})
	return functions, err
}

func functionFact(s session, f types.FunctionConfiguration) evidence.Fact {
	body := &evidence.Workload{
		Identity: f.Role, Network: aws.String(""), SecurityGroups: []string{},
		Lambda: &evidence.LambdaFunction{Runtime: aws.String(string(f.Runtime))},
	}
	if f.VpcConfig != nil {
		body.Network = aws.String(aws.ToString(f.VpcConfig.VpcId))
		body.SecurityGroups = sortedOnce(f.VpcConfig.SecurityGroupIds)
	}
	return evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Workload", Type: "aws.lambda.function",
		ID: *f.FunctionArn, Name: *f.FunctionName,
	}}
}

// functionPolicy reads who else may call a function. Without such a policy AWS
// answers ResourceNotFoundException. Source: Lambda API reference, GetPolicy.
func functionPolicy(ctx context.Context, reads functionReads, name *string) (*evidence.PolicyDocument, error) {
	const operation = "lambda:GetPolicy"
	out, err := reads.policy(ctx, &lambda.GetPolicyInput{FunctionName: name})
	switch {
	case absent(err, "ResourceNotFoundException"):
		return noPolicy(), nil
	case err != nil:
		return nil, unseen(operation, err)
	case aws.ToString(out.Policy) == "":
		return nil, without(operation, "Policy")
	}
	policy, err := parsePolicy(*out.Policy)
	if err != nil {
		return nil, readOf(operation, err)
	}
	return policy, nil
}

// readOf says which operation a document that cannot be read came from.
func readOf(operation string, err error) error {
	u, ok := errors.AsType[*evidence.Unseen](err)
	if !ok {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return &evidence.Unseen{Reason: u.Reason, Operation: operation, Hint: u.Hint, Err: u.Err}
}

func functionURLs(ctx context.Context, r *evidence.Recorder, reads functionReads, name *string) ([]evidence.FunctionURL, error) {
	const operation = "lambda:ListFunctionUrlConfigs"
	urls := []evidence.FunctionURL{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.urls(ctx, &lambda.ListFunctionUrlConfigsInput{FunctionName: name, Marker: token})
		if err != nil {
			return nil, err
		}
		if out.FunctionUrlConfigs == nil {
			return nil, without(operation, "FunctionUrlConfigs")
		}
		for _, u := range out.FunctionUrlConfigs {
			if u.AuthType == "" || aws.ToString(u.FunctionArn) == "" {
				return nil, without(operation, "function or AuthType of a URL")
			}
			urls = append(urls, evidence.FunctionURL{Function: *u.FunctionArn, AuthType: string(u.AuthType)})
		}
		return following(out.NextMarker), nil
	})
	if err != nil {
		return nil, err
	}
	return urls, nil
}
