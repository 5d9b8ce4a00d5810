package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈groups/1000⌉ + ⌈interfaces/1000⌉ + ⌈entries/100⌉ for each prefix list
// that a rule names.
var securityGroups = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_ec2_security_groups",
		Doc:         "Security groups of a region: what they let in and out, and what sorts of interfaces they are attached to.",
		Populations: []evidence.Population{{Kind: "NetworkRule", Type: "aws.ec2.security_group"}},
		Reads:       []string{"ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces", "ec2:GetManagedPrefixListEntries"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := ec2.NewFromConfig(s.config, func(o *ec2.Options) { o.Region = s.region })
		return collectSecurityGroups(ctx, s, r, groupReads{
			groups: client.DescribeSecurityGroups, interfaces: client.DescribeNetworkInterfaces, entries: client.GetManagedPrefixListEntries,
		})
	},
}

type groupReads struct {
	groups     func(context.Context, *ec2.DescribeSecurityGroupsInput, ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupsOutput, error)
	interfaces func(context.Context, *ec2.DescribeNetworkInterfacesInput, ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error)
	entries    func(context.Context, *ec2.GetManagedPrefixListEntriesInput, ...func(*ec2.Options)) (*ec2.GetManagedPrefixListEntriesOutput, error)
}

// ec2Page is how much of a list EC2 is asked for at a time: the most it gives,
// and EC2 throttles lists asked for without pages sooner than those with them.
const ec2Page = 1000

func collectSecurityGroups(ctx context.Context, s session, r *evidence.Recorder, reads groupReads) error {
	groups, listErr := allGroups(ctx, r, reads)
	if len(groups) == 0 {
		return listErr
	}
	attached, attachedErr := interfaceTypes(ctx, r, reads)
	lists := prefixLists(ctx, r, reads, prefixListsOf(groups))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, g := range groups {
		fact := groupFact(s, g, lists)
		if attachedErr != nil {
			fact.Miss("interface_types", attachedErr)
		} else {
			fact.Body.(*evidence.NetworkRule).InterfaceTypes = sortedOnce(attached[*g.GroupId])
		}
		if err := r.Add(fact); err != nil {
			return err
		}
	}
	return listErr
}

func allGroups(ctx context.Context, r *evidence.Recorder, reads groupReads) ([]types.SecurityGroup, error) {
	const operation = "ec2:DescribeSecurityGroups"
	var groups []types.SecurityGroup
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.groups(ctx, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(ec2Page), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.SecurityGroups == nil {
			return nil, without(operation, "SecurityGroups")
		}
		for _, g := range out.SecurityGroups {
			if aws.ToString(g.GroupId) == "" {
				return nil, without(operation, "id of a group")
			}
			groups = append(groups, g)
		}
		return following(out.NextToken), nil
	})
	return groups, err
}

// interfaceTypes gives the sorts of interfaces that each group is attached to.
// One page that is missing could hold any group's.
func interfaceTypes(ctx context.Context, r *evidence.Recorder, reads groupReads) (map[string][]string, error) {
	const operation = "ec2:DescribeNetworkInterfaces"
	attached := map[string][]string{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.interfaces(ctx, &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(ec2Page), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.NetworkInterfaces == nil {
			return nil, without(operation, "NetworkInterfaces")
		}
		for _, i := range out.NetworkInterfaces {
			if i.InterfaceType == "" || i.Groups == nil {
				return nil, without(operation, "type or groups of an interface")
			}
			for _, g := range i.Groups {
				id := aws.ToString(g.GroupId)
				attached[id] = append(attached[id], string(i.InterfaceType))
			}
		}
		return following(out.NextToken), nil
	})
	return attached, err
}

func sortedOnce(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

func groupFact(s session, g types.SecurityGroup, lists map[string]prefixList) evidence.Fact {
	body := &evidence.NetworkRule{
		Tags: ec2Tags(g.Tags), Network: aws.String(aws.ToString(g.VpcId)),
		Default: aws.Bool(aws.ToString(g.GroupName) == "default"), // the name is reserved
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "NetworkRule", Type: "aws.ec2.security_group",
		ID: *g.GroupId, Name: aws.ToString(g.GroupName),
	}}
	if *body.Default { // each network has one
		fact.Resource.Name = "default of " + *body.Network
	}
	body.Inbound = traffic(&fact, "inbound", g.IpPermissions, lists)
	body.Outbound = traffic(&fact, "outbound", g.IpPermissionsEgress, lists)
	return fact
}

// ec2Tags: EC2 leaves the list out of the answer where there are no tags.
func ec2Tags(list []types.Tag) map[string]string {
	tags := map[string]string{}
	for _, t := range list {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags
}
