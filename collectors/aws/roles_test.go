package aws_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	const (
		own   = "123456789012" // moto's own account
		other = "444455556666"
		role  = "arn:aws:iam::" + other + ":role/auditor"
	)
	m := mototest.Start(t)
	out, err := sts.NewFromConfig(m.Writer("us-east-1", anyone)).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + other + ":role/writer"), RoleSessionName: aws.String("seed"),
	})
	require.NoError(t, err)
	there := mototest.Keys{ID: *out.Credentials.AccessKeyId, Secret: *out.Credentials.SecretAccessKey, Token: *out.Credentials.SessionToken}
	for user, k := range map[string]mototest.Keys{"here": anyone, "there": there} {
		_, err = iam.NewFromConfig(m.Writer("us-east-1", k)).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &user})
		require.NoError(t, err)
	}
	base := mototest.NewSupplement(t, m, http.DefaultTransport, time.Now())
	look := func(t *testing.T, settings string) look {
		t.Helper()
		return run(t, base, func(s *transport.Seam) []connect.Source {
			return open(t, s, environment(m.Endpoint, anyone), settings)
		})
	}

	t.Run("no role is assumed that is not listed", func(t *testing.T) {
		t.Parallel()
		got := look(t, "regions: [eu-west-1]")
		require.Len(t, got.plans, 1)
		require.Contains(t, got.facts["aws.iam.user"], "here")
		require.NotContains(t, got.facts["aws.iam.user"], "there")
		for _, call := range got.calls {
			require.NotEqual(t, "sts:AssumeRole", call.Operation)
		}
	})
	t.Run("a listed role is read as an account of its own", func(t *testing.T) {
		t.Parallel()
		got := look(t, "{regions: [eu-west-1], roles: [{arn: '"+role+"', external_id: acme}]}")
		principals := map[string]string{}
		for _, p := range got.plans {
			principals[p.Source] = p.Principal
		}
		require.Equal(t, map[string]string{
			"aws/default":  "arn:aws:sts::" + own + ":user/moto",
			"aws/" + other: "arn:aws:sts::" + other + ":assumed-role/auditor/controlwatch",
		}, principals)
		require.Equal(t, own, got.facts["aws.iam.user"]["here"].Resource.Account)
		require.Equal(t, other, got.facts["aws.iam.user"]["there"].Resource.Account)
	})
	t.Run("the credentials' own account can be left out", func(t *testing.T) {
		t.Parallel()
		got := look(t, "{regions: [eu-west-1], skip_own_account: true, roles: [{arn: '"+role+"'}]}")
		require.Len(t, got.plans, 1)
		require.NotContains(t, got.facts["aws.iam.user"], "here")
	})
	t.Run("a role that cannot be assumed costs its own account only", func(t *testing.T) {
		t.Parallel()
		got := run(t, denying{"sts:AssumeRole", mototest.NewSupplement(t, m, redirected(m.Endpoint), time.Now())}, func(s *transport.Seam) []connect.Source {
			return open(t, s, environment(m.Endpoint, anyone), "{regions: [eu-west-1], roles: [{arn: '"+role+"'}]}")
		})
		lost, seen := 0, 0
		for _, p := range got.pulls {
			if p.Source == "aws/default" {
				require.True(t, p.Complete() || unlikeAtMoto(p), "%+v", p.Holes)
				seen++
				continue
			}
			lost++
			require.Equal(t, other, p.Scope.Account)
			require.Equal(t, evidence.Denied, p.Holes[0].Reason)
			require.Contains(t, p.Holes[0].Detail, "get credentials: AccessDenied")
			require.Contains(t, p.Holes[0].Detail, "allow sts:AssumeRole on "+role)
		}
		require.Equal(t, len(cwaws.Provider.Collectors)-1, lost, "one of each collector, but for the event log, which nobody asked for")
		require.Equal(t, cwaws.Feeds(1), seen)
	})
}
