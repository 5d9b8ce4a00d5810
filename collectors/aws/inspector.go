package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/controlwatch/controlwatch/evidence"
)

const inspectorFinding = "aws.inspector2.finding"

// Calls: 4 for each region + ⌈findings ÷ 100⌉ where Inspector is on.
var inspector = collector{
	Collector: declare(evidence.Collector{
		Name: "aws_inspector",
		Doc:  "Inspector in a region: which types of system it searches, which of them are in use, and what it found.",
		Populations: []evidence.Population{
			{Kind: "VulnerabilityScanner", Type: "aws.inspector2.region"},
			{Kind: "SecurityAlert", Type: inspectorFinding},
		},
		Reads: []string{
			"inspector2:BatchGetAccountStatus", "inspector2:ListFindings",
			"ec2:DescribeInstances", "ecr:DescribeRepositories", "lambda:ListFunctions",
		},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := inspector2.NewFromConfig(s.config, func(o *inspector2.Options) { o.Region = s.region })
		return collectInspector(ctx, s, r, inspectorReads{
			status: client.BatchGetAccountStatus, findings: client.ListFindings,
			use: useReads{
				instances:    ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region }).DescribeInstances,
				repositories: ecr.NewFromConfig(s.config, func(o *ecr.Options) { o.Region = s.region }).DescribeRepositories,
				functions:    lambda.NewFromConfig(s.config, func(o *lambda.Options) { o.Region = s.region }).ListFunctions,
			},
		})
	},
}

type inspectorReads struct {
	status   func(context.Context, *inspector2.BatchGetAccountStatusInput, ...func(*inspector2.Options)) (*inspector2.BatchGetAccountStatusOutput, error)
	findings func(context.Context, *inspector2.ListFindingsInput, ...func(*inspector2.Options)) (*inspector2.ListFindingsOutput, error)
	use      useReads
}

// collectInspector always records the region: whether Inspector is on there is
// the question.
func collectInspector(ctx context.Context, s session, r *evidence.Recorder, reads inspectorReads) error {
	body := &evidence.VulnerabilityScanner{}
	fact := evidence.Fact{Body: body, Resource: regionResource(s, "VulnerabilityScanner", "aws.inspector2.region", "inspector2", "Inspector")}
	state, err := inspectorState(ctx, s, reads)
	if err != nil {
		fact.Miss("targets", err)
		r.Miss(inspectorFinding, err)
	} else {
		body.Targets = scanTargets(ctx, r, &fact, state, reads.use)
		if err := collectWeaknesses(ctx, s, r, body.Targets, reads); err != nil {
			r.Miss(inspectorFinding, err)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// inspectorState is the account's own state. Without accounts named,
// BatchGetAccountStatus answers for the one that asks.
func inspectorState(ctx context.Context, s session, reads inspectorReads) (*types.ResourceState, error) {
	const operation = "inspector2:BatchGetAccountStatus"
	out, err := reads.status(ctx, &inspector2.BatchGetAccountStatusInput{AccountIds: []string{s.account}})
	if err != nil {
		return nil, unseen(operation, err)
	}
	for _, a := range out.Accounts {
		if a.AccountId != nil && *a.AccountId == s.account && a.ResourceState != nil {
			return a.ResourceState, nil
		}
	}
	return nil, without(operation, "state of the account")
}

// scanTargets states each type that Inspector can search. One whose state the
// answer does not hold is of a service that does not know the type yet: off is
// not what it says.
func scanTargets(ctx context.Context, r *evidence.Recorder, fact *evidence.Fact, state *types.ResourceState, use useReads) []evidence.ScanTarget {
	targets := []evidence.ScanTarget{}
	for _, t := range []struct {
		name  string
		state *types.State
		used  func(context.Context, *evidence.Recorder) (bool, error)
	}{
		{"EC2", state.Ec2, use.anyInstance},
		{"ECR", state.Ecr, use.anyRepository},
		{"LAMBDA", state.Lambda, use.anyFunction},
		{"LAMBDA_CODE", state.LambdaCode, nil},
		{"CODE_REPOSITORY", state.CodeRepository, nil},
	} {
		if t.state == nil && t.used == nil {
			continue
		}
		target := evidence.ScanTarget{Type: t.name}
		path := fmt.Sprintf("targets[%d].", len(targets))
		if t.state == nil || t.state.Status == "" {
			fact.Miss(path+"on", without("inspector2:BatchGetAccountStatus", "state of "+t.name))
		} else {
			on := t.state.Status == types.StatusEnabled
			target.On = &on
		}
		if t.used != nil {
			used, err := t.used(ctx, r)
			if err != nil {
				fact.Miss(path+"in_use", err)
			} else {
				target.InUse = &used
			}
		}
		targets = append(targets, target)
	}
	return targets
}
