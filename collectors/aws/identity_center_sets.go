package aws

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/controlwatch/controlwatch/evidence"
)

type setReads struct {
	list        func(context.Context, *ssoadmin.ListPermissionSetsInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListPermissionSetsOutput, error)
	describe    func(context.Context, *ssoadmin.DescribePermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribePermissionSetOutput, error)
	managed     func(context.Context, *ssoadmin.ListManagedPoliciesInPermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListManagedPoliciesInPermissionSetOutput, error)
	customer    func(context.Context, *ssoadmin.ListCustomerManagedPolicyReferencesInPermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListCustomerManagedPolicyReferencesInPermissionSetOutput, error)
	inline      func(context.Context, *ssoadmin.GetInlinePolicyForPermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.GetInlinePolicyForPermissionSetOutput, error)
	accounts    func(context.Context, *ssoadmin.ListAccountsForProvisionedPermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountsForProvisionedPermissionSetOutput, error)
	assignments func(context.Context, *ssoadmin.ListAccountAssignmentsInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentsOutput, error)
}

// collectSets states each permission set and its assignments, and gives the AWS
// managed policies that the sets name.
func collectSets(ctx context.Context, s session, r *evidence.Recorder, reads setReads, instance types.InstanceMetadata) ([]string, error) {
	const operation = "ssoadmin:ListPermissionSets"
	var sets []string
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &ssoadmin.ListPermissionSetsInput{InstanceArn: instance.InstanceArn, MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.PermissionSets == nil || slices.Contains(out.PermissionSets, "") {
			return nil, without(operation, "PermissionSets")
		}
		sets = append(sets, out.PermissionSets...)
		return out.NextToken, nil
	})
	var mu sync.Mutex
	named := []string{}
	err := each(ctx, sets, func(ctx context.Context, set string) error {
		l := setLook{session: s, r: r, reads: reads, instance: instance.InstanceArn, set: set}
		arns, err := l.collect(ctx)
		mu.Lock()
		defer mu.Unlock()
		named = append(named, arns...)
		return err
	})
	slices.Sort(named)
	if listErr != nil {
		err = listErr
	}
	return slices.Compact(named), err
}

// setLook looks into one permission set.
type setLook struct {
	session
	r        *evidence.Recorder
	reads    setReads
	instance *string
	set      string
	unnamed  error // why its name is not known
}

func (l setLook) collect(ctx context.Context) ([]string, error) {
	const operation = "ssoadmin:DescribePermissionSet"
	body := &evidence.Role{ProviderOwned: aws.Bool(false), Rights: &evidence.PolicyRights{Groups: []string{}}}
	fact := evidence.Fact{Body: body, Resource: centerResource(l.session, "Role", centerSets, l.set, "")}
	out, err := l.reads.describe(ctx, &ssoadmin.DescribePermissionSetInput{InstanceArn: l.instance, PermissionSetArn: &l.set})
	if err == nil && (out.PermissionSet == nil || aws.ToString(out.PermissionSet.Name) == "") {
		err = without(operation, "Name")
	}
	if l.unnamed = unseen(operation, err); err != nil {
		fact.Miss("created_at", l.unnamed)
		fact.Miss("permission_set", l.unnamed)
	} else {
		fact.Resource.Name, body.PermissionSet, body.CreatedAt = *out.PermissionSet.Name, out.PermissionSet.Name, utc(out.PermissionSet.CreatedDate)
	}
	arns := l.policies(ctx, &fact)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := l.r.Add(fact); err != nil {
		return nil, err
	}
	if err := l.assignments(ctx, body.PermissionSet); err != nil {
		l.r.Miss(centerAssignments, err)
	}
	return arns, nil
}

