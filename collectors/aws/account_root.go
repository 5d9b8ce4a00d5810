package aws

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// rootReads tell of the root user what the account summary does not.
type rootReads struct {
	report   reportReads
	virtual  func(context.Context, *iam.ListVirtualMFADevicesInput, ...func(*iam.Options)) (*iam.ListVirtualMFADevicesOutput, error)
	features func(context.Context, *iam.ListOrganizationsFeaturesInput, ...func(*iam.Options)) (*iam.ListOrganizationsFeaturesOutput, error)
}

// collectRoot adds to a fact whose Root is set.
func collectRoot(ctx context.Context, s session, r *evidence.Recorder, reads rootReads, fact *evidence.Fact) {
	root := fact.Body.(*evidence.Account).Root
	report, err := fetchReport(ctx, r, reads.report)
	if err == nil {
		err = report.rootUse(s, root)
	}
	if err != nil {
		fact.Miss("root.password_last_used", err)
		fact.Miss("root.keys_last_used", err)
	}
	if root.VirtualMFA, err = rootVirtualMFA(ctx, s, r, reads); err != nil {
		fact.Miss("root.virtual_mfa", err)
	}
	if root.CentrallyManaged, err = rootCentrallyManaged(ctx, reads); err != nil {
		fact.Miss("root.centrally_managed", err)
	}
}

// rootUse reads the report's row of the root user, which AWS names
// <root_account> and gives the ARN of the account's root. Its columns
// access_key_N_last_used_date and password_last_used work as for a user.
func (c credentialReport) rootUse(s session, root *evidence.RootUser) error {
	row, ok := c.rows["arn:"+s.partition+":iam::"+s.account+":root"]
	if !ok {
		return without("iam:GetCredentialReport", "row of the root user")
	}
	password, err := row.moment("password_last_used")
	if err != nil {
		return err
	}
	newest := time.Time{}
	for _, column := range []string{"access_key_1_last_used_date", "access_key_2_last_used_date"} {
		used, err := row.moment(column)
		if err != nil {
			return err
		}
		if used.At.After(newest) {
			newest = used.At
		}
	}
	root.PasswordLastUsed, root.KeysLastUsed = password, evidence.VolatileDay(newest)
	return nil
}

// rootVirtualMFA says whether an app is a second factor of the root user. A
// virtual device is listed with the user it is assigned to; the root user's has
// the account's root as its user (IAM API reference, ListVirtualMFADevices).
func rootVirtualMFA(ctx context.Context, s session, r *evidence.Recorder, reads rootReads) (*bool, error) {
	const operation = "iam:ListVirtualMFADevices"
	found := false
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.virtual(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeAssigned, Marker: token})
		if err != nil {
			return nil, err
		}
		if out.VirtualMFADevices == nil {
			return nil, without(operation, "VirtualMFADevices")
		}
		arn := "arn:" + s.partition + ":iam::" + s.account
		found = found || slices.ContainsFunc(out.VirtualMFADevices, func(d types.VirtualMFADevice) bool {
			return aws.ToString(d.SerialNumber) == arn+":mfa/root-account-mfa-device" || (d.User != nil && aws.ToString(d.User.Arn) == arn+":root")
		})
		return marker(out.IsTruncated, out.Marker), nil
	})
	if err != nil {
		return nil, err
	}
	return &found, nil
}

// rootCentrallyManaged says whether the organisation manages the root
// credentials of its members. Source: errors of iam:ListOrganizationsFeatures.
// That there is no organisation, or that it lets IAM do nothing, is an answer.
func rootCentrallyManaged(ctx context.Context, reads rootReads) (*bool, error) {
	const operation = "iam:ListOrganizationsFeatures"
	out, err := reads.features(ctx, &iam.ListOrganizationsFeaturesInput{})
	code, status := codeAndStatus(err)
	switch {
	case err == nil:
		if out.OrganizationId == nil {
			return nil, without(operation, "OrganizationId")
		}
		return aws.Bool(slices.Contains(out.EnabledFeatures, types.FeatureTypeRootCredentialsManagement)), nil
	case status == http.StatusBadRequest && slices.Contains([]string{
		"OrganizationNotFoundException", "OrganizationNotInAllFeaturesModeException", "ServiceAccessNotEnabledException",
	}, code):
		return aws.Bool(false), nil
	case code == "AccountNotManagementOrDelegatedAdministratorException":
		return nil, &evidence.Unseen{
			Reason: evidence.Denied, Operation: operation, Err: errors.New("only the organisation's management account and those it delegates to may see it"),
			Hint: "read it there, and give the root user of this account a second factor until then",
		}
	}
	return nil, unseen(operation, err)
}
