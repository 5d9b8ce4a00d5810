package aws

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestVPCs(t *testing.T) {
	t.Parallel()
	vpc := func(id string) types.Vpc { return types.Vpc{VpcId: &id, IsDefault: aws.Bool(false)} }
	reads := func(logs error) vpcReads {
		return vpcReads{
			vpcs: func(_ context.Context, in *ec2.DescribeVpcsInput, _ ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error) {
				if in.NextToken == nil {
					return &ec2.DescribeVpcsOutput{Vpcs: []types.Vpc{vpc("vpc-used")}, NextToken: aws.String("2")}, nil
				}
				return &ec2.DescribeVpcsOutput{Vpcs: []types.Vpc{vpc("vpc-empty")}}, nil
			},
			flowLogs: func(context.Context, *ec2.DescribeFlowLogsInput, ...func(*ec2.Options)) (*ec2.DescribeFlowLogsOutput, error) {
				return &ec2.DescribeFlowLogsOutput{FlowLogs: []types.FlowLog{
					{FlowLogId: aws.String("fl-1"), ResourceId: aws.String("subnet-1"), FlowLogStatus: aws.String("ACTIVE"), TrafficType: "ALL"},
					{FlowLogId: aws.String("fl-2"), ResourceId: aws.String("vpc-used"), FlowLogStatus: aws.String("ACTIVE"), TrafficType: "REJECT", LogGroupName: aws.String("g")},
				}}, logs
			},
			interfaces: func(_ context.Context, in *ec2.DescribeNetworkInterfacesInput, _ ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error) {
				out := &ec2.DescribeNetworkInterfacesOutput{NetworkInterfaces: []types.NetworkInterface{}}
				switch {
				case in.Filters[0].Values[0] == "vpc-empty":
				case in.NextToken == nil: // a filtered page can be empty although more follow
					out.NextToken = aws.String("2")
				default:
					out.NetworkInterfaces = append(out.NetworkInterfaces, types.NetworkInterface{})
				}
				return out, nil
			},
		}
	}
	look := func(t *testing.T, logs error) map[string]evidence.Fact {
		t.Helper()
		r := evidence.NewRecorder(evidence.Pull{Populations: vpcs.Populations})
		require.NoError(t, collectVPCs(t.Context(), here, r, reads(logs)))
		_, facts := r.Result()
		byName := map[string]evidence.Fact{}
		for _, f := range facts {
			byName[f.Resource.Name] = f
		}
		return byName
	}

	facts := look(t, nil)
	require.Equal(t, &evidence.Network{Default: aws.Bool(false), InUse: aws.Bool(true), FlowLogs: []evidence.FlowLog{
		{ID: "fl-2", Status: "ACTIVE", Traffic: "REJECT", Destination: "g"},
	}}, facts["vpc-used"].Body)
	require.Equal(t, &evidence.Network{Default: aws.Bool(false), InUse: aws.Bool(false), FlowLogs: []evidence.FlowLog{}}, facts["vpc-empty"].Body, "a subnet's log is not its network's")
	require.Equal(t, "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-used", facts["vpc-used"].Resource.ID)

	facts = look(t, errors.New("no"))
	require.Nil(t, facts["vpc-empty"].Body.(*evidence.Network).FlowLogs)
	_, ok := facts["vpc-empty"].Hole("flow_logs")
	require.True(t, ok)
}