// policies states the three sorts of policy a set can have. AWS's own are
// named by ARN, a customer's by name, as each account has its own.
func (l setLook) policies(ctx context.Context, fact *evidence.Fact) []string {
	rights := fact.Body.(*evidence.Role).Rights
	attached, arns := []evidence.AttachedPolicy{}, []string{}
	const managed, customer = "ssoadmin:ListManagedPoliciesInPermissionSet", "ssoadmin:ListCustomerManagedPolicyReferencesInPermissionSet"
	err := pages(managed, l.r, func(token *string) (*string, error) {
		out, err := l.reads.managed(ctx, &ssoadmin.ListManagedPoliciesInPermissionSetInput{InstanceArn: l.instance, PermissionSetArn: &l.set, NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.AttachedManagedPolicies == nil {
			return nil, without(managed, "AttachedManagedPolicies")
		}
		for _, p := range out.AttachedManagedPolicies {
			attached = append(attached, attachedPolicy(aws.ToString(p.Arn), aws.ToString(p.Name)))
			arns = append(arns, aws.ToString(p.Arn))
		}
		return out.NextToken, nil
	})
	customerErr := pages(customer, l.r, func(token *string) (*string, error) {
		out, err := l.reads.customer(ctx, &ssoadmin.ListCustomerManagedPolicyReferencesInPermissionSetInput{InstanceArn: l.instance, PermissionSetArn: &l.set, NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.CustomerManagedPolicyReferences == nil {
			return nil, without(customer, "CustomerManagedPolicyReferences")
		}
		for _, p := range out.CustomerManagedPolicyReferences {
			attached = append(attached, evidence.AttachedPolicy{Name: aws.ToString(p.Name)})
		}
		return out.NextToken, nil
	})
	switch {
	case err != nil || customerErr != nil:
		if err != nil {
			l.r.Miss(centerPolicies, err) // which of AWS's own are in use is not known
		}
		for _, e := range []error{err, customerErr} {
			if e != nil {
				fact.Miss("rights.attached", e)
			}
		}
	default:
		rights.Attached = attached
	}
	l.inline(ctx, fact)
	return arns
}

func (l setLook) inline(ctx context.Context, fact *evidence.Fact) {
	const operation = "ssoadmin:GetInlinePolicyForPermissionSet"
	rights := fact.Body.(*evidence.Role).Rights
	out, err := l.reads.inline(ctx, &ssoadmin.GetInlinePolicyForPermissionSetInput{InstanceArn: l.instance, PermissionSetArn: &l.set})
	switch {
	case err != nil:
		fact.Miss("rights.inline", unseen(operation, err))
	case out.InlinePolicy == nil:
		fact.Miss("rights.inline", without(operation, "InlinePolicy"))
	case *out.InlinePolicy == "":
		rights.Inline = []evidence.InlinePolicy{}
	default:
		doc, err := plainPolicy(operation, *out.InlinePolicy)
		if err != nil {
			fact.Miss("rights.inline", err)
		}
		rights.Inline = []evidence.InlinePolicy{{Name: "inline", Document: doc}}
	}
}

func (l setLook) assignments(ctx context.Context, name *string) error {
	const operation = "ssoadmin:ListAccountsForProvisionedPermissionSet"
	var accounts []string
	err := pages(operation, l.r, func(token *string) (*string, error) {
		out, err := l.reads.accounts(ctx, &ssoadmin.ListAccountsForProvisionedPermissionSetInput{
			InstanceArn: l.instance, PermissionSetArn: &l.set, MaxResults: aws.Int32(100), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.AccountIds == nil {
			return nil, without(operation, "AccountIds")
		}
		accounts = append(accounts, out.AccountIds...)
		return out.NextToken, nil
	})
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if err := l.assignmentsIn(ctx, account, name); err != nil {
			return err
		}
	}
	return nil
}

func (l setLook) assignmentsIn(ctx context.Context, account string, name *string) error {
	const operation = "ssoadmin:ListAccountAssignments"
	return pages(operation, l.r, func(token *string) (*string, error) {
		out, err := l.reads.assignments(ctx, &ssoadmin.ListAccountAssignmentsInput{
			InstanceArn: l.instance, PermissionSetArn: &l.set, AccountId: &account, MaxResults: aws.Int32(100), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.AccountAssignments == nil {
			return nil, without(operation, "AccountAssignments")
		}
		for _, a := range out.AccountAssignments {
			if aws.ToString(a.PrincipalId) == "" {
				return nil, without(operation, "PrincipalId")
			}
			if err := l.r.Add(l.grant(a, account, name)); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
}

func (l setLook) grant(a types.AccountAssignment, account string, name *string) evidence.Fact {
	body := &evidence.Grant{Holder: a.PrincipalId, Role: aws.String(l.set), RoleName: name, Target: &account}
	label := aws.ToString(name)
	if label == "" {
		label = l.set
	}
	fact := evidence.Fact{Body: body, Resource: centerResource(l.session, "Grant", centerAssignments,
		l.set+"/"+account+"/"+string(a.PrincipalType)+"/"+*a.PrincipalId, label+" in "+account+" to "+*a.PrincipalId)}
	if name == nil {
		fact.Miss("role_name", l.unnamed)
	}
	switch a.PrincipalType {
	case types.PrincipalTypeUser:
		body.HolderType = aws.String(evidence.HolderUser)
	case types.PrincipalTypeGroup:
		body.HolderType = aws.String(evidence.HolderGroup)
	default:
		fact.Miss("holder_type", without("ssoadmin:ListAccountAssignments", "known PrincipalType"))
	}
	return fact
}
