package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// The populations of Identity Center.
const (
	centerInstances   = "aws.identity_center.instance"
	centerSets        = "aws.identity_center.permission_set"
	centerAssignments = "aws.identity_center.assignment"
	centerUsers       = "aws.identity_center.user"
	centerGroups      = "aws.identity_center.group"
	centerPolicies    = "aws.identity_center.managed_policy"
)

// Calls: 1 a region without an instance. With one: 1 + ⌈sets/100⌉ + sets × (5 +
// accounts the set is in) + 2 × AWS policies in the sets + ⌈users/100⌉ +
// ⌈groups/100⌉ + groups. Members of the organisation see that there is an
// instance and are denied the rest.
var identityCenter = collector{
	Collector: declare(evidence.Collector{
		Name: "aws_identity_center",
		Doc:  "Identity Center: its permission sets, who they are assigned to, its users and groups.",
		Populations: []evidence.Population{
			{Kind: "IdentityProvider", Type: centerInstances},
			{Kind: "Role", Type: centerSets},
			{Kind: "Grant", Type: centerAssignments},
			{Kind: "User", Type: centerUsers},
			{Kind: "Group", Type: centerGroups},
			{Kind: "Policy", Type: centerPolicies},
		},
		Reads: []string{
			"ssoadmin:ListInstances", "ssoadmin:ListPermissionSets", "ssoadmin:DescribePermissionSet",
			"ssoadmin:ListManagedPoliciesInPermissionSet", "ssoadmin:ListCustomerManagedPolicyReferencesInPermissionSet",
			"ssoadmin:GetInlinePolicyForPermissionSet",
			"ssoadmin:ListAccountsForProvisionedPermissionSet", "ssoadmin:ListAccountAssignments",
			"identitystore:ListUsers", "identitystore:ListGroups", "identitystore:ListGroupMemberships",
			"iam:GetPolicy", "iam:GetPolicyVersion",
		},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		config := s.config.Copy()
		config.Region = s.region
		admin, store, client := ssoadmin.NewFromConfig(config), identitystore.NewFromConfig(config), iam.NewFromConfig(config)
		return collectIdentityCenter(ctx, s, r, centerReads{
			instances: admin.ListInstances,
			sets: setReads{
				list: admin.ListPermissionSets, describe: admin.DescribePermissionSet,
				managed: admin.ListManagedPoliciesInPermissionSet, customer: admin.ListCustomerManagedPolicyReferencesInPermissionSet,
				inline:   admin.GetInlinePolicyForPermissionSet,
				accounts: admin.ListAccountsForProvisionedPermissionSet, assignments: admin.ListAccountAssignments,
			},
			people:   peopleReads{users: store.ListUsers, groups: store.ListGroups, memberships: store.ListGroupMemberships},
			policies: publishedPolicyReads{get: client.GetPolicy, version: client.GetPolicyVersion},
		})
	},
}

type centerReads struct {
	instances func(context.Context, *ssoadmin.ListInstancesInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListInstancesOutput, error)
	sets      setReads
	people    peopleReads
	policies  publishedPolicyReads
}

func collectIdentityCenter(ctx context.Context, s session, r *evidence.Recorder, reads centerReads) error {
	const operation = "ssoadmin:ListInstances"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.instances(ctx, &ssoadmin.ListInstancesInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Instances == nil {
			return nil, without(operation, "Instances")
		}
		for _, instance := range out.Instances {
			if aws.ToString(instance.InstanceArn) == "" || aws.ToString(instance.IdentityStoreId) == "" {
				return nil, without(operation, "ARN or identity store of an instance")
			}
			if primary := aws.ToString(instance.PrimaryRegion); primary != "" && primary != s.region {
				continue // a copy; the region it was made in tells of it
			}
			if err := r.Add(centerFact(s, instance)); err != nil {
				return nil, err
			}
			collectInstance(ctx, s, r, reads, instance)
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
		}
		return out.NextToken, nil
	})
}

// collectInstance reads what an instance holds. A list that cannot be read
// costs its own population only.
func collectInstance(ctx context.Context, s session, r *evidence.Recorder, reads centerReads, instance types.InstanceMetadata) {
	arns, err := collectSets(ctx, s, r, reads.sets, instance)
	if err != nil {
		r.Miss(centerSets, err)
		r.Miss(centerAssignments, err)
		r.Miss(centerPolicies, err)
	}
	for _, arn := range arns {
		collectPublished(ctx, s, r, reads.policies, arn)
	}
	if err := collectCenterUsers(ctx, s, r, reads.people, *instance.IdentityStoreId); err != nil {
		r.Miss(centerUsers, err)
	}
	if err := collectCenterGroups(ctx, s, r, reads.people, *instance.IdentityStoreId); err != nil {
		r.Miss(centerGroups, err)
	}
}

func centerFact(s session, instance types.InstanceMetadata) evidence.Fact {
	protocol := evidence.ProtocolIdentityCenter
	body := &evidence.IdentityProvider{
		Protocol: &protocol, CreatedAt: utc(instance.CreatedDate), Owner: instance.OwnerAccountId,
		ValidUntil: &evidence.Moment{Never: true},
	}
	fact := evidence.Fact{Body: body, Resource: centerResource(s, "IdentityProvider", centerInstances, *instance.InstanceArn, aws.ToString(instance.Name))}
	switch instance.Status {
	case types.InstanceStatusActive:
		body.Active = aws.Bool(true)
	case types.InstanceStatusCreateInProgress, types.InstanceStatusCreateFailed, types.InstanceStatusDeleteInProgress:
		body.Active = aws.Bool(false)
	default:
		fact.Miss("active", without("ssoadmin:ListInstances", "known Status"))
	}
	return fact
}

func centerResource(s session, kind evidence.Kind, typ, id, name string) evidence.Resource {
	return evidence.Resource{Provider: "aws", Account: s.account, Region: s.region, Kind: kind, Type: typ, ID: id, Name: name}
}
