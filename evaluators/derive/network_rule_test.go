package derive_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

func openings(t *testing.T, rules ...evidence.TrafficRule) ([]evidence.Opening, []evidence.Hole) {
	t.Helper()
	got := derive.All(world(fact("NetworkRule", "aws.ec2.security_group", "sg", &evidence.NetworkRule{Inbound: rules})))
	return got[0].Body.(*evidence.NetworkRule).Openings, got[0].Holes
}

func TestOpenings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule evidence.TrafficRule
		want evidence.Opening
	}{
		"a port":                           {evidence.TrafficRule{Protocol: "tcp", FromPort: 22, ToPort: 22}, evidence.Opening{FromPort: 22, ToPort: 22}},
		"a range":                          {evidence.TrafficRule{Protocol: "udp", FromPort: 1024, ToPort: 2048}, evidence.Opening{FromPort: 1024, ToPort: 2048}},
		"every protocol holds every port":  {evidence.TrafficRule{Protocol: "all", FromPort: -1, ToPort: -1}, evidence.Opening{FromPort: 0, ToPort: 65535}},
		"TCP from any port to any":         {evidence.TrafficRule{Protocol: "tcp", FromPort: -1, ToPort: -1}, evidence.Opening{FromPort: 0, ToPort: 65535}},
		"ICMP types are no ports":          {evidence.TrafficRule{Protocol: "icmp", FromPort: 8, ToPort: 22}, evidence.Opening{FromPort: -1, ToPort: -1}},
		"other protocols have none":        {evidence.TrafficRule{Protocol: "50", FromPort: 0, ToPort: 65535}, evidence.Opening{FromPort: -1, ToPort: -1}},
		"the newer ICMP has none either":   {evidence.TrafficRule{Protocol: "icmpv6", FromPort: 0, ToPort: 255}, evidence.Opening{FromPort: -1, ToPort: -1}},
		"zero is a port":                   {evidence.TrafficRule{Protocol: "tcp", FromPort: 0, ToPort: 65535}, evidence.Opening{FromPort: 0, ToPort: 65535}},
		"a range as it stands in the rule": {evidence.TrafficRule{Protocol: "tcp", FromPort: 1, ToPort: 65535}, evidence.Opening{FromPort: 1, ToPort: 65535}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.rule.Networks = []string{"0.0.0.0/0"}
			c.want.Anyone = new(true)
			got, holes := openings(t, c.rule)
			require.Equal(t, []evidence.Opening{c.want}, got)
			require.Empty(t, holes)
		})
	}
}

func TestAnyone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		networks []string
		want     *bool
	}{
		"the internet":                           {[]string{"0.0.0.0/0"}, new(true)},
		"the newer internet":                     {[]string{"::/0"}, new(true)},
		"the newer internet as it is given out":  {[]string{"2000::/3"}, new(true)},
		"one half of it":                         {[]string{"128.0.0.0/1"}, new(true)},
		"two providers' worth":                   {[]string{"52.0.0.0/7"}, new(true)},
		"one of a list":                          {[]string{"192.0.2.0/24", "0.0.0.0/0"}, new(true)},
		"a large company":                        {[]string{"17.0.0.0/8"}, new(false)},
		"a provider's newer addresses":           {[]string{"2600:1f00::/32"}, new(false)},
		"one address":                            {[]string{"198.51.100.7/32"}, new(false)},
		"a private network":                      {[]string{"10.0.0.0/8"}, new(false)},
		"a private network and its neighbour":    {[]string{"10.0.0.0/7"}, new(true)},
		"all private networks of the newer kind": {[]string{"fc00::/7"}, new(false)},
		"all networks of the link":               {[]string{"fe80::/10"}, new(false)},
		"another group, or an empty list":        {[]string{}, new(false)},
		"a list that was not read":               {nil, nil},
		"what is no network":                     {[]string{"0.0.0.0"}, nil},
		"the internet beside what is no network": {[]string{"pl-1", "0.0.0.0/0"}, new(true)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, holes := openings(t, evidence.TrafficRule{Protocol: "tcp", FromPort: 22, ToPort: 22, Networks: c.networks})
			require.Equal(t, c.want, got[0].Anyone)
			require.Equal(t, c.want == nil, len(holes) > 0)
			for _, h := range holes {
				require.Equal(t, "openings[0].anyone", h.Field)
			}
		})
	}
	t.Run("rules that were not read open nobody knows what", func(t *testing.T) {
		t.Parallel()
		f := fact("NetworkRule", "aws.ec2.security_group", "sg", &evidence.NetworkRule{})
		f.Miss("inbound", &evidence.Unseen{Reason: evidence.Denied, Operation: "ec2:DescribeSecurityGroups"})
		got := derive.All(world(f))[0]
		require.Nil(t, got.Body.(*evidence.NetworkRule).Openings)
		h, ok := got.Hole("openings")
		require.True(t, ok)
		require.Equal(t, evidence.Denied, h.Reason)
	})
}

func TestFunctionPublic(t *testing.T) {
	t.Parallel()
	none, iam := []evidence.FunctionURL{}, []evidence.FunctionURL{{AuthType: "AWS_IAM"}}
	open := []evidence.FunctionURL{{AuthType: "AWS_IAM"}, {AuthType: "NONE"}}
	account := allow(conditions{"StringEquals": {"AWS:SourceAccount": {"111122223333"}}})
	for name, c := range map[string]struct {
		function *evidence.LambdaFunction
		want     *bool
	}{
		"no policy, no address":                  {&evidence.LambdaFunction{Policy: &evidence.PolicyDocument{Absent: true}, URLs: none}, new(false)},
		"an address that asks who it is":         {&evidence.LambdaFunction{Policy: &evidence.PolicyDocument{Absent: true}, URLs: iam}, new(false)},
		"an address that does not":               {&evidence.LambdaFunction{Policy: &evidence.PolicyDocument{Absent: true}, URLs: open}, new(true)},
		"an address that does not, policy lost":  {&evidence.LambdaFunction{URLs: open}, new(true)},
		"a policy for everybody":                 {&evidence.LambdaFunction{Policy: allow(nil), URLs: none}, new(true)},
		"a policy for everybody, addresses lost": {&evidence.LambdaFunction{Policy: allow(nil)}, new(true)},
		"a policy for the calls of one account":  {&evidence.LambdaFunction{Policy: account, URLs: none}, new(false)},
		"a policy for everybody at its address":  {&evidence.LambdaFunction{Policy: allow(conditions{"StringEquals": {"lambda:FunctionUrlAuthType": {"NONE"}}}), URLs: none}, new(true)},
		"a policy without statements":            {&evidence.LambdaFunction{Policy: &evidence.PolicyDocument{}, URLs: none}, nil},
		"addresses lost":                         {&evidence.LambdaFunction{Policy: account}, nil},
		"policy lost":                            {&evidence.LambdaFunction{URLs: iam}, nil},
		"all lost":                               {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := derive.All(world(fact("Workload", "aws.lambda.function", "f", &evidence.Workload{Lambda: c.function})))[0]
			require.Equal(t, c.want, got.Body.(*evidence.Workload).Public)
			_, hole := got.Hole("public")
			require.Equal(t, c.want == nil, hole)
		})
	}
}
