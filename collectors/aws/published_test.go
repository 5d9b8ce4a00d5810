package aws

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// published gives AWS's own sample output of an operation.
func published[Out any](t *testing.T, operation string) *Out {
	t.Helper()
	b, err := os.ReadFile("testdata/published/compute.json")
	require.NoError(t, err)
	var file struct{ Outputs map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal(b, &file))
	require.Contains(t, file.Outputs, operation)
	out := new(Out)
	require.NoError(t, json.Unmarshal(file.Outputs[operation], out))
	return out
}

// answers makes an operation that always answers the same.
func answers[In, Out, Options any](out *Out) func(context.Context, *In, ...func(*Options)) (*Out, error) {
	return func(context.Context, *In, ...func(*Options)) (*Out, error) { return out, nil }
}

var oregon = session{account: "123456789012", region: "us-west-2"}

// recorderFor records for one population.
func recorderFor(typ string) *evidence.Recorder {
	return evidence.NewRecorder(evidence.Pull{Populations: []evidence.Population{{Type: typ}}})
}

func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	t.Run("a volume that says nothing of encryption is not in clear", func(t *testing.T) {
		t.Parallel()
		r := recorderFor("aws.ec2.volume")
		require.NoError(t, collectVolumes(t.Context(), oregon, r, answers[ec2.DescribeVolumesInput, ec2.DescribeVolumesOutput, ec2.Options](published[ec2.DescribeVolumesOutput](t, "DescribeVolumes"))))
		pull, facts := r.Result()
		require.Equal(t, 1, pull.Pages, "an empty NextToken is none")
		require.Len(t, facts, 1)
		require.Equal(t, "vol-049df61146c4d7901", facts[0].Resource.ID)
		body := facts[0].Body.(*evidence.Datastore)
		require.Equal(t, time.Date(2013, 12, 18, 22, 35, 0, 84e6, time.UTC), *body.CreatedAt)
		require.True(t, *body.EBS.Attached)
		require.Nil(t, body.Encryption.Enabled)
		_, told := facts[0].Hole("encryption.enabled")
		require.True(t, told)
	})
	t.Run("a snapshot on both lists is public", func(t *testing.T) {
		t.Parallel()
		r := recorderFor("aws.ec2.snapshot")
		require.NoError(t, collectSnapshots(t.Context(), oregon, r, answers[ec2.DescribeSnapshotsInput, ec2.DescribeSnapshotsOutput, ec2.Options](published[ec2.DescribeSnapshotsOutput](t, "DescribeSnapshots"))))
		_, facts := r.Result()
		require.Len(t, facts, 1)
		require.True(t, *facts[0].Body.(*evidence.Datastore).EBS.RestorableByAll)
	})
	t.Run("interfaces without a type are no interfaces of no type", func(t *testing.T) {
		t.Parallel()
		reads := groupReads{interfaces: answers[ec2.DescribeNetworkInterfacesInput, ec2.DescribeNetworkInterfacesOutput, ec2.Options](published[ec2.DescribeNetworkInterfacesOutput](t, "DescribeNetworkInterfaces"))}
		_, err := interfaceTypes(t.Context(), recorder(), reads)
		require.Equal(t, evidence.ProviderError, evidence.HoleFrom(err).Reason)
	})
	t.Run("functions", func(t *testing.T) {
		t.Parallel()
		r := recorderFor("aws.lambda.function")
		require.NoError(t, collectFunctions(t.Context(), oregon, r, functionReads{
			functions: answers[lambda.ListFunctionsInput, lambda.ListFunctionsOutput, lambda.Options](published[lambda.ListFunctionsOutput](t, "ListFunctions")),
			policy:    answers[lambda.GetPolicyInput, lambda.GetPolicyOutput, lambda.Options](published[lambda.GetPolicyOutput](t, "GetPolicy")),
			urls:      answers[lambda.ListFunctionUrlConfigsInput, lambda.ListFunctionUrlConfigsOutput, lambda.Options](&lambda.ListFunctionUrlConfigsOutput{}),
		}))
		_, facts := r.Result()
		require.Len(t, facts, 2)
		for _, f := range facts {
			body := f.Body.(*evidence.Workload)
			require.Equal(t, "nodejs10.x", *body.Lambda.Runtime)
			require.Empty(t, *body.Network)
			require.Equal(t, []evidence.PolicyStatement{{
				Sid: "xaccount", Effect: "Allow", Principal: map[string][]string{"AWS": {"arn:aws:iam::123456789012:root"}},
				Action: []string{"lambda:InvokeFunction"}, Resource: []string{"arn:aws:lambda:us-east-2:123456789012:function:my-function:1"},
			}}, body.Lambda.Policy.Statements)
			require.Nil(t, body.Lambda.URLs)
			h, told := f.Hole("lambda.urls")
			require.True(t, told, "an answer without the list is no empty list")
			require.Equal(t, "lambda:ListFunctionUrlConfigs", h.Operation)
		}
	})
	t.Run("a balancer that serves plain HTTP", func(t *testing.T) {
		t.Parallel()
		r := recorderFor("aws.elbv2.load_balancer")
		require.NoError(t, collectBalancers(t.Context(), oregon, r, balancerReads{
			balancers: answers[elb.DescribeLoadBalancersInput, elb.DescribeLoadBalancersOutput, elb.Options](published[elb.DescribeLoadBalancersOutput](t, "DescribeLoadBalancers")),
			listeners: answers[elb.DescribeListenersInput, elb.DescribeListenersOutput, elb.Options](published[elb.DescribeListenersOutput](t, "DescribeListeners")),
			rules:     answers[elb.DescribeRulesInput, elb.DescribeRulesOutput, elb.Options](published[elb.DescribeRulesOutput](t, "DescribeRules")),
		}))
		_, facts := r.Result()
		require.Len(t, facts, 1)
		require.Equal(t, "my-load-balancer", facts[0].Resource.Name)
		require.Equal(t, &evidence.LoadBalancer{
			CreatedAt: new(time.Date(2016, 3, 25, 21, 26, 12, 92e7, time.UTC)), Sort: aws.String("application"), InternetFacing: aws.Bool(true), Network: aws.String("vpc-3ac0fb5f"),
			Listeners: []evidence.Listener{{
				ID:       "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/app/my-load-balancer/50dc6c495c0c9188/f2f7dc8efc522ab2",
				Protocol: "HTTP", Port: 80, TLSPolicy: aws.String(""), OnlyRedirects: aws.Bool(false),
			}},
		}, facts[0].Body)
	})
}
