package aws

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/controlwatch/controlwatch/evidence"
)

type organizationReads struct {
	describe func(context.Context, *organizations.DescribeOrganizationInput, ...func(*organizations.Options)) (*organizations.DescribeOrganizationOutput, error)
	accounts func(context.Context, *organizations.ListAccountsInput, ...func(*organizations.Options)) (*organizations.ListAccountsOutput, error)
}

// collectOrganization states the organisation the account belongs to. Every
// member may describe it; its accounts can be listed by the management account
// and those it delegates to.
func collectOrganization(ctx context.Context, r *evidence.Recorder, reads organizationReads, fact *evidence.Fact) {
	const operation = "organizations:DescribeOrganization"
	out, err := reads.describe(ctx, &organizations.DescribeOrganizationInput{})
	code, status := codeAndStatus(err)
	account := fact.Body.(*evidence.Account)
	switch {
	case code == "AWSOrganizationsNotInUseException" && status == http.StatusBadRequest:
		account.Organization = &evidence.Organization{
			Member: aws.Bool(false), ID: aws.String(""), ManagementAccount: aws.String(""), AllFeatures: aws.Bool(false), Accounts: []string{},
		}
		return
	case err != nil:
		fact.Miss("organization", unseen(operation, err))
		return
	case out.Organization == nil || aws.ToString(out.Organization.Id) == "":
		fact.Miss("organization", without(operation, "Organization"))
		return
	}
	account.Organization = &evidence.Organization{
		Member: aws.Bool(true), ID: out.Organization.Id, ManagementAccount: out.Organization.MasterAccountId,
		AllFeatures: aws.Bool(out.Organization.FeatureSet == types.OrganizationFeatureSetAll),
	}
	if account.Organization.Accounts, err = organizationAccounts(ctx, r, reads); err != nil {
		fact.Miss("organization.accounts", err)
	}
}

func organizationAccounts(ctx context.Context, r *evidence.Recorder, reads organizationReads) ([]string, error) {
	const operation = "organizations:ListAccounts"
	numbers := []string{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.accounts(ctx, &organizations.ListAccountsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Accounts == nil {
			return nil, without(operation, "Accounts")
		}
		for _, a := range out.Accounts {
			if !accountNumber(aws.ToString(a.Id)) {
				return nil, without(operation, "number of an account")
			}
			numbers = append(numbers, *a.Id)
		}
		return out.NextToken, nil
	})
	if u, ok := errors.AsType[*evidence.Unseen](err); ok && u.Reason == evidence.Denied {
		u.Hint = permissionHint(operation) + "; only the organisation's management account and those it delegates to can use it"
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(numbers)
	return numbers, nil
}
