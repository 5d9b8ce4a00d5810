package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/types"

	"github.com/controlwatch/controlwatch/evidence"
)

type peopleReads struct {
	users       func(context.Context, *identitystore.ListUsersInput, ...func(*identitystore.Options)) (*identitystore.ListUsersOutput, error)
	groups      func(context.Context, *identitystore.ListGroupsInput, ...func(*identitystore.Options)) (*identitystore.ListGroupsOutput, error)
	memberships func(context.Context, *identitystore.ListGroupMembershipsInput, ...func(*identitystore.Options)) (*identitystore.ListGroupMembershipsOutput, error)
}

// collectCenterUsers states the users of an identity store. AWS has no
// operation that tells their second factors or when they last signed in, so
// those are not observed.
func collectCenterUsers(ctx context.Context, s session, r *evidence.Recorder, reads peopleReads, store string) error {
	const operation = "identitystore:ListUsers"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.users(ctx, &identitystore.ListUsersInput{IdentityStoreId: &store, MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Users == nil {
			return nil, without(operation, "Users")
		}
		for _, u := range out.Users {
			if aws.ToString(u.UserId) == "" {
				return nil, without(operation, "UserId")
			}
			if err := r.Add(centerUser(s, u)); err != nil {
				return nil, err
			}
		}
		return out.NextToken, nil
	})
}

func centerUser(s session, u types.User) evidence.Fact {
	body := &evidence.User{CreatedAt: utc(u.CreatedAt), Email: aws.String("")}
	fact := evidence.Fact{Body: body, Resource: centerResource(s, "User", centerUsers, *u.UserId, aws.ToString(u.UserName))}
	switch u.UserStatus {
	case types.UserStatusEnabled:
		body.Status = aws.String(evidence.UserActive)
	case types.UserStatusDisabled:
		body.Status = aws.String(evidence.UserSuspended)
	default:
		fact.Miss("status", without("identitystore:ListUsers", "known UserStatus"))
	}
	for _, e := range u.Emails {
		if e.Primary || *body.Email == "" {
			body.Email = aws.String(aws.ToString(e.Value))
		}
	}
	return fact
}

func collectCenterGroups(ctx context.Context, s session, r *evidence.Recorder, reads peopleReads, store string) error {
	const operation = "identitystore:ListGroups"
	var groups []types.Group
	listErr := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.groups(ctx, &identitystore.ListGroupsInput{IdentityStoreId: &store, MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Groups == nil {
			return nil, without(operation, "Groups")
		}
		for _, g := range out.Groups {
			if aws.ToString(g.GroupId) == "" {
				return nil, without(operation, "GroupId")
			}
			groups = append(groups, g)
		}
		return out.NextToken, nil
	})
	err := each(ctx, groups, func(ctx context.Context, g types.Group) error {
		body := &evidence.Group{Description: aws.String(aws.ToString(g.Description)), CreatedAt: utc(g.CreatedAt), BuiltIn: aws.Bool(false)}
		fact := evidence.Fact{Body: body, Resource: centerResource(s, "Group", centerGroups, *g.GroupId, aws.ToString(g.DisplayName))}
		var err error
		if body.Members, err = centerMembers(ctx, r, reads, store, *g.GroupId); err != nil {
			fact.Miss("members", err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.Add(fact)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

// centerMembers are the users of a group. A group of Identity Center holds users only.
func centerMembers(ctx context.Context, r *evidence.Recorder, reads peopleReads, store, group string) ([]string, error) {
	const operation = "identitystore:ListGroupMemberships"
	members := []string{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.memberships(ctx, &identitystore.ListGroupMembershipsInput{
			IdentityStoreId: &store, GroupId: &group, MaxResults: aws.Int32(100), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.GroupMemberships == nil {
			return nil, without(operation, "GroupMemberships")
		}
		for _, m := range out.GroupMemberships {
			user, ok := m.MemberId.(*types.MemberIdMemberUserId)
			if !ok || user.Value == "" {
				return nil, without(operation, "user of a membership")
			}
			members = append(members, user.Value)
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(members)
	return members, nil
}
