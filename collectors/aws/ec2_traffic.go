package aws

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// traffic reads the rules of one direction: one for each side that a permission
// names, sorted, since EC2 gives them in no fixed order. A rule that cannot be
// read could be the one that matters, so then none is known.
func traffic(fact *evidence.Fact, field string, list []types.IpPermission, lists map[string]prefixList) []evidence.TrafficRule {
	const operation = "ec2:DescribeSecurityGroups"
	if list == nil {
		fact.Miss(field, without(operation, "permissions of a group"))
		return nil
	}
	rules := []evidence.TrafficRule{}
	for _, p := range list {
		of, err := parsePermission(p)
		if err != nil {
			fact.Miss(field, err)
			return nil
		}
		rules = append(rules, of...)
	}
	slices.SortFunc(rules, func(a, b evidence.TrafficRule) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.FromPort, b.FromPort), cmp.Compare(a.ToPort, b.ToPort), cmp.Compare(a.Peer, b.Peer))
	})
	for i := range rules {
		list, is := lists[rules[i].Peer]
		switch {
		case is && list.err != nil:
			fact.Miss(fmt.Sprintf("%s[%d].networks", field, i), list.err)
		case is:
			rules[i].Networks = list.networks
		}
	}
	return rules
}

// parsePermission gives a rule for each side that a permission names. Source:
// EC2 API reference, IpPermission: ports count for TCP and UDP only, and are
// left out where all are meant.
func parsePermission(p types.IpPermission) ([]evidence.TrafficRule, error) {
	const operation = "ec2:DescribeSecurityGroups"
	rule := evidence.TrafficRule{Protocol: protocol(aws.ToString(p.IpProtocol)), FromPort: -1, ToPort: -1}
	switch rule.Protocol {
	case "":
		return nil, without(operation, "protocol of a permission")
	case "tcp", "udp":
		if p.FromPort == nil || p.ToPort == nil {
			return nil, without(operation, "ports of a permission")
		}
		rule.FromPort, rule.ToPort = int64(*p.FromPort), int64(*p.ToPort)
	case "icmp", "icmpv6":
		if p.FromPort != nil && p.ToPort != nil {
			rule.FromPort, rule.ToPort = int64(*p.FromPort), int64(*p.ToPort)
		}
	}
	var rules []evidence.TrafficRule
	add := func(peer *string, networks []string) {
		rule.Peer, rule.Networks = aws.ToString(peer), networks
		rules = append(rules, rule)
	}
	for _, r := range p.IpRanges {
		add(r.CidrIp, []string{aws.ToString(r.CidrIp)})
	}
	for _, r := range p.Ipv6Ranges {
		add(r.CidrIpv6, []string{aws.ToString(r.CidrIpv6)})
	}
	for _, r := range p.PrefixListIds {
		add(r.PrefixListId, nil)
	}
	for _, r := range p.UserIdGroupPairs {
		add(r.GroupId, []string{})
	}
	if slices.ContainsFunc(rules, func(r evidence.TrafficRule) bool { return r.Peer == "" }) {
		return nil, without(operation, "other side of a permission")
	}
	return rules, nil
}

// protocol gives the names that EC2 uses, whether a rule was made with a name or
// a number. Source: EC2 API reference, IpPermission; IANA protocol numbers.
func protocol(p string) string {
	switch p {
	case "-1":
		return "all"
	case "1":
		return "icmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "58":
		return "icmpv6"
	}
	return p
}

// prefixList is what a prefix list holds, or why that was not seen.
type prefixList struct {
	networks []string
	err      error
}

// prefixListsOf are the prefix lists that rules of groups name.
func prefixListsOf(groups []types.SecurityGroup) []string {
	var ids []string
	for _, g := range groups {
		for _, p := range slices.Concat(g.IpPermissions, g.IpPermissionsEgress) {
			for _, l := range p.PrefixListIds {
				ids = append(ids, aws.ToString(l.PrefixListId))
			}
		}
	}
	return sortedOnce(ids)
}

// prefixLists reads what prefix lists hold: a list can hold 0.0.0.0/0.
func prefixLists(ctx context.Context, r *evidence.Recorder, reads groupReads, ids []string) map[string]prefixList {
	lists := map[string]prefixList{}
	for _, id := range ids {
		networks, err := prefixListEntries(ctx, r, reads, id)
		lists[id] = prefixList{networks: networks, err: err}
	}
	return lists
}

func prefixListEntries(ctx context.Context, r *evidence.Recorder, reads groupReads, id string) ([]string, error) {
	const operation = "ec2:GetManagedPrefixListEntries"
	networks := []string{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.entries(ctx, &ec2.GetManagedPrefixListEntriesInput{PrefixListId: &id, MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Entries == nil {
			return nil, without(operation, "Entries")
		}
		for _, e := range out.Entries {
			if aws.ToString(e.Cidr) == "" {
				return nil, without(operation, "CIDR of an entry")
			}
			networks = append(networks, *e.Cidr)
		}
		return following(out.NextToken), nil
	})
	return sortedOnce(networks), err
}
