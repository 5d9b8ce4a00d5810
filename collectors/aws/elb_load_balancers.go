package aws

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈balancers/400⌉ + balancers + HTTP listeners.
var loadBalancers = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_elb_load_balancers",
		Doc:         "Application, network and gateway load balancers of a region and their listeners; not the classic ones.",
		Populations: []evidence.Population{{Kind: "LoadBalancer", Type: "aws.elbv2.load_balancer"}},
		Reads: []string{
			"elasticloadbalancingv2:DescribeLoadBalancers", "elasticloadbalancingv2:DescribeListeners", "elasticloadbalancingv2:DescribeRules",
		},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := elb.NewFromConfig(s.config, func(o *elb.Options) { o.Region = s.region })
		return collectBalancers(ctx, s, r, balancerReads{balancers: client.DescribeLoadBalancers, listeners: client.DescribeListeners, rules: client.DescribeRules})
	},
}

type balancerReads struct {
	balancers func(context.Context, *elb.DescribeLoadBalancersInput, ...func(*elb.Options)) (*elb.DescribeLoadBalancersOutput, error)
	listeners func(context.Context, *elb.DescribeListenersInput, ...func(*elb.Options)) (*elb.DescribeListenersOutput, error)
	rules     func(context.Context, *elb.DescribeRulesInput, ...func(*elb.Options)) (*elb.DescribeRulesOutput, error)
}

func collectBalancers(ctx context.Context, s session, r *evidence.Recorder, reads balancerReads) error {
	balancers, listErr := allBalancers(ctx, r, reads)
	err := each(ctx, balancers, func(ctx context.Context, b types.LoadBalancer) error {
		fact := balancerFact(s, b)
		listeners, err := listenersOf(ctx, r, reads, *b.LoadBalancerArn, &fact)
		if err != nil {
			fact.Miss("listeners", err)
		} else {
			fact.Body.(*evidence.LoadBalancer).Listeners = listeners
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

func allBalancers(ctx context.Context, r *evidence.Recorder, reads balancerReads) ([]types.LoadBalancer, error) {
	const operation = "elasticloadbalancingv2:DescribeLoadBalancers"
	var balancers []types.LoadBalancer
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.balancers(ctx, &elb.DescribeLoadBalancersInput{Marker: token})
		if err != nil {
			return nil, err
		}
		if out.LoadBalancers == nil {
			return nil, without(operation, "LoadBalancers")
		}
		for _, b := range out.LoadBalancers {
			if aws.ToString(b.LoadBalancerArn) == "" {
				return nil, without(operation, "ARN of a balancer")
			}
			balancers = append(balancers, b)
		}
		return following(out.NextMarker), nil
	})
	return balancers, err
}

func balancerFact(s session, b types.LoadBalancer) evidence.Fact {
	const operation = "elasticloadbalancingv2:DescribeLoadBalancers"
	body := &evidence.LoadBalancer{CreatedAt: utc(b.CreatedTime), Network: b.VpcId}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "LoadBalancer", Type: "aws.elbv2.load_balancer",
		ID: *b.LoadBalancerArn, Name: aws.ToString(b.LoadBalancerName),
	}}
	if b.Type != "" {
		body.Sort = aws.String(string(b.Type))
	}
	switch {
	case b.Scheme == types.LoadBalancerSchemeEnumInternetFacing, b.Scheme == types.LoadBalancerSchemeEnumInternal:
		body.InternetFacing = aws.Bool(b.Scheme == types.LoadBalancerSchemeEnumInternetFacing)
	case b.Type == types.LoadBalancerTypeEnumGateway: // has no scheme: it takes traffic from endpoints
		body.InternetFacing = aws.Bool(false)
	default:
		fact.Miss("internet_facing", without(operation, "known Scheme"))
	}
	return fact
}

func listenersOf(ctx context.Context, r *evidence.Recorder, reads balancerReads, balancer string, fact *evidence.Fact) ([]evidence.Listener, error) {
	const operation = "elasticloadbalancingv2:DescribeListeners"
	listeners := []evidence.Listener{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.listeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: &balancer, Marker: token})
		if err != nil {
			return nil, err
		}
		if out.Listeners == nil {
			return nil, without(operation, "Listeners")
		}
		for _, l := range out.Listeners {
			if aws.ToString(l.ListenerArn) == "" || l.Protocol == "" {
				return nil, without(operation, "ARN or protocol of a listener")
			}
			listeners = append(listeners, evidence.Listener{
				ID: *l.ListenerArn, Protocol: string(l.Protocol), Port: int64(aws.ToInt32(l.Port)), TLSPolicy: aws.String(aws.ToString(l.SslPolicy)),
			})
		}
		return following(out.NextMarker), nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(listeners, func(a, b evidence.Listener) int { return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.ID, b.ID)) })
	for i := range listeners {
		onlyRedirects(ctx, r, reads, &listeners[i], i, fact)
	}
	return listeners, nil
}
