package aws

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestParsePermission(t *testing.T) {
	t.Parallel()
	anywhere := []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}
	rule := func(protocol string, from, to int64) []evidence.TrafficRule {
		return []evidence.TrafficRule{{Protocol: protocol, FromPort: from, ToPort: to, Peer: "0.0.0.0/0", Networks: []string{"0.0.0.0/0"}}}
	}
	for name, c := range map[string]struct {
		permission types.IpPermission
		want       []evidence.TrafficRule
	}{
		"a port":                       {types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22)}, rule("tcp", 22, 22)},
		"a protocol by its number":     {types.IpPermission{IpProtocol: aws.String("17"), FromPort: aws.Int32(53), ToPort: aws.Int32(53)}, rule("udp", 53, 53)},
		"everything":                   {types.IpPermission{IpProtocol: aws.String("-1")}, rule("all", -1, -1)},
		"everything, with ports":       {types.IpPermission{IpProtocol: aws.String("-1"), FromPort: aws.Int32(443), ToPort: aws.Int32(443)}, rule("all", -1, -1)},
		"ping":                         {types.IpPermission{IpProtocol: aws.String("icmp"), FromPort: aws.Int32(8), ToPort: aws.Int32(-1)}, rule("icmp", 8, -1)},
		"the newer ICMP":               {types.IpPermission{IpProtocol: aws.String("58"), FromPort: aws.Int32(-1), ToPort: aws.Int32(-1)}, rule("icmpv6", -1, -1)},
		"a protocol without ports":     {types.IpPermission{IpProtocol: aws.String("50")}, rule("50", -1, -1)},
		"TCP without ports":            {types.IpPermission{IpProtocol: aws.String("tcp")}, nil},
		"TCP without its last port":    {types.IpPermission{IpProtocol: aws.String("6"), FromPort: aws.Int32(22)}, nil},
		"a permission for no protocol": {types.IpPermission{FromPort: aws.Int32(22), ToPort: aws.Int32(22)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.permission.IpRanges = anywhere
			got, err := parsePermission(c.permission)
			require.Equal(t, c.want, got)
			require.Equal(t, c.want == nil, err != nil)
		})
	}
	t.Run("each side is a rule of its own", func(t *testing.T) {
		t.Parallel()
		got, err := parsePermission(types.IpPermission{
			IpProtocol: aws.String("-1"), IpRanges: anywhere, Ipv6Ranges: []types.Ipv6Range{{CidrIpv6: aws.String("::/0")}},
			PrefixListIds: []types.PrefixListId{{PrefixListId: aws.String("pl-1")}}, UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: aws.String("sg-2")}},
		})
		require.NoError(t, err)
		require.Equal(t, []evidence.TrafficRule{
			{Protocol: "all", FromPort: -1, ToPort: -1, Peer: "0.0.0.0/0", Networks: []string{"0.0.0.0/0"}},
			{Protocol: "all", FromPort: -1, ToPort: -1, Peer: "::/0", Networks: []string{"::/0"}},
			{Protocol: "all", FromPort: -1, ToPort: -1, Peer: "pl-1"},
			{Protocol: "all", FromPort: -1, ToPort: -1, Peer: "sg-2", Networks: []string{}},
		}, got)
	})
	t.Run("a side without a name is no rule", func(t *testing.T) {
		t.Parallel()
		_, err := parsePermission(types.IpPermission{IpProtocol: aws.String("-1"), IpRanges: []types.IpRange{{}}})
		require.Error(t, err)
	})
}

// groupsIn answers with one group a page and what else they need.
func groupsIn(groups []types.SecurityGroup, interfacesErr error, entries map[string][]string, asked map[string]int) groupReads {
	return groupReads{
		groups: func(_ context.Context, in *ec2.DescribeSecurityGroupsInput, _ ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupsOutput, error) {
			page := 0
			if in.NextToken != nil {
				if _, err := fmt.Sscan(*in.NextToken, &page); err != nil {
					return nil, err
				}
			}
			out := &ec2.DescribeSecurityGroupsOutput{SecurityGroups: groups[page : page+1], NextToken: aws.String("")}
			if page+1 < len(groups) {
				out.NextToken = aws.String(fmt.Sprint(page + 1))
			}
			return out, nil
		},
		interfaces: func(_ context.Context, in *ec2.DescribeNetworkInterfacesInput, _ ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error) {
			if in.NextToken == nil {
				return &ec2.DescribeNetworkInterfacesOutput{NetworkInterfaces: []types.NetworkInterface{
					{InterfaceType: types.NetworkInterfaceTypeInterface, Groups: []types.GroupIdentifier{{GroupId: aws.String("sg-1")}}},
				}, NextToken: aws.String("2")}, nil
			}
			return &ec2.DescribeNetworkInterfacesOutput{NetworkInterfaces: []types.NetworkInterface{
				{InterfaceType: types.NetworkInterfaceTypeNetworkLoadBalancer, Groups: []types.GroupIdentifier{{GroupId: aws.String("sg-1")}}},
			}}, interfacesErr
		},
		entries: func(_ context.Context, in *ec2.GetManagedPrefixListEntriesInput, _ ...func(*ec2.Options)) (*ec2.GetManagedPrefixListEntriesOutput, error) {
			asked[*in.PrefixListId]++
			list, ok := entries[*in.PrefixListId]
			if !ok {
				return nil, errors.New("gone")
			}
			out := &ec2.GetManagedPrefixListEntriesOutput{Entries: []types.PrefixListEntry{}}
			for _, cidr := range list {
				out.Entries = append(out.Entries, types.PrefixListEntry{Cidr: aws.String(cidr)})
			}
			return out, nil
		},
	}
}

