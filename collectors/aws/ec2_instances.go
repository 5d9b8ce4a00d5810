package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈instances/1000⌉, and where there are any ⌈managed/50⌉ + ⌈managed/50⌉,
// managed being the machines that Systems Manager knows.
var ec2Instances = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_ec2_instances",
		Doc:         "Virtual machines of a region: metadata service, addresses, and what Systems Manager knows of them and their patches.",
		Populations: []evidence.Population{{Kind: "Workload", Type: "aws.ec2.instance"}},
		Reads:       []string{"ec2:DescribeInstances", "ssm:DescribeInstanceInformation", "ssm:DescribeInstancePatchStates"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		manager := ssm.NewFromConfig(s.config, func(o *ssm.Options) { o.Region = s.region })
		return collectMachines(ctx, s, r, machineReads{
			instances:   ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region }).DescribeInstances,
			information: manager.DescribeInstanceInformation,
			patches:     manager.DescribeInstancePatchStates,
		})
	},
}

type machineReads struct {
	instances   func(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	information func(context.Context, *ssm.DescribeInstanceInformationInput, ...func(*ssm.Options)) (*ssm.DescribeInstanceInformationOutput, error)
	patches     func(context.Context, *ssm.DescribeInstancePatchStatesInput, ...func(*ssm.Options)) (*ssm.DescribeInstancePatchStatesOutput, error)
}

func collectMachines(ctx context.Context, s session, r *evidence.Recorder, reads machineReads) error {
	instances, listErr := allMachines(ctx, r, reads)
	if len(instances) == 0 {
		return listErr
	}
	known := managedMachines(ctx, r, reads, instances)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, i := range instances {
		fact := machineFact(s, i)
		known.state(*i.InstanceId, &fact)
		if err := r.Add(fact); err != nil {
			return err
		}
	}
	return listErr
}

func allMachines(ctx context.Context, r *evidence.Recorder, reads machineReads) ([]types.Instance, error) {
	const operation = "ec2:DescribeInstances"
	var instances []types.Instance
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.instances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(ec2Page), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Reservations == nil {
			return nil, without(operation, "Reservations")
		}
		for _, reservation := range out.Reservations {
			for _, i := range reservation.Instances {
				if aws.ToString(i.InstanceId) == "" || i.State == nil || i.State.Name == "" {
					return nil, without(operation, "id or state of an instance")
				}
				if i.State.Name != types.InstanceStateNameTerminated { // gone, and still listed for an hour
					instances = append(instances, i)
				}
			}
		}
		return following(out.NextToken), nil
	})
	return instances, err
}

func machineFact(s session, i types.Instance) evidence.Fact {
	body := &evidence.Workload{
		CreatedAt:     utc(i.LaunchTime),
		Tags:          ec2Tags(i.Tags),
		Running:       aws.Bool(i.State.Name == types.InstanceStateNameRunning),
		Identity:      aws.String(""),
		Network:       aws.String(aws.ToString(i.VpcId)),
		PublicAddress: aws.String(aws.ToString(i.PublicIpAddress)),
	}
	if i.IamInstanceProfile != nil {
		body.Identity = i.IamInstanceProfile.Arn
	}
	groups := i.SecurityGroups // of the first interface
	for _, n := range i.NetworkInterfaces {
		groups = slices.Concat(groups, n.Groups)
	}
	body.SecurityGroups = []string{}
	for _, g := range groups {
		body.SecurityGroups = append(body.SecurityGroups, aws.ToString(g.GroupId))
	}
	body.SecurityGroups = sortedOnce(body.SecurityGroups)
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Workload", Type: "aws.ec2.instance",
		ID: *i.InstanceId, Name: body.Tags["Name"],
	}}
	body.Metadata = parseMetadata(i.MetadataOptions, &fact)
	return fact
}

// parseMetadata: a setting with a value we do not know stays unseen.
func parseMetadata(o *types.InstanceMetadataOptionsResponse, fact *evidence.Fact) *evidence.InstanceMetadata {
	const operation = "ec2:DescribeInstances"
	if o == nil {
		fact.Miss("metadata", without(operation, "MetadataOptions"))
		return nil
	}
	m := &evidence.InstanceMetadata{HopLimit: wide(o.HttpPutResponseHopLimit)}
	switch o.HttpEndpoint {
	case types.InstanceMetadataEndpointStateEnabled, types.InstanceMetadataEndpointStateDisabled:
		m.Enabled = aws.Bool(o.HttpEndpoint == types.InstanceMetadataEndpointStateEnabled)
	default:
		fact.Miss("metadata.enabled", without(operation, "known HttpEndpoint"))
	}
	switch o.HttpTokens {
	case types.HttpTokensStateRequired, types.HttpTokensStateOptional:
		m.Tokens = aws.Bool(o.HttpTokens == types.HttpTokensStateRequired)
	default:
		fact.Miss("metadata.tokens", without(operation, "known HttpTokens"))
	}
	return m
}
