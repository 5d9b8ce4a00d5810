package aws

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈entities/1000⌉, where entities are the account's users, groups, roles
// and its managed policies in use; IAM may make pages shorter.
var iamAuthorization = collector{
	Collector: declare(evidence.Collector{
		Name: "aws_iam_authorization",
		Doc:  "IAM groups and their members, roles and who may take them on, and the policies that grant rights.",
		Populations: []evidence.Population{
			{Kind: "Group", Type: "aws.iam.group"},
			{Kind: "Role", Type: "aws.iam.role"},
			{Kind: "Policy", Type: "aws.iam.policy"},
			{Kind: "Policy", Type: "aws.iam.managed_policy"},
			{Kind: "Policy", Type: "aws.iam.inline_policy"},
		},
		Reads: []string{authorizationDetails},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectAuthorization(ctx, s, r, iam.NewFromConfig(s.config).GetAccountAuthorizationDetails)
	},
}

var allEntities = []types.EntityType{
	types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeRole, types.EntityTypeLocalManagedPolicy, types.EntityTypeAWSManagedPolicy,
}

// collectAuthorization states what it can of each page. Who is in a group is
// known only when every user was seen, so groups come last and a list cut short
// leaves their members unseen.
func collectAuthorization(ctx context.Context, s session, r *evidence.Recorder, get getAuthorization) error {
	var groups []types.GroupDetail
	members := map[string][]string{}
	err := eachDetail(ctx, r, get, allEntities, func(out *iam.GetAccountAuthorizationDetailsOutput) error {
		groups = append(groups, out.GroupDetailList...)
		for _, u := range out.UserDetailList {
			if aws.ToString(u.UserId) == "" || aws.ToString(u.UserName) == "" {
				return without(authorizationDetails, "id or name of a user")
			}
			for _, g := range u.GroupList {
				members[g] = append(members[g], *u.UserId)
			}
			if err := addInline(s, r, "user/"+*u.UserName, aws.ToString(u.Arn), u.UserPolicyList); err != nil {
				return err
			}
		}
		for _, role := range out.RoleDetailList {
			if err := addRole(s, r, role); err != nil {
				return err
			}
		}
		for _, p := range out.Policies {
			if err := addManaged(s, r, p); err != nil {
				return err
			}
		}
		return nil
	})
	for _, g := range groups {
		if e := addGroup(s, r, g, members, err); e != nil {
			return e
		}
	}
	return err
}

func addGroup(s session, r *evidence.Recorder, g types.GroupDetail, members map[string][]string, listErr error) error {
	if aws.ToString(g.GroupId) == "" || aws.ToString(g.GroupName) == "" {
		return without(authorizationDetails, "id or name of a group")
	}
	body := &evidence.Group{CreatedAt: utc(g.CreateDate), Roles: []string{}, BuiltIn: aws.Bool(false), Description: aws.String("")}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "Group", Type: "aws.iam.group", ID: *g.GroupId, Name: *g.GroupName,
	}}
	body.Rights = iamPrincipal{attached: g.AttachedManagedPolicies, inline: g.GroupPolicyList}.rights(&fact)
	if listErr != nil {
		fact.Miss("members", listErr)
	} else {
		body.Members = append([]string{}, members[*g.GroupName]...)
		slices.Sort(body.Members)
	}
	if err := r.Add(fact); err != nil {
		return err
	}
	return addInline(s, r, "group/"+*g.GroupName, aws.ToString(g.Arn), g.GroupPolicyList)
}

// addInline states the policies that belong to one principal, so that each is
// judged like one that is shared.
func addInline(s session, r *evidence.Recorder, holder, arn string, policies []types.PolicyDetail) error {
	for _, p := range policies {
		if arn == "" || aws.ToString(p.PolicyName) == "" {
			return without(authorizationDetails, "name of an inline policy or its holder")
		}
		body := &evidence.Policy{ProviderManaged: aws.Bool(false), Attachments: aws.Int64(1), Holder: &holder}
		fact := evidence.Fact{Body: body, Resource: evidence.Resource{
			Provider: "aws", Account: s.account, Kind: "Policy", Type: "aws.iam.inline_policy",
			ID: arn + "/inline/" + *p.PolicyName, Name: holder + "/" + *p.PolicyName,
		}}
		var err error
		if body.Document, err = identityPolicy(authorizationDetails, aws.ToString(p.PolicyDocument)); err != nil {
			fact.Miss("document", err)
		}
		if err := r.Add(fact); err != nil {
			return err
		}
	}
	return nil
}