func TestSecurityGroups(t *testing.T) {
	t.Parallel()
	naming := func(id string, lists ...string) types.SecurityGroup {
		g := types.SecurityGroup{GroupId: &id, GroupName: &id, IpPermissions: []types.IpPermission{}, IpPermissionsEgress: []types.IpPermission{}}
		for _, l := range lists {
			g.IpPermissions = append(g.IpPermissions, types.IpPermission{
				IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), PrefixListIds: []types.PrefixListId{{PrefixListId: aws.String(l)}},
			})
		}
		return g
	}
	collect := func(t *testing.T, reads groupReads) map[string]evidence.Fact {
		t.Helper()
		r := recorderFor("aws.ec2.security_group")
		require.NoError(t, collectSecurityGroups(t.Context(), oregon, r, reads))
		_, facts := r.Result()
		byID := map[string]evidence.Fact{}
		for _, f := range facts {
			byID[f.Resource.ID] = f
		}
		return byID
	}
	t.Run("every page of every list counts, and a prefix list is read once", func(t *testing.T) {
		t.Parallel()
		asked := map[string]int{}
		got := collect(t, groupsIn([]types.SecurityGroup{naming("sg-1", "pl-1"), naming("sg-2", "pl-1"), naming("sg-3")}, nil, map[string][]string{"pl-1": {"192.0.2.0/24", "0.0.0.0/0"}}, asked))
		require.Len(t, got, 3)
		require.Equal(t, map[string]int{"pl-1": 1}, asked)
		require.Equal(t, []string{"interface", "network_load_balancer"}, got["sg-1"].Body.(*evidence.NetworkRule).InterfaceTypes)
		require.Equal(t, []string{}, got["sg-2"].Body.(*evidence.NetworkRule).InterfaceTypes)
		require.Equal(t, []string{"0.0.0.0/0", "192.0.2.0/24"}, got["sg-2"].Body.(*evidence.NetworkRule).Inbound[0].Networks)
	})
	t.Run("a page of interfaces that is missing could be any group's", func(t *testing.T) {
		t.Parallel()
		got := collect(t, groupsIn([]types.SecurityGroup{naming("sg-1"), naming("sg-2")}, errors.New("lost"), nil, map[string]int{}))
		for _, f := range got {
			require.Nil(t, f.Body.(*evidence.NetworkRule).InterfaceTypes)
			_, told := f.Hole("interface_types")
			require.True(t, told)
		}
	})
	t.Run("a prefix list that is gone is not an empty one", func(t *testing.T) {
		t.Parallel()
		got := collect(t, groupsIn([]types.SecurityGroup{naming("sg-1", "pl-2", "pl-1")}, nil, map[string][]string{"pl-1": {}}, map[string]int{}))
		inbound := got["sg-1"].Body.(*evidence.NetworkRule).Inbound
		require.Equal(t, []string{}, inbound[0].Networks)
		require.Nil(t, inbound[1].Networks)
		h, told := got["sg-1"].Hole("inbound[1].networks")
		require.True(t, told)
		require.Equal(t, "ec2:GetManagedPrefixListEntries", h.Operation)
	})
	t.Run("one rule that cannot be read and none is known", func(t *testing.T) {
		t.Parallel()
		g := naming("sg-1", "pl-1")
		g.IpPermissions = append(g.IpPermissions, types.IpPermission{IpProtocol: aws.String("tcp")})
		got := collect(t, groupsIn([]types.SecurityGroup{g}, nil, map[string][]string{"pl-1": {}}, map[string]int{}))["sg-1"]
		require.Nil(t, got.Body.(*evidence.NetworkRule).Inbound)
		require.NotNil(t, got.Body.(*evidence.NetworkRule).Outbound)
		_, told := got.Hole("inbound")
		require.True(t, told)
	})
	t.Run("an answer without permissions is no empty list of them", func(t *testing.T) {
		t.Parallel()
		g := naming("sg-1")
		g.IpPermissions = nil
		got := collect(t, groupsIn([]types.SecurityGroup{g}, nil, nil, map[string]int{}))["sg-1"]
		require.Nil(t, got.Body.(*evidence.NetworkRule).Inbound)
	})
}

