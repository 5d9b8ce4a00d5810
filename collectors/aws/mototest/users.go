package mototest

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/stretchr/testify/require"
)

// Has is what a user has.
type Has string

// What a user can have.
const (
	Console Has = "a console password"
	MFA     Has = "a second factor"
)

// Users changes the users of an account while somebody looks.
type Users struct {
	T      *testing.T
	Server Server
}

// Add creates a user.
func (u Users) Add(name string, has ...Has) {
	u.T.Helper()
	_, err := u.client().CreateUser(u.T.Context(), &iam.CreateUserInput{UserName: &name})
	require.NoError(u.T, err)
	if slices.Contains(has, Console) {
		_, err = u.client().CreateLoginProfile(u.T.Context(), &iam.CreateLoginProfileInput{UserName: &name, Password: aws.String("correct horse battery staple 1!A")})
		require.NoError(u.T, err)
	}
	if slices.Contains(has, MFA) {
		u.AddMFA(name)
	}
}

// AddMFA gives a user a second factor.
func (u Users) AddMFA(name string) {
	u.T.Helper()
	_, err := u.client().EnableMFADevice(u.T.Context(), &iam.EnableMFADeviceInput{
		UserName: &name, SerialNumber: aws.String(serial(name)),
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	})
	require.NoError(u.T, err)
}

// DropMFA takes it away.
func (u Users) DropMFA(name string) {
	u.T.Helper()
	_, err := u.client().DeactivateMFADevice(u.T.Context(), &iam.DeactivateMFADeviceInput{UserName: &name, SerialNumber: aws.String(serial(name))})
	require.NoError(u.T, err)
}

func serial(name string) string { return "arn:aws:iam::" + CompanyAccount + ":mfa/" + name }

func (u Users) client() *iam.Client {
	return iam.NewFromConfig(u.Server.Writer("us-east-1", Anyone))
}

// Allow gives a user a policy of their own: what they may do, such as s3:GetObject or *.
func (u Users) Allow(name, action string) {
	u.T.Helper()
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`
	_, err := u.client().PutUserPolicy(u.T.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("work"), PolicyDocument: &policy})
	require.NoError(u.T, err)
}
