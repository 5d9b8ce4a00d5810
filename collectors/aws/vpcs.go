package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: 2 + one for each VPC, for each region.
var vpcs = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_vpcs",
		Doc:         "VPCs of a region: whether anything is connected to them, and the flow logs of each.",
		Populations: []evidence.Population{{Kind: "Network", Type: "aws.ec2.vpc"}},
		Reads:       []string{"ec2:DescribeVpcs", "ec2:DescribeFlowLogs", "ec2:DescribeNetworkInterfaces"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region })
		return collectVPCs(ctx, s, r, vpcReads{vpcs: client.DescribeVpcs, flowLogs: client.DescribeFlowLogs, interfaces: client.DescribeNetworkInterfaces})
	},
}

type vpcReads struct {
	vpcs       func(context.Context, *ec2.DescribeVpcsInput, ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error)
	flowLogs   func(context.Context, *ec2.DescribeFlowLogsInput, ...func(*ec2.Options)) (*ec2.DescribeFlowLogsOutput, error)
	interfaces func(context.Context, *ec2.DescribeNetworkInterfacesInput, ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error)
}

func collectVPCs(ctx context.Context, s session, r *evidence.Recorder, reads vpcReads) error {
	found, listErr := allVPCs(ctx, r, reads)
	if len(found) == 0 {
		return listErr
	}
	logs, logsErr := allFlowLogs(ctx, r, reads)
	err := each(ctx, found, func(ctx context.Context, v types.Vpc) error {
		fact := vpcFact(s, v)
		body := fact.Body.(*evidence.Network)
		if logsErr != nil {
			fact.Miss("flow_logs", logsErr)
		} else if body.FlowLogs = logs[*v.VpcId]; body.FlowLogs == nil {
			body.FlowLogs = []evidence.FlowLog{}
		}
		used, err := reads.connected(ctx, r, *v.VpcId)
		if err != nil {
			fact.Miss("in_use", err)
		} else {
			body.InUse = &used
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.Add(fact)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func allVPCs(ctx context.Context, r *evidence.Recorder, reads vpcReads) ([]types.Vpc, error) {
	const operation = "ec2:DescribeVpcs"
	var found []types.Vpc
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.vpcs(ctx, &ec2.DescribeVpcsInput{MaxResults: aws.Int32(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Vpcs == nil {
			return nil, without(operation, "vpcSet")
		}
		for _, v := range out.Vpcs {
			if aws.ToString(v.VpcId) == "" {
				return nil, without(operation, "id of a VPC")
			}
			found = append(found, v)
		}
		return more(out.NextToken), nil
	})
	return found, err
}

// allFlowLogs are the region's flow logs by what they record. Those of a subnet
// or an interface are under its id, and so count for no VPC.
func allFlowLogs(ctx context.Context, r *evidence.Recorder, reads vpcReads) (map[string][]evidence.FlowLog, error) {
	const operation = "ec2:DescribeFlowLogs"
	logs := map[string][]evidence.FlowLog{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.flowLogs(ctx, &ec2.DescribeFlowLogsInput{MaxResults: aws.Int32(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.FlowLogs == nil {
			return nil, without(operation, "flowLogSet")
		}
		for _, l := range out.FlowLogs {
			destination := aws.ToString(l.LogDestination)
			if destination == "" {
				destination = aws.ToString(l.LogGroupName)
			}
			of := aws.ToString(l.ResourceId)
			logs[of] = append(logs[of], evidence.FlowLog{
				ID: aws.ToString(l.FlowLogId), Status: aws.ToString(l.FlowLogStatus), Traffic: string(l.TrafficType),
				Delivery: aws.ToString(l.DeliverLogsStatus), Destination: destination,
			})
		}
		return more(out.NextToken), nil
	})
	if err != nil {
		return nil, err
	}
	return logs, nil
}

// connected says whether a VPC has any network interface: everything that is
// reached in it has one.
func (reads vpcReads) connected(ctx context.Context, r *evidence.Recorder, vpc string) (found bool, err error) {
	const operation = "ec2:DescribeNetworkInterfaces"
	err = pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.interfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
			MaxResults: aws.Int32(5), NextToken: token, // the least EC2 allows
			Filters: []types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}},
		})
		if err != nil {
			return nil, err
		}
		if out.NetworkInterfaces == nil {
			return nil, without(operation, "networkInterfaceSet")
		}
		if found = len(out.NetworkInterfaces) > 0; found {
			return nil, nil
		}
		return more(out.NextToken), nil
	})
	return found, err
}

func vpcFact(s session, v types.Vpc) evidence.Fact {
	name := *v.VpcId
	for _, t := range v.Tags {
		if aws.ToString(t.Key) == "Name" && aws.ToString(t.Value) != "" {
			name = *t.Value
		}
	}
	return evidence.Fact{Body: &evidence.Network{Default: v.IsDefault}, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Network", Type: "aws.ec2.vpc",
		ID: "arn:" + s.partition + ":ec2:" + s.region + ":" + s.account + ":vpc/" + *v.VpcId, Name: name,
	}}
}
