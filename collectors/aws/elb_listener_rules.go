package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// onlyRedirects says whether a listener does nothing but redirect to HTTPS. Only
// HTTP listeners are asked: what takes TLS or no HTTP at all does not redirect
// to HTTPS. The default action is one of the rules, and the others count too.
func onlyRedirects(ctx context.Context, r *evidence.Recorder, reads balancerReads, l *evidence.Listener, i int, fact *evidence.Fact) {
	if l.Protocol != string(types.ProtocolEnumHttp) {
		l.OnlyRedirects = aws.Bool(false)
		return
	}
	only, err := allRedirect(ctx, r, reads, l.ID)
	if err != nil {
		fact.Miss(fmt.Sprintf("listeners[%d].only_redirects", i), err)
		return
	}
	l.OnlyRedirects = &only
}

func allRedirect(ctx context.Context, r *evidence.Recorder, reads balancerReads, listener string) (bool, error) {
	const operation = "elasticloadbalancingv2:DescribeRules"
	rules, all := 0, true
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.rules(ctx, &elb.DescribeRulesInput{ListenerArn: &listener, Marker: token})
		if err != nil {
			return nil, err
		}
		for _, rule := range out.Rules {
			rules++
			all = all && redirects(rule.Actions)
		}
		return following(out.NextMarker), nil
	})
	if err == nil && rules == 0 {
		err = without(operation, "rule; a listener has at least its default one")
	}
	return all, err
}

// redirects says whether actions redirect to HTTPS and do nothing else. A
// redirect that leaves the protocol as it was stays on HTTP. Source: ELB API
// reference, RedirectActionConfig.
func redirects(actions []types.Action) bool {
	for _, a := range actions {
		if a.Type != types.ActionTypeEnumRedirect || a.RedirectConfig == nil || aws.ToString(a.RedirectConfig.Protocol) != "HTTPS" {
			return false
		}
	}
	return len(actions) > 0
}
