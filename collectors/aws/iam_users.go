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

// Calls: ⌈users/100⌉ + ⌈users/1000⌉ + users + 2, and as many as it takes until
// the report is made; where there is no report, one more for each user.
var iamUsers = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_iam_users",
		Doc:         "IAM users, their passwords, second factors, rights and when they were last active.",
		Populations: []evidence.Population{{Kind: "User", Type: "aws.iam.user"}},
		Reads: []string{
			"iam:ListUsers", "iam:ListMFADevices",
			// Generating writes nothing but the report itself, which AWS keeps
			// for four hours; without it there is nothing to get.
			"iam:GenerateCredentialReport", "iam:GetCredentialReport",
			"iam:GetLoginProfile", authorizationDetails,
		},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := iam.NewFromConfig(s.config)
		return collectUsers(ctx, s, r, userReads{
			list: client.ListUsers, devices: client.ListMFADevices, loginProfile: client.GetLoginProfile,
			rights: client.GetAccountAuthorizationDetails,
			report: reportReads{generate: client.GenerateCredentialReport, get: client.GetCredentialReport},
		})
	},
}

type listUsers func(context.Context, *iam.ListUsersInput, ...func(*iam.Options)) (*iam.ListUsersOutput, error)

type userReads struct {
	list         listUsers
	devices      func(context.Context, *iam.ListMFADevicesInput, ...func(*iam.Options)) (*iam.ListMFADevicesOutput, error)
	loginProfile func(context.Context, *iam.GetLoginProfileInput, ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error)
	rights       getAuthorization
	report       reportReads
}

func collectUsers(ctx context.Context, s session, r *evidence.Recorder, reads userReads) error {
	users, listErr := allUsers(ctx, r, reads.list)
	if len(users) == 0 {
		return listErr
	}
	report, reportErr := fetchReport(ctx, r, reads.report)
	rights := fetchUserRights(ctx, r, reads.rights)
	err := each(ctx, users, func(ctx context.Context, u types.User) error {
		fact := userFact(s.account, u)
		collectFactors(ctx, r, reads, u, &fact)
		rights.fill(u, &fact)
		if reportErr == nil {
			report.fill(u, &fact)
		} else {
			fact.Miss("last_active", reportErr)
			fact.Miss("active_keys", reportErr)
			fact.Miss("password_last_used", reportErr)
			fact.Miss("password_set_at", reportErr)
			collectPassword(ctx, reads, u, &fact)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.Add(fact)
	})
	if err != nil {
		return err
	}
	return listErr
}

// allUsers lists the account's users. What was listed before an error is returned with it.
func allUsers(ctx context.Context, r *evidence.Recorder, list listUsers) ([]types.User, error) {
	const operation = "iam:ListUsers"
	var users []types.User
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := list(ctx, &iam.ListUsersInput{Marker: token})
		if err != nil {
			return nil, err
		}
		if out.Users == nil {
			return nil, without(operation, "Users")
		}
		for _, u := range out.Users {
			if aws.ToString(u.UserId) == "" || aws.ToString(u.UserName) == "" {
				return nil, without(operation, "id or name of a user")
			}
			users = append(users, u)
		}
		return marker(out.IsTruncated, out.Marker), nil
	})
	return users, err
}

func userFact(account string, u types.User) evidence.Fact {
	return evidence.Fact{
		Resource: evidence.Resource{
			Provider: "aws", Account: account, Kind: "User", Type: "aws.iam.user",
			ID: aws.ToString(u.UserId), Name: aws.ToString(u.UserName),
		},
		// An IAM user has no switch: it can act as long as it exists.
		Body: &evidence.User{Status: aws.String(evidence.UserActive), CreatedAt: utc(u.CreateDate)},
	}
}

func collectFactors(ctx context.Context, r *evidence.Recorder, reads userReads, u types.User, fact *evidence.Fact) {
	const operation = "iam:ListMFADevices"
	var devices []types.MFADevice
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.devices(ctx, &iam.ListMFADevicesInput{UserName: u.UserName, Marker: token})
		if err != nil {
			return nil, err
		}
		if out.MFADevices == nil {
			return nil, without(operation, "MFADevices")
		}
		devices = append(devices, out.MFADevices...)
		return marker(out.IsTruncated, out.Marker), nil
	})
	if err != nil {
		fact.Miss("mfa", err)
		return
	}
	fact.Body.(*evidence.User).MFA = parseFactors(devices)
}

// parseFactors tells the kind of each device by its serial number. Source: IAM
// user guide, "IAM identifiers" (mfa/, u2f/, sms-mfa/) and MFADevice: a hardware
// token has the number on its case.
func parseFactors(devices []types.MFADevice) *evidence.MFA {
	mfa := &evidence.MFA{Enabled: aws.Bool(len(devices) > 0), Strong: aws.Bool(false), Factors: []string{}}
	for _, d := range devices {
		factor := "hardware"
		serial := aws.ToString(d.SerialNumber)
		switch {
		case strings.Contains(serial, ":mfa/"):
			factor = "virtual"
		case strings.Contains(serial, ":u2f/"):
			factor = "u2f"
		case strings.Contains(serial, ":sms-mfa/"):
			factor = "sms"
		}
		if factor != "sms" {
			*mfa.Strong = true
		}
		mfa.Factors = append(mfa.Factors, factor)
	}
	slices.Sort(mfa.Factors)
	return mfa
}

// collectPassword asks for the password of one user, where the report does not tell.
func collectPassword(ctx context.Context, reads userReads, u types.User, fact *evidence.Fact) {
	const operation = "iam:GetLoginProfile"
	out, err := reads.loginProfile(ctx, &iam.GetLoginProfileInput{UserName: u.UserName})
	body := fact.Body.(*evidence.User)
	switch {
	case absent(err, "NoSuchEntity"):
		body.PasswordSignIn = aws.Bool(false)
	case err != nil:
		fact.Miss("password_sign_in", unseen(operation, err))
	case out.LoginProfile == nil:
		fact.Miss("password_sign_in", without(operation, "LoginProfile"))
	default:
		body.PasswordSignIn = aws.Bool(true)
	}
}
