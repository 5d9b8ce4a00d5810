package aws

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

const authorizationDetails = "iam:GetAccountAuthorizationDetails"

type getAuthorization func(context.Context, *iam.GetAccountAuthorizationDetailsInput, ...func(*iam.Options)) (*iam.GetAccountAuthorizationDetailsOutput, error)

// mostDetails is the largest page IAM gives. It may give fewer and say that more follow.
const mostDetails = 1000

// eachDetail reads the authorisation details of some types of entity to their
// end. An answer without a list that was asked for is no answer.
func eachDetail(ctx context.Context, r *evidence.Recorder, get getAuthorization, of []types.EntityType, visit func(*iam.GetAccountAuthorizationDetailsOutput) error) error {
	return pages(authorizationDetails, r, func(token *string) (*string, error) {
		out, err := get(ctx, &iam.GetAccountAuthorizationDetailsInput{Filter: of, MaxItems: aws.Int32(mostDetails), Marker: token})
		if err != nil {
			return nil, err
		}
		for _, entity := range of {
			if lacks(out, entity) {
				return nil, without(authorizationDetails, "list of the type "+string(entity))
			}
		}
		if err := visit(out); err != nil {
			return nil, err
		}
		return marker(out.IsTruncated, out.Marker), nil
	})
}

func lacks(out *iam.GetAccountAuthorizationDetailsOutput, entity types.EntityType) bool {
	switch entity {
	case types.EntityTypeUser:
		return out.UserDetailList == nil
	case types.EntityTypeGroup:
		return out.GroupDetailList == nil
	case types.EntityTypeRole:
		return out.RoleDetailList == nil
	default:
		return out.Policies == nil
	}
}

// iamPrincipal is what the details of users, groups and roles have in common.
type iamPrincipal struct {
	attached []types.AttachedPolicy
	inline   []types.PolicyDetail
	groups   []string
	boundary *types.AttachedPermissionsBoundary
}

// rights states a principal's policies in its fact. IAM leaves an inline list
// out where there is nothing in it (API reference, the example answer's users);
// the list of attached policies is always there.
func (p iamPrincipal) rights(fact *evidence.Fact) *evidence.PolicyRights {
	out := &evidence.PolicyRights{Inline: []evidence.InlinePolicy{}, Groups: append([]string{}, p.groups...), Boundary: aws.String("")}
	if p.boundary != nil {
		out.Boundary = p.boundary.PermissionsBoundaryArn
	}
	if p.attached == nil {
		fact.Miss("rights.attached", without(authorizationDetails, "AttachedManagedPolicies"))
	} else {
		out.Attached = []evidence.AttachedPolicy{}
	}
	for _, a := range p.attached {
		out.Attached = append(out.Attached, attachedPolicy(aws.ToString(a.PolicyArn), aws.ToString(a.PolicyName)))
	}
	for _, in := range p.inline {
		doc, err := identityPolicy(authorizationDetails, aws.ToString(in.PolicyDocument))
		if err != nil {
			fact.Miss("rights.inline", err)
		}
		out.Inline = append(out.Inline, evidence.InlinePolicy{Name: aws.ToString(in.PolicyName), Document: doc})
	}
	return out
}

func attachedPolicy(arn, name string) evidence.AttachedPolicy {
	return evidence.AttachedPolicy{ARN: arn, Name: name, ProviderManaged: awsManaged(arn)}
}

// awsManaged: the account of AWS's own policies is "aws". Source: IAM user guide, IAM ARNs.
func awsManaged(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[2] == "iam" && parts[4] == "aws" && strings.HasPrefix(parts[5], "policy/")
}

// identityPolicy reads a document as IAM hands it out: JSON, percent-encoded
// after RFC 3986, in which a plus sign is a plus sign.
func identityPolicy(operation, encoded string) (*evidence.PolicyDocument, error) {
	text, err := url.PathUnescape(encoded)
	if err != nil {
		return nil, &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: errors.New("the policy is not percent-encoded as documented")}
	}
	return plainPolicy(operation, text)
}

// plainPolicy reads a document that is not encoded.
func plainPolicy(operation, text string) (*evidence.PolicyDocument, error) {
	doc, err := parsePolicy(text)
	if u, ok := errors.AsType[*evidence.Unseen](err); ok {
		u.Operation = operation
	}
	return doc, err
}