// addManaged states a managed policy. Of AWS's own, IAM lists those in use.
func addManaged(s session, r *evidence.Recorder, p types.ManagedPolicyDetail) error {
	arn := aws.ToString(p.Arn)
	if arn == "" {
		return without(authorizationDetails, "ARN of a policy")
	}
	typ := "aws.iam.policy"
	if awsManaged(arn) {
		if p.AttachmentCount != nil && *p.AttachmentCount == 0 {
			return nil // servers made after AWS's models list all of them
		}
		typ = "aws.iam.managed_policy"
	}
	body := &evidence.Policy{CreatedAt: utc(p.CreateDate), ProviderManaged: aws.Bool(awsManaged(arn)), Attachments: wide(p.AttachmentCount), Holder: aws.String("")}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "Policy", Type: typ, ID: arn, Name: publishedName(arn), // an ARN ends with it
	}}
	if p.AttachmentCount == nil {
		fact.Miss("attachments", without(authorizationDetails, "AttachmentCount"))
	}
	i := slices.IndexFunc(p.PolicyVersionList, func(v types.PolicyVersion) bool { return v.IsDefaultVersion })
	if i < 0 {
		fact.Miss("document", without(authorizationDetails, "default version of the policy"))
		return r.Add(fact)
	}
	var err error
	if body.Document, err = identityPolicy(authorizationDetails, aws.ToString(p.PolicyVersionList[i].Document)); err != nil {
		fact.Miss("document", err)
	}
	return r.Add(fact)
}

func addRole(s session, r *evidence.Recorder, role types.RoleDetail) error {
	if aws.ToString(role.RoleId) == "" || aws.ToString(role.RoleName) == "" {
		return without(authorizationDetails, "id or name of a role")
	}
	body := &evidence.Role{CreatedAt: utc(role.CreateDate)}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "Role", Type: "aws.iam.role", ID: *role.RoleId, Name: *role.RoleName,
	}}
	if role.Path == nil {
		fact.Miss("provider_owned", without(authorizationDetails, "Path"))
		fact.Miss("permission_set", without(authorizationDetails, "Path"))
	} else {
		// Source: IAM user guide, service-linked roles; Identity Center user guide, reserved roles.
		body.ProviderOwned = aws.Bool(strings.HasPrefix(*role.Path, "/aws-service-role/"))
		body.PermissionSet = aws.String(permissionSetOf(*role.Path, *role.RoleName))
	}
	if role.RoleLastUsed == nil {
		fact.Miss("last_used", without(authorizationDetails, "RoleLastUsed"))
	} else {
		body.LastUsed = evidence.VolatileDay(aws.ToTime(role.RoleLastUsed.LastUsedDate))
	}
	var err error
	if body.Trust, err = identityPolicy(authorizationDetails, aws.ToString(role.AssumeRolePolicyDocument)); err != nil {
		fact.Miss("trust", err)
	}
	body.Rights = iamPrincipal{attached: role.AttachedManagedPolicies, inline: role.RolePolicyList, boundary: role.PermissionsBoundary}.rights(&fact)
	if err := r.Add(fact); err != nil {
		return err
	}
	return addInline(s, r, "role/"+*role.RoleName, aws.ToString(role.Arn), role.RolePolicyList)
}

// permissionSetOf takes the name out of AWSReservedSSO_<name>_<16 digits>.
func permissionSetOf(path, role string) string {
	if !strings.HasPrefix(path, "/aws-reserved/sso.amazonaws.com/") {
		return ""
	}
	name := strings.TrimPrefix(role, "AWSReservedSSO_")
	if i := strings.LastIndexByte(name, '_'); i > 0 {
		name = name[:i]
	}
	return name
}