func TestMachines(t *testing.T) {
	t.Parallel()
	const known, all = 120, 130
	instances := []types.Instance{}
	for i := range all {
		instances = append(instances, types.Instance{InstanceId: aws.String(fmt.Sprint("i-", i)), State: &types.InstanceState{Name: types.InstanceStateNameRunning}})
	}
	instances = append(instances, types.Instance{InstanceId: aws.String("i-gone"), State: &types.InstanceState{Name: types.InstanceStateNameTerminated}})
	var sizes []int
	reads := func(infoErr, patchErr error) machineReads {
		return machineReads{
			instances: answers[ec2.DescribeInstancesInput, ec2.DescribeInstancesOutput, ec2.Options](&ec2.DescribeInstancesOutput{Reservations: []types.Reservation{{Instances: instances}}}),
			information: func(_ context.Context, in *ssm.DescribeInstanceInformationInput, _ ...func(*ssm.Options)) (*ssm.DescribeInstanceInformationOutput, error) {
				first := 0
				if in.NextToken != nil {
					if _, err := fmt.Sscan(*in.NextToken, &first); err != nil {
						return nil, err
					}
				}
				if first > 0 && infoErr != nil {
					return nil, infoErr
				}
				out := &ssm.DescribeInstanceInformationOutput{InstanceInformationList: []ssmtypes.InstanceInformation{}}
				for i := first; i < min(first+int(*in.MaxResults), known); i++ {
					out.InstanceInformationList = append(out.InstanceInformationList, ssmtypes.InstanceInformation{InstanceId: aws.String(fmt.Sprint("i-", i)), PingStatus: ssmtypes.PingStatusOnline})
				}
				if next := first + int(*in.MaxResults); next < known {
					out.NextToken = aws.String(fmt.Sprint(next))
				}
				return out, nil
			},
			patches: func(_ context.Context, in *ssm.DescribeInstancePatchStatesInput, _ ...func(*ssm.Options)) (*ssm.DescribeInstancePatchStatesOutput, error) {
				sizes = append(sizes, len(in.InstanceIds))
				if in.InstanceIds[0] != "i-0" && patchErr != nil {
					return nil, patchErr
				}
				return &ssm.DescribeInstancePatchStatesOutput{InstancePatchStates: []ssmtypes.InstancePatchState{{InstanceId: aws.String(in.InstanceIds[0]), CriticalNonCompliantCount: aws.Int32(3)}}}, nil
			},
		}
	}
	collect := func(reads machineReads) map[string]evidence.Fact {
		sizes = nil
		r := recorderFor("aws.ec2.instance")
		require.NoError(t, collectMachines(t.Context(), oregon, r, reads))
		_, facts := r.Result()
		byID := map[string]evidence.Fact{}
		for _, f := range facts {
			byID[f.Resource.ID] = f
		}
		return byID
	}
	workload := func(f evidence.Fact) *evidence.Workload { return f.Body.(*evidence.Workload) }

	got := collect(reads(nil, nil))
	require.Len(t, got, all, "what is terminated is gone")
	require.Equal(t, []int{50, 50, 20}, sizes, "no more ids than are taken at a time")
	require.True(t, *workload(got["i-119"]).Management.Managed)
	require.False(t, *workload(got["i-120"]).Management.Managed)
	require.True(t, workload(got["i-120"]).Management.LastSeen.Never)
	require.Nil(t, workload(got["i-1"]).Management.LastSeen, "a ping without its time is not a fresh one")
	require.Equal(t, int64(3), *workload(got["i-50"]).Patching.MissingCritical)
	require.Nil(t, workload(got["i-50"]).Patching.MissingSecurity, "a number that is not there is not zero")
	_, told := got["i-50"].Hole("patching.missing_security")
	require.True(t, told)
	require.True(t, workload(got["i-51"]).Patching.ScannedAt.Never)
	require.Nil(t, workload(got["i-51"]).Patching.MissingCritical, "where nobody searched, nobody knows")
	_, told = got["i-1"].Hole("metadata")
	require.True(t, told)

	got = collect(reads(errors.New("lost"), nil))
	require.True(t, *workload(got["i-49"]).Management.Managed, "on the page that came")
	require.Nil(t, workload(got["i-50"]).Management, "could be on the page that did not")
	require.Nil(t, workload(got["i-50"]).Patching)

	got = collect(reads(nil, errors.New("lost")))
	require.NotNil(t, workload(got["i-49"]).Patching)
	require.Nil(t, workload(got["i-50"]).Patching)
	require.NotNil(t, workload(got["i-125"]).Patching, "not among those that were asked for")
}

