package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// userRights are the policies and groups of every user, by the user's id.
type userRights struct {
	users map[string]types.UserDetail
	err   error
}

func fetchUserRights(ctx context.Context, r *evidence.Recorder, get getAuthorization) userRights {
	all := userRights{users: map[string]types.UserDetail{}}
	all.err = eachDetail(ctx, r, get, []types.EntityType{types.EntityTypeUser}, func(out *iam.GetAccountAuthorizationDetailsOutput) error {
		for _, u := range out.UserDetailList {
			all.users[aws.ToString(u.UserId)] = u
		}
		return nil
	})
	return all
}

// fill writes what is known of a user's rights into its fact. A list cut short
// still tells of those in it.
func (all userRights) fill(u types.User, fact *evidence.Fact) {
	detail, ok := all.users[aws.ToString(u.UserId)]
	switch {
	case ok:
		fact.Body.(*evidence.User).Rights = iamPrincipal{
			attached: detail.AttachedManagedPolicies, inline: detail.UserPolicyList, groups: detail.GroupList, boundary: detail.PermissionsBoundary,
		}.rights(fact)
	case all.err != nil:
		fact.Miss("rights", all.err)
	default:
		fact.Miss("rights", &evidence.Unseen{
			Reason: evidence.Stale, Operation: authorizationDetails, Err: errors.New("the user is newer than the list of rights"),
		})
	}
}