func TestPublicSnapshots(t *testing.T) {
	t.Parallel()
	list := func(ids ...string) *ec2.DescribeSnapshotsOutput {
		out := &ec2.DescribeSnapshotsOutput{Snapshots: []types.Snapshot{}}
		for _, id := range ids {
			out.Snapshots = append(out.Snapshots, types.Snapshot{SnapshotId: aws.String(id), Encrypted: aws.Bool(false)})
		}
		return out
	}
	r := recorderFor("aws.ec2.snapshot")
	require.NoError(t, collectSnapshots(t.Context(), oregon, r, func(_ context.Context, in *ec2.DescribeSnapshotsInput, _ ...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error) {
		require.Equal(t, []string{"self"}, in.OwnerIds)
		switch {
		case len(in.RestorableByUserIds) == 0:
			return list("snap-1", "snap-2"), nil
		case in.NextToken == nil:
			out := list("snap-1")
			out.NextToken = aws.String("2")
			return out, nil
		}
		return nil, errors.New("lost")
	}))
	_, facts := r.Result()
	require.True(t, *facts[0].Body.(*evidence.Datastore).EBS.RestorableByAll, "it is on the list, whatever else is")
	require.Nil(t, facts[1].Body.(*evidence.Datastore).EBS.RestorableByAll)
	_, told := facts[1].Hole("ebs.restorable_by_all")
	require.True(t, told)
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	to := func(protocol string) elbtypes.Action {
		return elbtypes.Action{Type: elbtypes.ActionTypeEnumRedirect, RedirectConfig: &elbtypes.RedirectActionConfig{Protocol: &protocol}}
	}
	for name, c := range map[string]struct {
		actions []elbtypes.Action
		want    bool
	}{
		"to HTTPS":                   {[]elbtypes.Action{to("HTTPS")}, true},
		"to the protocol it came in": {[]elbtypes.Action{to("#{protocol}")}, false},
		"to HTTP":                    {[]elbtypes.Action{to("HTTP")}, false},
		"to nobody knows where":      {[]elbtypes.Action{{Type: elbtypes.ActionTypeEnumRedirect}}, false},
		"a page of its own":          {[]elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse}}, false},
		"nothing":                    {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, redirects(c.actions))
		})
	}
	t.Run("one rule beside the default one counts", func(t *testing.T) {
		t.Parallel()
		reads := balancerReads{rules: answers[elb.DescribeRulesInput, elb.DescribeRulesOutput, elb.Options](&elb.DescribeRulesOutput{Rules: []elbtypes.Rule{
			{IsDefault: aws.Bool(true), Actions: []elbtypes.Action{to("HTTPS")}}, {Actions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward}}},
		}})}
		only, err := allRedirect(t.Context(), recorder(), reads, "listener")
		require.NoError(t, err)
		require.False(t, only)
	})
	t.Run("no rules at all is no answer", func(t *testing.T) {
		t.Parallel()
		_, err := allRedirect(t.Context(), recorder(), balancerReads{rules: answers[elb.DescribeRulesInput, elb.DescribeRulesOutput, elb.Options](&elb.DescribeRulesOutput{})}, "listener")
		require.Error(t, err)
	})
}

// ACM leaves certificates with newer keys out unless it is asked for them.
func TestCertificatesOfEveryKey(t *testing.T) {
	t.Parallel()
	r := recorderFor("aws.acm.certificate")
	require.NoError(t, collectCertificates(t.Context(), oregon, r, func(_ context.Context, in *acm.ListCertificatesInput, _ ...func(*acm.Options)) (*acm.ListCertificatesOutput, error) {
		for _, key := range []acmtypes.KeyAlgorithm{"RSA_2048", "RSA_4096", "EC_prime256v1", "EC_secp384r1"} {
			require.Contains(t, in.Includes.KeyTypes, key)
		}
		if in.NextToken == nil {
			return &acm.ListCertificatesOutput{CertificateSummaryList: []acmtypes.CertificateSummary{{CertificateArn: aws.String("a"), InUse: aws.Bool(true)}}, NextToken: aws.String("2")}, nil
		}
		return &acm.ListCertificatesOutput{CertificateSummaryList: []acmtypes.CertificateSummary{{CertificateArn: aws.String("b")}}}, nil
	}))
	_, facts := r.Result()
	require.Len(t, facts, 2)
	require.Nil(t, facts[0].Body.(*evidence.Certificate).ExpiresAt)
	_, told := facts[1].Hole("in_use")
	require.True(t, told)
}
